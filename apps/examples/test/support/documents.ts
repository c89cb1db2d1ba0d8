import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { ROOT } from './example.ts';
import { regionsOf } from './regions.ts';

export const REPOSITORY: string = join(ROOT, '../..');
const PAGES = join(REPOSITORY, 'apps/docs');
/** How a page has the region of a file: `<<< ../../examples/src/retries.ts#retries{ts}`. */
const INCLUDE = /^<<< (\S+?)(?:#([\w-]+))?\{(\w+)\}$/;
const NO_PAGES = /^(?:node_modules|dist|\.vitepress|public|test|scripts|snippets|reference\/api)\//;

/** A code block, as the reader sees it. */
export interface CodeBlock {
  readonly language: string;
  readonly code: string;
  /** Whether the page has it by an include of an example, and not in its own text. */
  readonly isIncluded: boolean;
}

/** The README or a page of the site, its includes resolved. */
export interface Document {
  /** From the top of the repository: `README.md`, `apps/docs/guides/retries.md`. */
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly CodeBlock[];
}

/** Reads a file of the repository. */
export function readSource(path: string): string {
  return readFileSync(join(REPOSITORY, path), 'utf8');
}

/** The README, and after it all pages by path. */
export const documents: readonly Document[] = ['README.md', ...pagePaths()].map(readDocument);

export const readme: string = documentOf('README.md').text;

/** One document. A page may be named as the site does: `guides/retries`. */
export function documentOf(name: string): Document {
  const found = documents.find(({ path }) => path === name || path === `apps/docs/${name}.md`);
  if (found === undefined) throw new Error(`there is no document ${name}`);
  return found;
}

/** The code blocks of all documents in one language. */
export function codeBlocks(language: string): readonly string[] {
  return documents.flatMap(({ blocks }) =>
    blocks.filter((block) => block.language === language).map(({ code }) => code),
  );
}

/** The languages of all code blocks. */
export function languages(): readonly string[] {
  return [...new Set(documents.flatMap(({ blocks }) => blocks.map(({ language }) => language)))];
}

function pagePaths(): readonly string[] {
  return readdirSync(PAGES, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.md') && !NO_PAGES.test(path))
    .map((path) => `apps/docs/${path}`)
    .sort();
}

function readDocument(path: string): Document {
  const blocks: CodeBlock[] = [];
  let text = '';
  let open: { fence: string; language: string; lines: string[] } | undefined;
  for (const line of readSource(path).split('\n')) {
    if (open !== undefined && line.trim() === open.fence) {
      blocks.push({ language: open.language, code: open.lines.join('\n'), isIncluded: false });
      open = undefined;
    } else if (open !== undefined) open.lines.push(line);
    else {
      const [, fence, language = ''] = /^\s*(`{3,})(\w*)/.exec(line) ?? [];
      if (fence !== undefined) open = { fence, language: nameOf(language), lines: [] };
      const [, target, region, lang = ''] = INCLUDE.exec(line) ?? [];
      if (line.startsWith('<<< ') && target === undefined) throw new Error(`${path}: no include: ${line}`);
      if (target !== undefined) {
        const code = included(path, target, region);
        blocks.push({ language: nameOf(lang), code, isIncluded: true });
        text += `\`\`\`${lang}\n${code}\n\`\`\`\n`;
        continue;
      }
    }
    text += `${line}\n`;
  }
  if (open !== undefined) throw new Error(`${path}: a code block has no end`);
  return { path, text, blocks };
}

/** One language has one name, whatever it is called where it is shown. */
function nameOf(language: string): string {
  return { ts: 'typescript', js: 'javascript', py: 'python' }[language] ?? language;
}

function included(page: string, target: string, region: string | undefined): string {
  const file = resolve(REPOSITORY, dirname(page), target);
  const shown = relative(REPOSITORY, file);
  if (!existsSync(file)) throw new Error(`${page}: there is no ${shown}`);
  const source = readFileSync(file, 'utf8');
  if (region === undefined) return source.trim();
  const code = regionsOf(source, shown).get(region);
  if (code === undefined) throw new Error(`${page}: ${shown} has no region ${region}`);
  return code;
}
