import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Document, REPOSITORY, readSource } from './support/documents.ts';
import { GITHUB, linksOf, problemOf } from './support/links.ts';

const PATH = 'packages/bearmq/README.md';
const RAW = 'https://raw.githubusercontent.com/bearmq/bearmq/HEAD/';

describe('the page of bearmq at npm', () => {
  const text = readSource(PATH);
  const links = linksOf({ path: PATH, text, blocks: [] } satisfies Document);

  it('is the README: node scripts/package-readme.mjs makes it', () => {
    const script = join(REPOSITORY, 'scripts/package-readme.mjs');
    const { status, stdout } = spawnSync(process.execPath, [script, '--print'], { encoding: 'utf8' });
    expect(status).toBe(0);
    expect(text).toBe(stdout);
  });

  it('has links that lead from there to what there is', () => {
    expect(links.length).toBeGreaterThan(20);
    const problems = links.flatMap((link) => {
      if (!link.startsWith('https://')) return [`${link}: leads nowhere from npm`];
      const target = link.startsWith(RAW) ? link.replace(RAW, `${GITHUB}/blob/HEAD/`) : link;
      const problem = problemOf({ path: PATH, text, blocks: [] }, target);
      return problem === undefined ? [] : [`${link}: ${problem}`];
    });
    expect(problems).toEqual([]);
  });
});
