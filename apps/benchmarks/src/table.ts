import type { Cell, Row } from './results.ts';
import { pairedRatio } from './statistics.ts';

/** Names for the reader. */
export interface Titles {
  /** Of the contestants, by id, in the order of the columns. The first is the one to compare with. */
  readonly contestants: ReadonlyMap<string, string>;
  /** Of the scenarios, by id. */
  readonly scenarios: ReadonlyMap<string, string>;
}

/** A number as it is read: whole from a hundred on, else with as many digits as matter. */
export function show(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}

/**
 * Markdown: a row for each figure, a column for each contestant; in each cell the median, its spread, and how it stands
 * to the first contestant. What needs an explanation has a footnote.
 */
export function markdownTable(rows: readonly Row[], { contestants, scenarios }: Titles): string {
  const ids = [...contestants.keys()];
  const notes = new Footnotes();
  const lines = rows.map((row) => {
    const base = row.cells.get(ids[0] ?? '');
    const cells = ids.map((id) => showCell(row.cells.get(id), row, id === ids[0] ? undefined : base, notes));
    return `| ${scenarios.get(row.scenario) ?? row.scenario} | ${row.what} (${row.unit}) | ${cells.join(' | ')} |`;
  });
  return [
    `| Work | Figure | ${[...contestants.values()].join(' | ')} |`,
    `|---|---|${'---:|'.repeat(ids.length)}`,
    ...lines,
    ...(notes.isEmpty() ? [] : ['', ...notes.lines()]),
  ].join('\n');
}

function showCell(cell: Cell | undefined, { unit }: Row, base: Cell | undefined, notes: Footnotes): string {
  if (cell === undefined) return '–';
  if (cell.complaint !== undefined) return `invalid${notes.mark(cell.complaint)}`;
  if (cell.absent !== undefined) return `–${notes.mark(cell.absent)}`;
  const ratio = base === undefined ? Number.NaN : pairedRatio(cell.values, base.values);
  const parts = [
    show(cell.median),
    ...(cell.values.size > 1 ? [`±${Math.round(cell.spread * 100)} %`] : []),
    // A ratio of ratios tells nobody anything.
    ...(Number.isFinite(ratio) && unit !== '×' ? [`(${show(ratio)} ×)`] : []),
  ];
  return `${parts.join(' ')}${cell.note === undefined ? '' : notes.mark(cell.note)}`;
}

/** The same words have the same number. */
class Footnotes {
  readonly #numbers = new Map<string, number>();

  mark(words: string): string {
    const number = this.#numbers.get(words) ?? this.#numbers.size + 1;
    this.#numbers.set(words, number);
    return ` [${number}]`;
  }

  isEmpty(): boolean {
    return this.#numbers.size === 0;
  }

  lines(): readonly string[] {
    return [...this.#numbers].map(
      ([words, number]) => `[${number}] ${words.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|')}  `,
    );
  }
}
