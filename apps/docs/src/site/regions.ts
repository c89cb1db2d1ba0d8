import { existsSync, readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';

/** A line of a page that includes code: `<<< ../../examples/src/retries.ts#retries{ts}`. */
export interface Include {
  /** The file, absolute. */
  readonly file: string;
  /** `undefined`: all of the file. */
  readonly region: string | undefined;
  readonly language: string;
}

const INCLUDE = /^<<<\s+([^\s#{[]+)(?:#([\w-]+))?(?:\s*\{([^}]*)\})?(?:\s*\[[^\]]*\])?\s*$/;
const MARK = /^ *(?:\/\/|--|#) #(region|endregion) (\S+)$/;

/** What a line includes; `undefined` where it includes nothing. A path is relative to the page. */
export function includeIn(line: string, page: string): Include | undefined {
  const [, path, region, meta = ''] = INCLUDE.exec(line) ?? [];
  if (path === undefined) return undefined;
  const language = /[a-z]+/.exec(meta)?.[0] ?? extname(path).slice(1);
  return { file: join(dirname(page), path), region, language };
}

/** @throws Error for a file or a region that is not there: an include is never silently empty, or all of a file. */
export function codeOf({ file, region }: Pick<Include, 'file' | 'region'>): string {
  if (!existsSync(file)) throw new Error(`there is no file ${file} to include`);
  const lines = readFileSync(file, 'utf8').split('\n');
  if (region === undefined) return lines.join('\n').trimEnd();
  const at = (kind: string): number =>
    lines.findIndex((line) => {
      const [, found, name] = MARK.exec(line) ?? [];
      return found === kind && name === region;
    });
  const [start, end] = [at('region'), at('endregion')];
  if (start === -1 || end < start)
    throw new Error(`${file} has no region ${region}, from its #region to its #endregion`);
  return unindented(lines.slice(start + 1, end).filter((line) => !MARK.test(line)));
}

function unindented(lines: readonly string[]): string {
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length);
  const common = Math.min(...indents);
  return lines
    .map((line) => line.slice(common))
    .join('\n')
    .trim();
}
