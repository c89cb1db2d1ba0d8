import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import matter from 'gray-matter';

/** A page as its file says it. */
export interface Page {
  /** Its file, from the folder of the site. */
  readonly file: string;
  readonly title: string;
  readonly description: string;
  /** Its place among the pages of its folder. */
  readonly order: number;
  /** What follows the front matter. */
  readonly markdown: string;
}

/** @throws Error for front matter that lacks something, with what to add. */
function readPage(root: string, file: string): Page {
  const { data, content } = matter(readFileSync(join(root, file), 'utf8'));
  const { title, description, order } = data as Readonly<Record<string, unknown>>;
  const missing = [
    ...(typeof title === 'string' ? [] : ['title: a text']),
    ...(typeof description === 'string' ? [] : ['description: a sentence']),
    ...(typeof order === 'number' ? [] : ['order: a number']),
  ];
  if (missing.length > 0) throw new Error(`the front matter of ${file} lacks ${missing.join(', ')}`);
  return {
    file,
    title: title as string,
    description: description as string,
    order: order as number,
    markdown: content,
  };
}

/** The pages that lie in a folder itself, in their order. */
export function pagesOf(root: string, folder: string): readonly Page[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => readPage(root, `${folder}/${name}`))
    .sort((a, b) => a.order - b.order || a.title.localeCompare(b.title));
}

/** The folders in a folder that have pages. */
export function foldersOf(root: string, folder: string): readonly string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? [`${folder}/${entry.name}`] : []))
    .filter((inner) => pagesOf(root, inner).length > 0)
    .sort();
}

/** Where a page is served, without the base: `/guides/retries`, `/start/`. */
export function routeOf(file: string): string {
  return `/${file.replace(/(^|\/)index\.md$/, '$1').replace(/\.md$/, '')}`;
}
