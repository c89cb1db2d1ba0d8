import { expect, it } from '@jest/globals';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { intercepted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();

// A server that comes back without what it had confirmed (an asynchronous failover, a crash without
// `synchronous_commit`) has a job running for a process that has recorded its outcome and forgotten it. That process went
// on renewing its lease, so nobody took the job back.
it('a job whose outcome was lost with its commit runs again, though its process lives', async () => {
  let lives = 1;
  const driver = intercepted(schema.driver(), async (statement, send) => {
    const rows = await send();
    if (statement.name !== 'bearmq_renew_lease') return rows;
    return rows.map(([isOverdue = null, server]) => [isOverdue, Number(server) + lives]);
  });
  // Without a listening connection renewals go over this driver.
  const context = schema.context({ leaseSecs: 3, pollSecs: 0.1, wakeUp: 'poll' }, { driver });
  const events = logEvents(context);
  const { definition, runs } = await notedJob<null>(context, 'LOST');
  daemons.worker(context);
  const jobId = await definition.enqueue();
  await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
  await schema.rows(`
    with lost as (delete from {s}.finalized_job returning *)
    insert into {s}.job (id, state, name, channel, num_attempts, timeout_secs, payload, attempt, fence, started, process_id)
    select id, 'running', name, channel, num_attempts, timeout_secs, payload, attempt, fence, true, process_id from lost`);
  lives += 1;
  await until('it has run again', () => runs.length === 2);
  await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId, count: 2 });
  expect(await schema.rows('select id, outcome::text, attempt from {s}.finalized_job')).toEqual([
    { id: jobId, outcome: 'succeeded', attempt: 1 },
  ]);
});
