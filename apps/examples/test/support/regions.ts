import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './example.ts';

/** The regions of the examples in one language, by name. */
export function regions(extension: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const file of exampleFiles(extension)) {
    for (const [name, code] of regionsOf(readFileSync(join(ROOT, 'src', file), 'utf8'), file)) {
      if (found.has(name)) throw new Error(`there are two regions named ${name}`);
      found.set(name, code);
    }
  }
  return found;
}

/** What stands between `#region` and `#endregion` in a source, by name. */
export function regionsOf(source: string, file: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [, name, text] of source.matchAll(
    /^ *(?:\/\/|--|#) #region (\S+)\n([\s\S]*?)^ *(?:\/\/|--|#) #endregion \1$/gm,
  )) {
    found.set(name as string, unindent(text as string));
  }
  const marks = source.match(/#(end)?region/g) ?? [];
  if (marks.length !== 2 * found.size) throw new Error(`a region of ${file} has no end of the same name`);
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
