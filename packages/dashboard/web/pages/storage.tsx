import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { HealthAnswer } from '../../src/api-types.ts';
import { Copy } from '../parts/copy.tsx';
import { Icon } from '../parts/icon.tsx';
import { Card } from '../parts/page.tsx';
import { Empty } from '../parts/states.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Ago, Sentence } from '../parts/time.tsx';
import { bytes, number, plural } from '../state/format.ts';
import { texts } from '../texts.ts';

const words = texts.health;

type Holder = HealthAnswer['horizon'][number];
type TableSize = HealthAnswer['tables'][number];

/** What keeps vacuums from removing dead rows: the one that is behind the most is what counts. */
export function Horizon({ horizon }: Pick<HealthAnswer, 'horizon'>): JSX.Element {
  const [first, ...others] = horizon;
  return (
    <Card title={words.horizon} extra={<span class="muted small">{words.horizonExplained}</span>}>
      {first === undefined ? (
        <div class="all-well">
          <Icon name="check" />
          {words.nothingHolds}
        </div>
      ) : (
        <ul class="attention">
          {[first, ...others].map((holder) => (
            <li key={`${holder.kind} ${holder.subject}`} class={isLong(holder) ? 'is-warning' : 'is-info'}>
              <Icon name={isLong(holder) ? 'hourglass' : 'clock'} />
              <div class="break">
                <strong>{holder.subject}</strong>{' '}
                {holder.behind === null ? null : (
                  <span class="small muted">{words.behind(plural(holder.behind, 'transaction'))}</span>
                )}
                <div>
                  <Sentence text={holder.message} />
                </div>
                <div class="remedy">{holder.remedy}</div>
              </div>
              <Copy text={holder.remedy} label={words.copyRemedy} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

/** Less passes by itself, as a rule. */
const [LONG_SECS, LONG_TRANSACTIONS] = [60, 100_000];

function isLong({ kind, forSecs, behind }: Holder): boolean {
  return kind === 'hidden' || (forSecs ?? 0) >= LONG_SECS || (behind ?? 0) >= LONG_TRANSACTIONS;
}

const totalOf = ({ heapBytes, indexBytes, toastBytes }: TableSize): number | null =>
  heapBytes === null || indexBytes === null || toastBytes === null ? null : heapBytes + indexBytes + toastBytes;

const size = (value: number | null): string => (value === null ? '–' : bytes(value));

const columns: readonly Column<TableSize>[] = [
  { key: 'name', label: words.table, isLead: true, cell: ({ name }) => <code>{name}</code> },
  { key: 'rows', label: words.rows, kind: 'end fit', cell: ({ rows }) => number(rows) },
  { key: 'dead', label: words.deadRows, kind: 'end fit', cell: ({ deadRows }) => number(deadRows) },
  { key: 'heap', label: words.heap, kind: 'end fit', cell: ({ heapBytes }) => size(heapBytes) },
  { key: 'indexes', label: words.indexes, kind: 'end fit', cell: ({ indexBytes }) => size(indexBytes) },
  { key: 'toast', label: words.toast, kind: 'end fit', cell: ({ toastBytes }) => size(toastBytes) },
  { key: 'total', label: words.total, kind: 'end fit', cell: (table) => <strong>{size(totalOf(table))}</strong> },
  {
    key: 'vacuumed',
    label: words.vacuumed,
    kind: 'fit',
    cell: ({ vacuumedAt }) =>
      vacuumedAt === null ? <span class="muted">{words.neverVacuumed}</span> : <Ago at={vacuumedAt} />,
  },
];

/** Those that never had a row say nothing to whoever looks for what takes room. */
const isEmpty = ({ heapBytes, rows, deadRows }: TableSize): boolean => heapBytes === 0 && rows + deadRows === 0;

export function Tables({ tables }: Pick<HealthAnswer, 'tables'>): JSX.Element {
  const [isAll, setAll] = useState(false);
  const shown = isAll ? tables : tables.filter((table) => !isEmpty(table));
  const totals = tables.map(totalOf);
  const sum = totals.reduce((all: number, total) => all + (total ?? 0), 0);
  return (
    <Card
      title={words.tables}
      extra={tables.length === 0 ? null : <span class="muted small">{words.inAll(bytes(sum))}</span>}
    >
      {tables.length === 0 ? (
        <Empty title={words.noTables} slim />
      ) : (
        <>
          <Table
            caption={words.tables}
            rows={shown.toSorted((a, b) => (totalOf(b) ?? 0) - (totalOf(a) ?? 0) || b.deadRows - a.deadRows)}
            columns={columns}
            keyOf={({ name }) => name}
          />
          <div class="table-foot">
            <span>{words.tablesExplained}</span>
            {totals.includes(null) ? <span>{words.isLocked}</span> : null}
            {shown.length === tables.length ? null : (
              <button type="button" class="button is-small push" onClick={() => setAll(true)}>
                {words.showEmpty(tables.length - shown.length)}
              </button>
            )}
          </div>
        </>
      )}
    </Card>
  );
}
