import { rejectionOf } from '@bearmq/test-support';
import { describe, expect, it } from '@jest/globals';
import { JobDefinition } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';

const schema = useSchema();
const daemons = useDaemons();

const TOMORROW = new Date(Date.now() + 86_400_000);
const PAST = new Date(-8.64e15);
const rowOf = async (jobId: string) =>
  (await schema.rows('select state::text, run_at as at from {s}.job where id = $1', [jobId]))[0];

describe('a job with a runAt', () => {
  it('waits for that very time, whatever delay its definition has, alone and beside others', async () => {
    const context = schema.context();
    const definition = new JobDefinition<null>({ context, name: 'TIMED', delaySecs: 60, workFunction: () => {} });
    const own = { state: 'scheduled', at: TOMORROW };
    expect(await rowOf(await definition.enqueue(null, { runAt: TOMORROW }))).toEqual(own);
    const ids = await definition.enqueueMany([{ runAt: TOMORROW }, {}, { runAt: PAST }, { delaySecs: 0 }]);
    expect(await Promise.all(ids.map(rowOf))).toEqual([
      own,
      { state: 'scheduled', at: expect.any(Date) },
      { state: 'ready', at: null },
      { state: 'ready', at: null },
    ]);
  });

  it('runs when its time has come, and at once where that is past', async () => {
    const context = schema.context({ pollSecs: 3_600 });
    const events = logEvents(context);
    const { definition, runs } = await notedJob<string>(context, 'DUE');
    daemons.worker(context);
    const past = await definition.enqueue('past', { runAt: PAST });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: past });
    const runAt = new Date(Date.now() + 500);
    const soon = await definition.enqueue('soon', { runAt });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: soon });
    expect(runs.map(({ payload }) => payload)).toEqual(['past', 'soon']);
    const isLate = 'select claimed_at >= $2 from {s}.finalized_job where id = $1';
    expect(await schema.value(isLate, [soon, runAt])).toBe(true);
  });

  it('keeps the time that it was called with', async () => {
    const definition = new JobDefinition<null>({ context: schema.context(), name: 'COPIED', workFunction: () => {} });
    const runAt = new Date(TOMORROW);
    const call = definition.enqueue(null, { runAt });
    runAt.setTime(0);
    expect(await rowOf(await call)).toEqual({ state: 'scheduled', at: TOMORROW });
  });

  it.each<[string, object, string]>([
    ['a number', { runAt: 5 }, 'must be a Date, such as new Date(Date.now() + 60_000), got 5'],
    ['a text', { runAt: '2030-01-01' }, 'must be a Date'],
    ['an invalid date', { runAt: new Date(Number.NaN) }, 'got an invalid one'],
    ['what only looks like one', { runAt: Object.create(Date.prototype) }, 'must be a Date'],
    ['in two hundred years', { runAt: new Date(Date.now() + 200 * 365 * 86_400_000) }, 'at most 100 years from now'],
    ['beside delaySecs', { runAt: TOMORROW, delaySecs: 1 }, 'and delaySecs both say when to run: give one'],
  ])('is refused where that is %s', async (_what, options, words) => {
    const definition = new JobDefinition<null>({ context: schema.context(), name: 'WRONG', workFunction: () => {} });
    for (const attempt of [definition.enqueue(null, options), definition.enqueueMany([{ ...options }])]) {
      const error = await rejectionOf(attempt);
      expect(error).toMatchObject({ name: 'InvalidOptionError', option: expect.stringContaining('.runAt') });
      expect((error as Error).message).toContain(words);
    }
  });
});
