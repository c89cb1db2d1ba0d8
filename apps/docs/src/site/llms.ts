import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { foldersOf, pagesOf } from './pages.ts';
import { plainMarkdown } from './plain-markdown.ts';
import { SECTIONS } from './sections.ts';

export interface LlmsOptions {
  /** The folder of the pages. */
  readonly root: string;
  /** The folder of the built site. */
  readonly out: string;
  /** Where the site is served, with a slash at its end. */
  readonly base: string;
  readonly title: string;
  readonly description: string;
}

/** The API of each package is large, and a list of names: it has pages of its own, and is not in the file of all pages. */
const LEFT_OUT = 'reference/api';

/**
 * Writes what language models read: each page as Markdown beside it, see {@link plainMarkdown}; `llms.txt`, which lists
 * them; and `llms-full.txt`, which has them all.
 */
export function writeLlms({ root, out, base, title, description }: LlmsOptions): void {
  const index = [`# ${title}`, '', `> ${description}`];
  const full = [...index];
  for (const section of SECTIONS) {
    const folders = [section.folder, ...foldersOf(root, section.folder)];
    const pages = folders.flatMap((folder) => pagesOf(root, folder));
    if (pages.length === 0) continue;
    index.push('', `## ${section.title}`, '');
    for (const page of pages) {
      const text = plainMarkdown(page, { root, base });
      const file = join(out, page.file);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      index.push(`- [${page.title}](${base}${page.file}): ${page.description}`);
      if (!page.file.startsWith(`${LEFT_OUT}/`)) full.push('', '---', '', `Page: ${base}${page.file}`, '', text.trim());
    }
  }
  writeFileSync(join(out, 'llms.txt'), `${index.join('\n')}\n`);
  writeFileSync(join(out, 'llms-full.txt'), `${full.join('\n')}\n`);
}
