import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { includeRegions } from '../src/site/include-regions.ts';
import { writeLlms } from '../src/site/llms.ts';
import { navOf, sidebarOf } from '../src/site/sidebar.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const base = process.env['BEARMQ_DOCS_BASE'] ?? '/';
if (!/^\/(.*\/)?$/.test(base)) throw new Error(`BEARMQ_DOCS_BASE is ${base}: give a path from / to /, as /bearmq/`);

/** What a page can be found by: all of it; of the TypeScript API the names, or the index would be half as large again. */
function searchedIn(source: string, page: string): string {
  if (!page.startsWith('reference/api/')) return source;
  return source
    .split('\n')
    .filter((line) => /^#{1,5} /.test(line))
    .join('\n\n');
}

const title = 'BearMQ';
const description = 'A job queue for Node.js that keeps its jobs in PostgreSQL.';

export default defineConfig({
  title,
  description,
  lang: 'en',
  base,
  cleanUrls: true,
  outDir: './dist/site',
  cacheDir: './dist/cache',
  srcExclude: ['README.md', 'src/**', 'test/**', 'scripts/**', 'e2e/**', 'snippets/**', 'dist/**'],
  // While pages are written that link to those of others: BEARMQ_DOCS_DRAFT=1. A dead link fails the build otherwise.
  ignoreDeadLinks: process.env['BEARMQ_DOCS_DRAFT'] === '1',
  head: [
    ['link', { rel: 'icon', type: 'image/svg+xml', href: `${base}icon.svg` }],
    ['meta', { name: 'color-scheme', content: 'light dark' }],
  ],
  markdown: {
    theme: { light: 'github-light-high-contrast', dark: 'github-dark' },
    config: includeRegions,
  },
  themeConfig: {
    logo: { src: '/icon.svg', alt: '' },
    nav: [...navOf(root), { text: 'GitHub', link: 'https://github.com/bearmq/bearmq' }],
    sidebar: sidebarOf(root),
    outline: { level: [2, 3] },
    search: {
      provider: 'local',
      options: {
        _render: (source, env, md) => md.render(searchedIn(source, env.relativePath), env),
        miniSearch: {
          options: {
            // Whoever looks for `retry` means `retries`, too. Sent to the browser as text, so it can use nothing around it.
            processTerm: (term) =>
              term
                .toLowerCase()
                .replace(/ies$/, 'y')
                .replace(/(?<=[a-z]{3}[^s])s$/, ''),
          },
          searchOptions: {
            fuzzy: 0.2,
            prefix: true,
            boost: { title: 4, text: 2, titles: 2 },
            // What explains comes before what lists.
            boostDocument: (id) =>
              /\/reference\/api\//.test(id) ? 0.2 : /\/(?:reference|decisions)\//.test(id) ? 0.5 : 1,
          },
        },
      },
    },
    docFooter: { prev: 'Previous', next: 'Next' },
    footer: { message: 'MIT licence' },
  },
  vite: { build: { chunkSizeWarningLimit: 1_000 } }, // the index of the search, which is loaded with it
  buildEnd: ({ outDir, pages }) => {
    writeLlms({ root, out: outDir, base, title, description });
    writeFileSync(join(outDir, 'pages.json'), `${JSON.stringify({ base, pages }, null, 2)}\n`);
  },
});
