/** A column of a table, and how it is read from a row. */
export interface Column<T> {
  readonly title: string;
  readonly of: (row: T) => string;
  /** Numbers stand at the right. */
  readonly side?: 'left' | 'right';
  /** Colours the cell, where there are colours; it must not change the text. */
  readonly paint?: (cell: string, row: T) => string;
}

/** How many spaces are between two columns. */
const GAP = 2;
/** No column is cut to less. */
const LEAST = 6;

/**
 * Lines of a table that is no wider than `width`: the widest columns are cut, in the middle, since an id is told by its
 * ends. The first line has the titles.
 */
export function tableLines<T>(columns: readonly Column<T>[], rows: readonly T[], width: number): readonly string[] {
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => columns.map(({ of }) => oneLine(of(row))))];
  const widths = fitted(
    columns.map((_, i) => Math.max(...cells.map((line) => line[i]?.length ?? 0))),
    width - GAP * (columns.length - 1),
  );
  return cells.map((line, lineIndex) =>
    line
      .map((cell, i) => {
        const [column, row] = [columns[i], rows[lineIndex - 1]];
        const cut = cutMiddle(cell, widths[i] ?? 0);
        const padded = column?.side === 'right' ? cut.padStart(widths[i] ?? 0) : cut.padEnd(widths[i] ?? 0);
        return column?.paint === undefined || row === undefined ? padded : column.paint(padded, row);
      })
      .join(' '.repeat(GAP))
      .trimEnd(),
  );
}

/** For programs: a line each, tabs between the cells, and no cell with either in it. */
export function plainLines<T>(columns: readonly Column<T>[], rows: readonly T[]): readonly string[] {
  return [
    columns.map(({ title }) => title).join('\t'),
    ...rows.map((row) => columns.map(({ of }) => oneLine(of(row))).join('\t')),
  ];
}

function fitted(wanted: readonly number[], room: number): readonly number[] {
  const widths = [...wanted];
  for (;;) {
    const total = widths.reduce((sum, one) => sum + one, 0);
    const widest = Math.max(...widths);
    if (total <= room || widest <= LEAST) return widths;
    const i = widths.indexOf(widest);
    const next = Math.max(LEAST, ...widths.filter((_, j) => j !== i).map((one) => Math.min(one, widest - 1)));
    widths[i] = Math.max(next, widest - (total - room));
    if (widths[i] === widest) widths[i] = widest - 1;
  }
}

function cutMiddle(text: string, width: number): string {
  if (text.length <= width) return text;
  const head = Math.ceil((width - 1) / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (width - 1 - head))}`;
}

/** Line breaks, tabs and what moves a cursor would tear the table. */
export function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is to be found
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ');
}
