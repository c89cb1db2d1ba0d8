import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SITE } from '../../src/reference/repository.ts';
import { routeOf } from '../../src/site/pages.ts';

/** The folder of the built site. */
export const BUILT = join(SITE, 'dist', 'site');

/** What the build says of itself; what else lies in the folder may be of an older one. */
export interface Build {
  readonly base: string;
  /** The pages' files, as `guides/retries.md`. */
  readonly pages: readonly string[];
}

export function readBuild(): Build {
  return JSON.parse(readFileSync(join(BUILT, 'pages.json'), 'utf8'));
}

/** A page as browsers get it. */
export interface BuiltPage {
  readonly file: string;
  /** Where it is served, without the base. */
  readonly route: string;
  readonly html: string;
  readonly ids: ReadonlySet<string>;
  /** The targets of its links, as they are written. */
  readonly links: readonly string[];
}

export function builtPages(): readonly BuiltPage[] {
  return readBuild().pages.map((file) => {
    const html = readFileSync(join(BUILT, file.replace(/\.md$/, '.html')), 'utf8');
    const of = (pattern: RegExp): string[] => [...html.matchAll(pattern)].map(([, found = '']) => unescaped(found));
    return {
      file,
      route: routeOf(file),
      html,
      ids: new Set(of(/<[a-z][^>]*?\sid="([^"]*)"/gi)),
      links: of(/<a\s[^>]*?href="([^"]*)"/gi),
    };
  });
}

/** Whether a path, without the base, is served: a page, or a file. */
export function isServed(path: string, pages: readonly BuiltPage[]): boolean {
  return pages.some(({ route }) => route === path) || (/\.\w+$/.test(path) && existsSync(join(BUILT, path)));
}

function unescaped(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
