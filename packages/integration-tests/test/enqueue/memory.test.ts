import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { databaseUrl, useSchema } from '../support/database.ts';

const FIXTURE = fileURLToPath(new URL('../support/fixtures/enqueue-many.mjs', import.meta.url));

describe('enqueueMany', () => {
  const schema = useSchema();

  it('takes jobs in a heap that is smaller than their payloads', async () => {
    const config = { url: databaseUrl(), schema: schema.name, jobs: 25_000, payloadChars: 4_000 };
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--max-old-space-size=80', // their payloads have 100 million characters; a process that needs more room dies
      FIXTURE,
      JSON.stringify(config),
    ]);
    expect(stdout).toBe('25000\n');
    expect(
      await schema.rows(`
        select count(*)::int as jobs, min((payload->>'n')::int) as first, max((payload->>'n')::int) as last,
          bool_and(in_order) as in_order
        from (select payload, (payload->>'n')::int = row_number() over (order by seq) - 1 as in_order from {s}.job) j`),
    ).toEqual([{ jobs: 25_000, first: 0, last: 24_999, in_order: true }]);
  });
});
