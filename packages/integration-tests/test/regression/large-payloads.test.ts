import { expect, it } from '@jest/globals';
import { useChildren } from '../support/children.ts';
import { useSchema } from '../support/database.ts';
import { lineUpAll } from '../support/statements.ts';
import { until } from '../support/until.ts';

const schema = useSchema();
const child = useChildren(schema);

/** A claim brought a job for each free slot, however large their payloads were: 500 of a megabyte ended the process. */
it.each([
  ['of jobs of their own', 'null'],
  ['of jobs in groups', `'group ' || i % 40`],
])('large payloads %s are claimed as they fit into memory, whatever slots are free', async (_, group) => {
  await schema.rows(
    `insert into {s}.job (id, state, name, channel, job_group, num_attempts, timeout_secs, payload)
     select gen_random_uuid(), 'ready', 'LARGE', 'DEFAULT', ${group}, 1, 0,
       ('{"does": "finish", "filled": "' || repeat(md5(i::text), 31250) || '"}')::json from generate_series(1, 60) i`,
  );
  await lineUpAll(schema);
  const worker = await child({ names: ['LARGE'], worker: { concurrency: 500 }, heapMb: 64 });
  await until('all are over', async () => {
    if (worker.hasEnded) throw new Error('the process has died');
    return (await schema.value(`select count(*)::int from {s}.job where name = 'LARGE'`)) === 0;
  });
  const outcomes = await schema.rows(`select outcome::text, max(fence) as fence from {s}.finalized_job group by 1`);
  expect(outcomes).toEqual([{ outcome: 'succeeded', fence: 1 }]);
});
