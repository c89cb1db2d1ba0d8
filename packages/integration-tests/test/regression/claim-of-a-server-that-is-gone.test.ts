import { expect, it } from '@jest/globals';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { intercepted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { gate, until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();

// A server that comes back without what it had confirmed may not know of a claim. What a process had claimed and not begun
// it began all the same, long after it had been told that the server is another: beside whoever had the job by then.
it('what was claimed of a server that is gone is not begun, but released', async () => {
  let lives = 1;
  let seen = 1;
  const driver = intercepted(schema.driver(), async (statement, send) => {
    const rows = await send();
    if (statement.name !== 'bearmq_renew_lease') return rows;
    seen = lives;
    return rows.map(([isOverdue = null, server]) => [isOverdue, Number(server) + lives]);
  });
  // Without a listening connection renewals go over this driver.
  const context = schema.context({ leaseSecs: 3, pollSecs: 0.1, wakeUp: 'poll' }, { driver });
  const events = logEvents(context);
  const finish = gate();
  const behind = `select j.id from {s}.job j, {s}.job mine where mine.id = $1
    and j.job_group = mine.job_group and j.state = 'running' and j.seq > mine.seq`;
  let held: readonly string[] = [];
  const { definition, runs } = await notedJob<number>(context, 'CLAIMED', async (n, { jobId }) => {
    if (n < 100 || held.length > 0) return;
    held = (await schema.rows(behind, [jobId])).map(({ id }) => String(id));
    if (held.length > 0) await finish.opened;
  });
  for (let n = 0; n < 300; n += 1) await definition.enqueue(n, { jobGroup: 'claimed' });
  daemons.worker(context, { concurrency: 3 });
  await until('one takes its time, with others behind it', () => held.length > 0);
  const [lost = '', ...kept] = held;
  // The claim of one of them is lost with its commit, and somebody else has it by now.
  await schema.rows(
    `update {s}.job set state = 'scheduled', run_at = now() + interval '1 hour', process_id = null,
    fence = fence + 1 where id = $1`,
    [lost],
  );
  await schema.rows(`update {s}.job_group set running = running - 1 where name = 'claimed'`);
  lives += 1;
  await until('the process knows', () => seen === lives);
  finish.open();
  await events.waitFor('WORKER_JOB_LOSE', { jobId: lost });
  await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 299 });
  for (const jobId of kept) await events.waitFor('WORKER_JOB_RELEASE', { jobId });
  expect(runs.map(({ metadata }) => metadata.jobId)).not.toContain(lost);
  expect(runs).toHaveLength(299);
  expect(await schema.value(`select running from {s}.job_group where name = 'claimed'`)).toBe(0);
});
