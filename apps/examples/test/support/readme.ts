import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './example.ts';

const REPOSITORY = join(ROOT, '../..');

export const readme: string = readFileSync(join(REPOSITORY, 'README.md'), 'utf8');

/** Reads a file of the repository. */
export function readSource(path: string): string {
  return readFileSync(join(REPOSITORY, path), 'utf8');
}

/** The README's code blocks in one language. */
export function codeBlocks(language: string): readonly string[] {
  return [...readme.matchAll(/^```(\w*)\n([\s\S]*?)\n```$/gm)]
    .filter(([, found]) => found === language)
    .map(([, , code]) => code as string);
}

/** The languages of the README's code blocks. */
export function languages(): readonly string[] {
  return [...new Set([...readme.matchAll(/^```(\w*)\n[\s\S]*?\n```$/gm)].map(([, language]) => language as string))];
}

/** The regions of the examples in one language, by name. */
export function regions(extension: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const file of exampleFiles(extension)) {
    const source = readFileSync(join(ROOT, 'src', file), 'utf8');
    for (const [, name, text] of source.matchAll(
      /^ *(?:\/\/|--) #region (\S+)\n([\s\S]*?)^ *(?:\/\/|--) #endregion \1$/gm,
    )) {
      if (found.has(name as string)) throw new Error(`there are two regions named ${name}`);
      found.set(name as string, unindent(text as string));
    }
    const marks = source.match(/#(end)?region/g) ?? [];
    const complete = [...found.keys()].filter((name) => source.includes(`#region ${name}\n`)).length;
    if (marks.length !== 2 * complete) throw new Error(`a region of ${file} has no end of the same name`);
  }
  return found;
}

/** The files of the examples, `orders/pg.ts` for example. What was generated is none. */
export function exampleFiles(extension: string): readonly string[] {
  const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  return files
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith(extension) && !file.startsWith('generated/'))
    .sort();
}

function unindent(text: string): string {
  const lines = text.split('\n');
  const indents = lines.filter((line) => line !== '').map((line) => line.length - line.trimStart().length);
  const common = Math.min(...indents);
  return lines
    .map((line) => line.slice(common))
    .join('\n')
    .trim();
}

/** The rows of the table under a heading, as lists of cells; the header is left out. */
export function table(heading: string): readonly (readonly string[])[] {
  const start = readme.indexOf(`\n${heading}\n`);
  if (start === -1) throw new Error(`the README has no heading ${heading}`);
  const lines = readme.slice(start).split('\n');
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
