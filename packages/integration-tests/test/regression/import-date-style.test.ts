import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { callOn } from '../cli/support/call.ts';
import { mapIn, range } from '../import/support/import-promises.ts';
import { endRivals, startRival } from '../import/support/rival.ts';
import { useSchema } from '../support/database.ts';

// The place of the last job of a page was read as text in the date style of the database. In `SQL` that has the name of a
// zone, and `IST`, as India has it, is read as Israel's: the next page began hours later, and what lay between was passed by.

const schema = useSchema({ database: 'own', way: 'direct' });
const folder = mkdtempSync(join(tmpdir(), 'bearmq-import-'));
endRivals();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('moves all pages of pg-boss, in whatever style the database writes its dates', async () => {
  const boss = await startRival('pg-boss', schema.url);
  await boss.add(range(0, 600), 60);
  await boss.kill();
  const database = await schema.value('select quote_ident(current_database())');
  await schema.rows(`alter database ${database} set datestyle = 'SQL, DMY'`);
  await schema.rows(`alter database ${database} set timezone = 'Asia/Kolkata'`);
  const { out, exitCode } = await callOn(schema, ['import', 'pg-boss', '--map', mapIn(folder)]);
  expect({ exitCode, out }).toMatchObject({ exitCode: 0, out: expect.stringContaining('moved 600 jobs\n') });
  expect(await schema.value("select count(*)::int from pgboss.job where state < 'active'")).toBe(0);
});
