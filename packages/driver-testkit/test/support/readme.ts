import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './package-root.ts';

export const readme: string = readFileSync(join(ROOT, 'README.md'), 'utf8');

const blocks = [...readme.matchAll(/^```(\w*)\n([\s\S]*?)\n```$/gm)].map(([, language, code]) => ({
  language: language as string,
  code: code as string,
}));

/** The code blocks in one language. */
export function codeBlocks(language: string): readonly string[] {
  return blocks.filter((block) => block.language === language).map(({ code }) => code);
}

/** The languages of the code blocks. */
export const languages: readonly string[] = [...new Set(blocks.map(({ language }) => language))];

/** The example programs and modules, by their file names. */
export const examples: ReadonlyMap<string, string> = new Map(
  readdirSync(join(ROOT, 'examples'))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => [file, readFileSync(join(ROOT, 'examples', file), 'utf8').trim()]),
);
