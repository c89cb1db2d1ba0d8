import type { ComponentChildren, JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { useShortcuts } from '../state/shortcuts.ts';
import { texts } from '../texts.ts';

export interface Column<Row> {
  readonly key: string;
  readonly label: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** `end`: figures; `fit`: as narrow as what is in it; `wide`: takes what is left, and is cut. */
  readonly kind?: 'end' | 'fit' | 'wide' | 'end fit';
  /** Without its label, where rows are cards. */
  readonly isLead?: boolean;
}

export interface Selection {
  readonly chosen: ReadonlySet<string>;
  readonly choose: (chosen: ReadonlySet<string>) => void;
}

interface TableProps<Row> {
  readonly caption: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly keyOf: (row: Row) => string;
  readonly selection?: Selection | undefined;
  /** The one table of the page that j, k and x go through. */
  readonly hasKeys?: boolean;
}

/** On narrow screens each row is a card. The link of a row has `data-row`, and has the focus as j and k go through. */
export function Table<Row>({
  caption,
  rows,
  columns,
  keyOf,
  selection,
  hasKeys = false,
}: TableProps<Row>): JSX.Element {
  const body = useRef<HTMLTableSectionElement>(null);
  const last = useRef<number | null>(null);

  const links = () => [...(body.current?.querySelectorAll<HTMLElement>('[data-row]') ?? [])];
  const current = () => links().findIndex((link) => link.closest('tr')?.contains(document.activeElement) === true);
  const step = (by: number) => {
    const all = links();
    const at = current();
    all[at === -1 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by))]?.focus();
  };
  const toggle = (index: number, isRange: boolean) => {
    const row = rows[index];
    if (selection === undefined || row === undefined) return;
    const next = new Set(selection.chosen);
    const isOn = !next.has(keyOf(row));
    const from = isRange ? (last.current ?? index) : index;
    for (const one of rows.slice(Math.min(from, index), Math.max(from, index) + 1)) {
      if (isOn) next.add(keyOf(one));
      else next.delete(keyOf(one));
    }
    last.current = index;
    selection.choose(next);
  };
  useShortcuts({
    j: hasKeys ? () => step(1) : undefined,
    k: hasKeys ? () => step(-1) : undefined,
    x: hasKeys && selection !== undefined ? () => toggle(current(), false) : undefined,
  });

  const isAll = rows.length > 0 && rows.every((row) => selection?.chosen.has(keyOf(row)) === true);
  return (
    <div class="table-wrap">
      <table class="cards">
        <caption class="hidden-text">{caption}</caption>
        <thead>
          <tr>
            {selection === undefined ? null : (
              <th class="fit" scope="col">
                <input
                  type="checkbox"
                  aria-label={texts.table.chooseAll}
                  checked={isAll}
                  onChange={() => selection.choose(new Set(isAll ? [] : rows.map(keyOf)))}
                />
              </th>
            )}
            {columns.map(({ key, label, kind = '' }) => (
              <th key={key} scope="col" class={kind}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {rows.map((row, index) => {
            const key = keyOf(row);
            return (
              <tr key={key} class={selection?.chosen.has(key) === true ? 'is-selected' : ''}>
                {selection === undefined ? null : (
                  <td class="fit lead">
                    <input
                      type="checkbox"
                      aria-label={texts.table.chooseRow}
                      checked={selection.chosen.has(key)}
                      onClick={(event) => toggle(index, event.shiftKey)}
                    />
                  </td>
                )}
                {columns.map(({ key: column, label, cell, kind = '', isLead = false }) => (
                  <td key={column} class={`${kind} ${isLead ? 'lead' : ''}`} data-label={label}>
                    {cell(row)}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
