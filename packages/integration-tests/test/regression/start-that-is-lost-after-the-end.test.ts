import { expect, it } from '@jest/globals';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { CLAIMS, hasJobs, intercepted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { gate, until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();

// That a job had started was sent, and not known to the database, which had lost the claim. When the answer came the job
// was over, and its outcome was waiting to be sent; the process forgot the claim all the same. Made again, it was begun
// anew, and ended beneath its second run by the outcome of the first.
it('a job that is over is not begun anew, though its start was lost and its claim is made again', async () => {
  const gates = { start: gate(), startAnswer: gate(), claim: gate(), claimAnswer: gate(), outcome: gate() };
  const seen = { start: gate(), startSent: gate(), claimed: gate(), outcome: gate() };
  let [jobId, isHeldUp, claiming] = ['', false, 0];
  const driver = intercepted(schema.driver(), async ({ name, values }, send) => {
    if (name === 'bearmq_settle' && String(values[4]).includes('"kind":"started"')) {
      isHeldUp = true;
      seen.start.open();
      await gates.start.opened;
      const rows = await send();
      seen.startSent.open();
      await gates.startAnswer.opened;
      return rows;
    }
    if (name === 'bearmq_settle' && isHeldUp && String(values[1]).includes(jobId)) {
      seen.outcome.open();
      await gates.outcome.opened;
    }
    if (!CLAIMS.includes(name)) return await send();
    if (!isHeldUp) {
      claiming += 1;
      return await send().finally(() => {
        claiming -= 1;
      });
    }
    await gates.claim.opened;
    const rows = await send();
    if (hasJobs(rows)) {
      seen.claimed.open();
      await gates.claimAnswer.opened;
    }
    return rows;
  });
  const context = schema.context({ pollSecs: 0.1, wakeUp: 'poll' }, { driver });
  const events = logEvents(context);
  const finish = gate();
  let ended = 0;
  const { definition, runs } = await notedJob<number>(context, 'STARTED', async (n) => {
    if (n === 2) await finish.opened;
    ended += 1;
  });
  const { definition: other, runs: others } = await notedJob<null>(context, 'OTHER');
  // The first of a claim starts with it; that the second has started is recorded when it goes on.
  [, jobId = ''] = await definition.enqueueMany([{ payload: 1 }, { payload: 2 }]);
  daemons.worker(context, { concurrency: 3 });
  await seen.start.opened;
  await until('no claim is under way', () => claiming === 0);
  await schema.rows(
    `update {s}.job set state = 'ready', process_id = null, fence = 0, attempt = 0, started = false where id = $1`,
    [jobId],
  );
  gates.start.open();
  await seen.startSent.opened;
  finish.open();
  await until('the second is over', () => ended === 2);
  gates.claim.open();
  await seen.claimed.opened;
  gates.startAnswer.open();
  await seen.outcome.opened;
  gates.claimAnswer.open();
  await other.enqueue();
  await until('what the claim brought was taken in', () => others.length === 1); // by a later claim
  expect(runs.map(({ payload }) => payload)).toEqual([1, 2]);
  gates.outcome.open();
  await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
  expect(events.of('WORKER_JOB_LOSE')).toEqual([]);
  expect(
    await schema.rows('select fence, attempt, outcome::text from {s}.finalized_job where id = $1', [jobId]),
  ).toEqual([{ fence: 1, attempt: 1, outcome: 'succeeded' }]);
});
