import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Page } from './pages.ts';
import { codeOf, includeIn } from './regions.ts';

export interface PlainOptions {
  /** The folder of the pages. */
  readonly root: string;
  /** Where the site is served, with a slash at its end. */
  readonly base: string;
}

/**
 * A page as it can be read without the site: includes as code, links to pages as links to their Markdown, drawings in their
 * own words, and pictures where they are served. What belongs to the site alone is left out.
 *
 * @throws Error for a drawing that has no words, a picture that is not served, and a component of which nothing is known.
 */
export function plainMarkdown(page: Page, { root, base }: PlainOptions): string {
  const { file, markdown } = page;
  let within: 'text' | 'code' | 'script' = 'text';
  const lines = markdown.split('\n').flatMap((line): readonly string[] => {
    if (within !== 'script' && /^ *(```|~~~)/.test(line)) within = within === 'code' ? 'text' : 'code';
    if (within === 'code') return [line];
    if (/^<script\b/.test(line)) within = 'script';
    if (within === 'script') {
      if (/<\/script>/.test(line)) within = 'text';
      return [];
    }
    const include = includeIn(line, join(root, file));
    if (include !== undefined) return [`\`\`\`${include.language}\n${codeOf(include)}\n\`\`\``];
    const [, component, name = ''] = /^<([A-Z]\w*)(?:\s+name="([^"]*)")?/.exec(line) ?? [];
    if (component === 'Drawing') return [drawingInWords(join(root, 'drawings', `${name}.svg`))];
    if (component !== undefined) throw new Error(`${file}: <${component}> says nothing in Markdown: see plainMarkdown`);
    return [withLinks(withPictures(line, page, { root, base }))];
  });
  return `${lines.join('\n').trim()}\n`;
}

/** What a drawing says to whoever does not see it. */
function drawingInWords(file: string): string {
  const svg = readFileSync(file, 'utf8');
  const [, title] = /<title\b[^>]*>([^<]+)<\/title>/.exec(svg) ?? [];
  const [, description] = /<desc\b[^>]*>([^<]+)<\/desc>/.exec(svg) ?? [];
  if (title === undefined || description === undefined) throw new Error(`${file} lacks a <title> or a <desc>`);
  return unescaped(`Drawing: ${title.trim()}. ${description.trim()}`).replace(/\s+/g, ' ');
}

/** Pictures lie in the repository, and are served from one folder. */
function withPictures(line: string, { file }: Page, { root, base }: PlainOptions): string {
  return line.replace(/!\[([^\]]*)\]\(([^)\s]+)\)/g, (_, text: string, path: string) => {
    const served = `pictures/${basename(path)}`;
    if (!existsSync(join(root, 'public', served))) throw new Error(`${file}: the picture ${path} is not served`);
    return `![${text}](${base}${served})`;
  });
}

function withLinks(line: string): string {
  return line.replace(/\]\((\.{0,2}\/[^)\s#]*)(#[^)\s]*)?\)/g, (_, path: string, anchor = '') => {
    const target = path.endsWith('/') ? `${path}index.md` : /\.\w+$/.test(path) ? path : `${path}.md`;
    return `](${target}${anchor})`;
  });
}

function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}
