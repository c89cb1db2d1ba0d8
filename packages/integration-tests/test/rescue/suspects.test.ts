import { CLAIMED_COLUMNS } from '@bearmq/core/schema';
import { describe, expect, it } from '@jest/globals';
import type { Context } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { type Interception, intercepted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';

const schema = useSchema();
const daemons = useDaemons();

/** Many short jobs, one of which was given back after its process had died; far enough behind to be claimed ahead. */
async function enqueueSuspect(context: Context, work: (isSuspect: boolean) => unknown) {
  const { definition, runs } = await notedJob<{ isSuspect: boolean }>(context, 'SUSPECT', ({ isSuspect }) =>
    work(isSuspect),
  );
  const payloads = Array.from({ length: 400 }, (_, n) => ({ payload: { isSuspect: n === 300 } }));
  const jobId = (await definition.enqueueMany(payloads))[300] ?? '';
  await schema.rows('update {s}.job set suspect = true where id = $1', [jobId]);
  return { jobId, runs };
}

/** Where they are in a row of a claim. */
const [ID, STARTED] = [CLAIMED_COLUMNS.indexOf('id'), CLAIMED_COLUMNS.indexOf('started')];

describe('a job that was rescued from a dead process', () => {
  it('has its attempt recorded before it runs, though it was claimed ahead', async () => {
    const starts: unknown[] = [];
    const intercept: Interception = async ({ name }, send) => {
      const rows = await send();
      if (name === 'bearmq_claim') starts.push(...rows.filter((row) => row[ID] === jobId).map((row) => row[STARTED]));
      return rows;
    };
    const context = schema.context({}, { driver: intercepted(schema.driver(), intercept) });
    const events = logEvents(context);
    let seen: unknown;
    const { jobId } = await enqueueSuspect(context, async (isSuspect) => {
      if (isSuspect) [seen] = await schema.rows('select attempt, started from {s}.job where id = $1', [jobId]);
    });
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(starts).toEqual([false]);
    expect(seen).toEqual({ attempt: 1, started: true });
  });

  it('does not run where somebody else has claimed it since', async () => {
    let isTaken = false;
    const intercept: Interception = async ({ name, values }, send) => {
      if (!isTaken && name === 'bearmq_settle' && values.some((value) => String(value).includes(jobId))) {
        isTaken = true;
        await schema.rows(`update {s}.job set state = 'ready', process_id = null, fence = fence + 1 where id = $1`, [
          jobId,
        ]);
      }
      return send();
    };
    const context = schema.context({ pollSecs: 0.1 }, { driver: intercepted(schema.driver(), intercept) });
    const events = logEvents(context);
    const { jobId, runs } = await enqueueSuspect(context, () => {});
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_LOSE', { jobId });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(runs.filter(({ payload }) => payload.isSuspect).map(({ metadata }) => metadata.attempt)).toEqual([1]);
  });
});
