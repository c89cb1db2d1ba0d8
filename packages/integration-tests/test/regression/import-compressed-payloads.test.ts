import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { callOn } from '../cli/support/call.ts';
import { mapIn } from '../import/support/import-promises.ts';
import { endRivals, startRival } from '../import/support/rival.ts';
import { useSchema } from '../support/database.ts';

// A page was cut by the size that its payloads have in the table, where they are compressed up to a hundredfold: a page of
// 8 MiB took gigabytes of memory.

const schema = useSchema({ database: 'own', way: 'direct' });
const folder = mkdtempSync(join(tmpdir(), 'bearmq-import-'));
endRivals();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const JOBS = 12;

describe.each([
  ['pg-boss', 'pgboss.job', `insert into pgboss.job (name, data, policy) select 'numbers', $1::jsonb, 'standard'`],
  [
    'graphile-worker',
    'graphile_worker._private_jobs',
    `insert into graphile_worker._private_jobs (task_id, payload)
     select id, $1::json from graphile_worker._private_tasks where identifier = 'numbers'`,
  ],
])('bearmq import %s', (system, table, insert) => {
  beforeEach(async () => {
    const old = await startRival(system, schema.url);
    await old.add([0]);
    await old.kill();
    await schema.rows(`delete from ${table}`);
    const payload = JSON.stringify({ text: 'a'.repeat(3_000_000) });
    for (let i = 0; i < JOBS; i += 1) await schema.rows(insert, [payload]);
  });

  it('moves no more at a time than fits into memory well', async () => {
    const { err, out } = await callOn(schema, ['import', system, '--map', mapIn(folder)]);
    expect(out).toContain(`moved ${JOBS} jobs\n`);
    const after = [...err.matchAll(/(\d+) jobs so far/g)].map(([, jobs]) => Number(jobs));
    expect(after).toEqual([3, 6, 9, 12]);
  });
});
