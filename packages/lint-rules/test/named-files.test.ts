import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { REPOSITORY } from './support/tree.ts';

const FOLDERS = ['apps/docs/concepts', 'apps/docs/internals', 'apps/docs/decisions', 'apps/docs/upgrading'];
const DOCUMENTS = [
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'AGENTS.md',
  ...FOLDERS.flatMap((folder) => filesOf(folder, /\.md$/)),
];
const SOURCES = ['packages/core/src', 'packages/migrations/src/schema'].flatMap((folder) => filesOf(folder, /\.ts$/));

function filesOf(folder: string, which: RegExp): readonly string[] {
  return readdirSync(join(REPOSITORY, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => which.test(path))
    .map((path) => `${folder}/${path}`);
}

const read = (path: string): string => readFileSync(join(REPOSITORY, path), 'utf8');

/** `a/{b,c}.ts` as two. */
function spelledOut(path: string): readonly string[] {
  const [all, head = '', list = '', tail = ''] = /^(.*?)\{(.*?)\}(.*)$/.exec(path) ?? [];
  return all === undefined ? [path] : list.split(',').flatMap((one) => spelledOut(`${head}${one}${tail}`));
}

describe('documents', () => {
  it.each(DOCUMENTS)('%s names files that are there', (document) => {
    const named = [...read(document).matchAll(/`((?:packages|apps|scripts)\/[^\s`*]+)`/g)].flatMap(([, path = '']) =>
      spelledOut(path),
    );
    expect(named.filter((path) => !/0{3}N|NNNN/.test(path) && !existsSync(join(REPOSITORY, path)))).toEqual([]);
  });
});

describe('comments', () => {
  const named = SOURCES.flatMap((source) =>
    [...read(source).matchAll(/apps\/docs\/(\S+\.md)(?:,\s*(?:\*\s*)?"([^"]+)"(?:\s+and\s+"([^"]+)")?)?/g)].map(
      ([, page = '', ...headings]) => ({
        source,
        page: `apps/docs/${page}`,
        headings: headings.filter((one) => one !== undefined),
      }),
    ),
  );

  it('name pages', () => {
    expect(named.length).toBeGreaterThan(10);
  });

  it.each(named)('$source names $page $headings, which is there', ({ page, headings }) => {
    const text = read(page);
    for (const heading of headings) expect(text).toMatch(new RegExp(`^##+ ${heading}\\b`, 'm'));
  });
});
