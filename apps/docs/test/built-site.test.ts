import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { BUILT, builtPages, isServed, readBuild } from './support/built.ts';

const MAX_BYTES = 60_000;

const { base } = readBuild();
const pages = builtPages();
const isDraft = process.env['BEARMQ_DOCS_DRAFT'] === '1';

describe('each page of the site', () => {
  test('has links to pages and to headings that are there', () => {
    const broken = pages.flatMap(({ file, route, links }) =>
      links.flatMap((link) => {
        if (/^[a-z][a-z+.-]*:/i.test(link)) return [];
        const url = new URL(link, `http://site${base.slice(0, -1)}${route}`);
        if (!url.pathname.startsWith(base)) return [`${file}: ${link} leads out of ${base}`];
        const path = `/${decodeURIComponent(url.pathname).slice(base.length)}`;
        if (!isServed(path, pages)) return isDraft ? [] : [`${file}: ${link} leads to no page`];
        const target = pages.find((page) => page.route === path);
        const anchor = decodeURIComponent(url.hash.slice(1));
        return anchor === '' || target === undefined || target.ids.has(anchor)
          ? []
          : [`${file}: ${link} leads to no heading`];
      }),
    );
    expect(broken).toEqual([]);
  });

  test('is less than 60 kB gzipped', () => {
    const sizes = pages.map(({ file, html }) => ({ file, bytes: gzipSync(html).length }));
    expect(sizes.filter(({ bytes }) => bytes >= MAX_BYTES)).toEqual([]);
  });

  test('has one main heading', () => {
    const counts = pages.map(({ file, html }) => ({ file, headings: [...html.matchAll(/<h1[\s>]/g)].length }));
    expect(counts.filter(({ headings }) => headings !== 1)).toEqual([]);
  });

  test('loads nothing from elsewhere', () => {
    const loaded = pages.flatMap(({ file, html }) =>
      [...html.matchAll(/<(?:script|img|source|iframe|link)\s[^>]*?(?:src|href|srcset)="([^"]*)"/gi)].flatMap(
        ([, address = '']) => (address.startsWith(base) || address.startsWith('data:') ? [] : [`${file}: ${address}`]),
      ),
    );
    expect(loaded).toEqual([]);
  });

  test('has its Markdown beside it, and a line in llms.txt', () => {
    const list = readFileSync(join(BUILT, 'llms.txt'), 'utf8');
    const listed = pages.filter(({ file }) => file !== 'index.md').map(({ file }) => file);
    expect(listed.filter((file) => !existsSync(join(BUILT, file)) || !list.includes(`](${base}${file})`))).toEqual([]);
  });
});

describe('the Markdown of each page', () => {
  const files = pages.map(({ file }) => file).filter((file) => existsSync(join(BUILT, file)));
  const textOf = (file: string): string => readFileSync(join(BUILT, file), 'utf8');
  /** Without blocks of code, and code within a line. */
  const prose = (text: string): string => text.replace(/^ *(```|~~~).*?^ *\1/gms, '').replace(/`[^`\n]*`/g, '');

  test('is read without the site: it has no components and no scripts', () => {
    const tags = files.flatMap((file) =>
      (prose(textOf(file)).match(/<\/?(?:[A-Z]\w*|script|style|template|picture|source|img)\b[^>]*>/g) ?? []).map(
        (tag) => `${file}: ${tag}`,
      ),
    );
    expect(files.length).toBeGreaterThan(100);
    expect(tags).toEqual([]);
  });

  test('has pictures by where they are served', () => {
    const pictures = files.flatMap((file) =>
      [...prose(textOf(file)).matchAll(/!\[([^\]]*)\]\(([^)]*)\)/g)].map(([, alt, path = '']) => ({ file, alt, path })),
    );
    const isThere = (path: string) => path.startsWith(base) && existsSync(join(BUILT, path.slice(base.length)));
    expect(pictures.length).toBeGreaterThan(0);
    expect(pictures.filter(({ alt, path }) => alt === '' || !isThere(path))).toEqual([]);
  });

  test('has drawings in words', () => {
    expect(textOf('concepts/leases.md')).toMatch(
      /^Drawing: A process dies: .*\. A process renews its lease at 0, 10 /m,
    );
  });
});

test('no style sheet of the site loads anything from elsewhere', () => {
  const sheets = readdirSync(join(BUILT, 'assets')).filter((name) => name.endsWith('.css'));
  const loaded = sheets.flatMap((name) =>
    [...readFileSync(join(BUILT, 'assets', name), 'utf8').matchAll(/(?:url\(|@import\s*)["']?([^"')\s;]+)/g)].flatMap(
      ([, address = '']) => (/^(?:https?:)?\/\//.test(address) ? [`${name}: ${address}`] : []),
    ),
  );
  expect(sheets.length).toBeGreaterThan(0);
  expect(loaded).toEqual([]);
});

test('the file of all pages has the code that pages include, and none of the marks around it', () => {
  const all = readFileSync(join(BUILT, 'llms-full.txt'), 'utf8');
  expect(all).toContain('from _bearmq.queues where not paused');
  expect(all).not.toMatch(/^<<< /m);
  expect(all).not.toMatch(/#(?:end)?region/);
});
