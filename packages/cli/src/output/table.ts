/** A column of a table, and how it is read from a row. */
export interface Column<T> {
  readonly title: string;
  readonly of: (row: T) => string;
  /** Numbers stand at the right. */
  readonly side?: 'left' | 'right';
  /** What other commands take as it is, such as an id: the other columns are cut first. */
  readonly isWhole?: boolean;
  /** Colours the cell, where there are colours; it must not change the text. */
  readonly paint?: (cell: string, row: T) => string;
}

/** How many spaces are between two columns. */
const GAP = 2;
/** No column is cut to less. */
const LEAST = 6;
/** No column is cut to less for the sake of one that stays whole. */
const LEAST_BESIDE_WHOLE = 12;

/**
 * Lines of a table that is no wider than `width`: the widest columns are cut in the middle. A column that should stay whole
 * is cut only if there is no room beside it. The first line has the titles.
 */
export function tableLines<T>(columns: readonly Column<T>[], rows: readonly T[], width: number): readonly string[] {
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => columns.map(({ of }) => oneLine(of(row))))];
  const widths = fitted(
    columns.map((_, i) => Math.max(...cells.map((line) => line[i]?.length ?? 0))),
    width - GAP * (columns.length - 1),
    columns.map(({ isWhole }) => isWhole === true),
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

function fitted(wanted: readonly number[], room: number, isWhole: readonly boolean[]): readonly number[] {
  const others = wanted.filter((_, i) => !isWhole[i]);
  const roomOfOthers = room - (sum(wanted) - sum(others));
  if (sum(others.map((one) => Math.min(one, LEAST_BESIDE_WHOLE))) > roomOfOthers) return cut(wanted, room);
  const cutOthers = [...cut(others, roomOfOthers)];
  return wanted.map((one, i) => (isWhole[i] ? one : (cutOthers.shift() ?? one)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

function cut(wanted: readonly number[], room: number): readonly number[] {
  const widths = [...wanted];
  for (;;) {
    const total = sum(widths);
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
