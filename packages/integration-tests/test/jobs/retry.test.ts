import { describe, expect, it } from '@jest/globals';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { statementsOf } from '../support/statements.ts';
import { gate } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();
const statements = statementsOf(schema);

describe('a retry', () => {
  it('has a job that failed run again, with its payload, as often as it may', async () => {
    const context = schema.context();
    const events = logEvents(context);
    let isFixed = false;
    const { definition, runs } = await notedJob<{ n: number }>(
      context,
      'BROKEN',
      () => {
        if (!isFixed) throw new Error('broken');
      },
      { numAttempts: 2, timeoutSecs: 0 },
    );
    daemons.worker(context);
    const jobId = await definition.enqueue({ n: 7 });
    await events.waitFor('WORKER_JOB_EXPIRE', { jobId });
    isFixed = true;
    expect(await context.jobs.retry(jobId)).toEqual({ retried: 1, notFound: 0, refused: [], next: null });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(runs.map(({ payload, metadata }) => [payload.n, metadata.attempt])).toEqual([
      [7, 1],
      [7, 2],
      [7, 1],
    ]);
    expect(events.of('CONTEXT_JOB_RETRY', jobId)).toMatchObject([{ jobName: 'BROKEN' }]);
    expect(await context.jobs.get(jobId)).toMatchObject({ outcome: 'succeeded', attempt: 1, failures: [{}, {}] });
    expect(await context.jobs.retry(jobId)).toMatchObject({ retried: 0, refused: [{ jobId, why: 'succeeded' }] });
  });

  it('has a cancelled job run again, and all that failed of a name', async () => {
    const context = schema.context();
    const { definition } = await notedJob<null>(context, 'ALL');
    const ids = await definition.enqueueMany([{ delaySecs: 60 }, { delaySecs: 60 }, { delaySecs: 60 }]);
    await context.jobs.cancel({ jobName: 'ALL' });
    expect(
      (await context.jobs.retry({ jobName: 'ALL', outcomes: ['cancelled'] }, { delaySecs: 60, limit: 2 })).retried,
    ).toBe(2);
    expect((await context.jobs.retry({ jobName: 'ALL' })).retried).toBe(1);
    const { jobs } = await context.jobs.find({ ids }, { order: 'oldest' });
    expect(jobs.map(({ state }) => state)).toEqual(['scheduled', 'scheduled', 'ready']);
    expect(await context.jobs.retry(ids[0] ?? '')).toMatchObject({ refused: [{ why: 'unfinished' }] });
  });
});

describe('a delete', () => {
  it('removes what waits and what is over, leaves what runs, and tells', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const go = gate();
    const { definition } = await notedJob<null>(context, 'GOES', () => go.opened);
    daemons.worker(context);
    const running = await definition.enqueue();
    await events.waitFor('WORKER_JOB_RUN', { jobId: running });
    const waiting = await definition.enqueue(null, { delaySecs: 60 });
    const cancelled = await definition.enqueue(null, { delaySecs: 60 });
    await context.jobs.cancel(cancelled);
    expect(await context.jobs.delete({ jobName: 'GOES' })).toEqual({
      deleted: 2,
      running: 1,
      notFound: 0,
      busy: 0,
      next: null,
    });
    expect(
      events
        .of('CONTEXT_JOB_DELETE')
        .map(({ jobId }) => jobId)
        .toSorted(),
    ).toEqual([waiting, cancelled].toSorted());
    expect(await context.jobs.get(waiting)).toBe(null);
    expect(await context.jobs.delete(waiting)).toMatchObject({ notFound: 1 });
    go.open();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: running });
  });
});

describe('waiting jobs', () => {
  it('can be given another priority and another channel', async () => {
    const context = schema.context();
    const { definition } = await notedJob<null>(context, 'MOVES');
    const [one = '', two = '', three = ''] = await definition.enqueueMany([{}, {}, {}]);
    expect(await context.jobs.setPriority(three, 5)).toMatchObject({ changed: 1 });
    expect(await context.jobs.move({ ids: [one, three] }, 'OTHER')).toMatchObject({ changed: 2 });
    const worker = await statements.worker();
    const found = await statements.claimed(worker, { names: ['MOVES'], channels: ['OTHER'] });
    expect(found.map(({ id, priority }) => [id, priority])).toEqual([
      [three, 5],
      [one, 0],
    ]);
    expect(await context.jobs.move(one, 'BACK')).toMatchObject({ changed: 0, running: 1 });
    expect(await context.jobs.get(two)).toMatchObject({ channel: 'DEFAULT', priority: 0 });
    await expect(context.jobs.setPriority(two, 0.5)).rejects.toThrow(
      'jobs.setPriority.priority must be a whole number',
    );
    await expect(context.jobs.move(two, '')).rejects.toThrow('jobs.move.channel must not be empty');
  });

  it('that are moved to where a worker waits are run soon', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'SOON');
    daemons.worker(context, { channels: ['HERE'] });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: await definition.enqueue(null, { channel: 'HERE' }) });
    const jobId = await definition.enqueue(null, { channel: 'ELSEWHERE' });
    await context.jobs.move(jobId, 'HERE');
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
  });
});

describe('a scheduled job that is to run now', () => {
  it('is run soon, though its lane was scanned beyond it', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'LATER');
    const [later = '', grouped = ''] = await definition.enqueueMany([
      { delaySecs: 3_600 },
      { delaySecs: 3_600, jobGroup: 'g' },
    ]);
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: await definition.enqueue() });
    // Of another context, as of another process.
    const { jobs } = schema.context();
    expect(await jobs.runNow(later)).toEqual({
      promoted: 1,
      waiting: 0,
      running: 0,
      over: 0,
      notFound: 0,
      busy: 0,
      next: null,
    });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: later });
    expect(await jobs.runNow({ jobName: 'LATER' })).toMatchObject({ promoted: 1, waiting: 0 });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: grouped });
    expect(await jobs.runNow(later)).toMatchObject({ promoted: 0, over: 1 });
  });

  it('is one of a filter that says something, and that is looked for among the scheduled ones', async () => {
    const context = schema.context();
    const { definition } = await notedJob<null>(context, 'MIXED');
    await definition.enqueueMany([{}, { delaySecs: 60 }, {}, { delaySecs: 60 }, { delaySecs: 60 }]);
    expect(await context.jobs.runNow({ jobName: 'MIXED' }, { limit: 2 })).toMatchObject({ promoted: 2, waiting: 0 });
    expect(await context.jobs.runNow({ jobName: 'MIXED', states: ['ready'] })).toMatchObject({
      promoted: 0,
      waiting: 4,
    });
    await expect(context.jobs.runNow({})).rejects.toThrow('must say which jobs');
    await expect(context.jobs.runNow('4711')).rejects.toThrow('jobs.runNow must be the id of a job');
  });
});
