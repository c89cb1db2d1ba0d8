import { writeFile } from 'node:fs/promises';
import { tablesOf } from '@bearmq/core/internal';
import { expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { type CatalogueObject, EXPECTED, readCatalogue } from './support/catalogue.ts';

const schema = useSchema();
const FILE = new URL('../../../doctor/src/expected-objects.ts', import.meta.url);

/** The source of the list, as Biome would have it but for lines that are too long. */
function sourceOf(objects: readonly CatalogueObject[]): string {
  const lines = objects.map((object) => `  [${object.map((part) => `'${part}'`).join(', ')}],\n`);
  return `import type { CatalogueObject } from './catalogue.ts';

/** What a schema at the newest version consists of. Generated: see CONTRIBUTING.md, "A migration". */
export const EXPECTED: readonly CatalogueObject[] = [
${lines.join('')}];
`;
}

const readHere = () => readCatalogue({ driver: schema.driver(), tables: tablesOf(schema.name), patienceSecs: 0 });

it('the list of what the migrations make is up to date (BEARMQ_WRITE_EXPECTED=1 writes it anew)', async () => {
  const found = await readHere();
  if (process.env['BEARMQ_WRITE_EXPECTED'] === '1') await writeFile(FILE, sourceOf(found));
  else expect(found).toEqual(EXPECTED);
});

it('a type of several fields is told by their names, types and order', async () => {
  await schema.rows('create type {s}.pair as (b integer, a {s}.job_state[])');
  expect(await readHere()).toContainEqual(['type', '', 'pair', 'b integer, a _job_state']);
  await schema.rows('drop type {s}.pair');
});
