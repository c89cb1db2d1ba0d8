import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { builtModule } from '../src/reference/built-module.ts';
import { SITE } from '../src/reference/repository.ts';

const { readJobMap } =
  await builtModule<typeof import('../../../packages/cli/dist/import/job-map.js')>('cli/dist/import/job-map.js');
const { bossRules } = await builtModule<typeof import('../../../packages/cli/dist/import/postgres/pg-boss-job.js')>(
  'cli/dist/import/postgres/pg-boss-job.js',
);

const FOLDER = join(SITE, 'snippets');

/** What takes each file that a page includes and that is no program: here it takes it, too. */
const TAKEN_BY: Readonly<Record<string, () => void>> = {
  'import-map.json': () => {
    const map = readJobMap('import-map.json', FOLDER, bossRules);
    expect([...map.keys()]).toEqual(['emails', 'reports']);
  },
};

test('each snippet is taken by what it is made for', () => {
  expect(readdirSync(FOLDER).sort()).toEqual(Object.keys(TAKEN_BY).sort());
  for (const take of Object.values(TAKEN_BY)) take();
});
