import { documentOf } from './documents.ts';

/** The rows of the table under a heading of a document, as lists of cells; the header is left out. */
export function table(document: string, heading: string): readonly (readonly string[])[] {
  const { text } = documentOf(document);
  const start = text.indexOf(`\n${heading}\n`);
  if (start === -1) throw new Error(`${document} has no heading ${heading}`);
  const lines = text.slice(start).split('\n');
  const first = lines.findIndex((line) => line.startsWith('|'));
  const end = lines.findIndex((line, i) => i > first && !line.startsWith('|'));
  return lines
    .slice(first + 2, end)
    .map((line) => line.replaceAll('\\|', '¦').split('|').slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim().replaceAll('¦', '|')));
}

/** What stands between the first pair of backticks. */
export function code(cell: string | undefined): string {
  const found = /^`([^`]+)`/.exec(cell ?? '')?.[1];
  if (found === undefined) throw new Error(`no code in ${JSON.stringify(cell)}`);
  return found;
}
