import { beforeAll, describe, expect, it } from '@jest/globals';
import type { JobMetadata } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { gate, until } from '../support/until.ts';
import { createEffects, effectsOf, inTransaction } from './support/in-transaction.ts';

const schema = useSchema();
const daemons = useDaemons();

beforeAll(() => createEffects(schema));

/** Writes an effect and completes the job, in one transaction. */
async function complete({ completeIn, jobId, attempt }: JobMetadata): Promise<void> {
  await inTransaction(schema, async (tx, client) => {
    await client.query(`insert into ${schema.q}.effect values ($1, $2)`, [jobId, attempt]);
    await completeIn(tx);
  });
}

describe('a job that its work function completes in its own transaction', () => {
  it('has succeeded with that, once', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'COMPLETES', (_, metadata) => complete(metadata));
    daemons.worker(context);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(await context.jobs.get(jobId)).toMatchObject({ outcome: 'succeeded', attempt: 1, error: null });
    expect(await effectsOf(schema, jobId)).toBe(1);
    expect(events.of('WORKER_JOB_LATE_ERROR', jobId)).toEqual([]);
  });

  it.each([
    ['with attempts left', 3],
    ['in its last attempt', 1],
  ])(
    'and that throws after the commit, %s, has succeeded all the same: the error is told, and nothing follows it',
    async (name, numAttempts) => {
      const context = schema.context();
      const events = logEvents(context);
      const follows = await notedJob<unknown>(context, `FAILURE ${name}`);
      const { definition, runs } = await notedJob<null>(
        context,
        `LATE ${name}`,
        async (_, metadata) => {
          await complete(metadata);
          throw new Error('too late');
        },
        { onFailure: follows.definition as never },
      );
      daemons.worker(context);
      const jobId = await definition.enqueue(null, { numAttempts, timeoutSecs: 0 });
      const [late] = await events.waitFor('WORKER_JOB_LATE_ERROR', { jobId });
      expect(late).toMatchObject({ error: new Error('too late'), attempt: 1, durationMs: expect.any(Number) });
      expect(events.types(jobId).filter((type) => /ERROR|EXPIRE|SUCCESS/.test(type))).toEqual([
        'WORKER_JOB_RUN_SUCCESS',
        'WORKER_JOB_LATE_ERROR',
      ]);
      expect(await context.jobs.get(jobId)).toMatchObject({ outcome: 'succeeded', error: null, failures: [] });
      expect(await effectsOf(schema, jobId)).toBe(1);
      expect(runs).toHaveLength(1);
      expect(await schema.rows('select 1 from {s}.job')).toEqual([]);
    },
  );

  it('that is rolled back has an outcome as if it had never been called', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition } = await notedJob<'throws' | 'returns'>(context, 'ROLLS_BACK', async (how, metadata) => {
      if (metadata.attempt === 2) return await complete(metadata);
      const rolledBack = inTransaction(schema, async (tx) => {
        await metadata.completeIn(tx);
        throw new Error('no');
      });
      await (how === 'throws' ? rolledBack : rolledBack.catch(() => {}));
    });
    daemons.worker(context);
    const throws = await definition.enqueue('throws', { numAttempts: 2, timeoutSecs: 0 });
    const returns = await definition.enqueue('returns');
    for (const jobId of [throws, returns]) await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(events.of('WORKER_JOB_RUN_ERROR', throws)).toHaveLength(1);
    expect(await context.jobs.get(throws)).toMatchObject({ outcome: 'succeeded', attempt: 2, failures: [{}] });
    expect(await effectsOf(schema, throws)).toBe(1);
    expect(await context.jobs.get(returns)).toMatchObject({ outcome: 'succeeded', attempt: 1, failures: [] });
    expect(events.of('WORKER_JOB_LATE_ERROR')).toEqual([]);
  });

  it('and puts itself off, or is told to end by a stop, or hangs after it, has succeeded too', async () => {
    const context = schema.context({ abortGraceSecs: 0.1 });
    const events = logEvents(context);
    const go = gate();
    const { definition } = await notedJob<string>(context, 'GOES_ON', async (how, metadata) => {
      await complete(metadata);
      if (how === 'hangs') return await go.opened;
      await new Promise((resolve) => metadata.signal.addEventListener('abort', resolve));
      throw metadata.signal.reason;
    });
    const worker = daemons.worker(context, { concurrency: 3 });
    const hangs = await definition.enqueue('hangs', { maxRunSecs: 0.1, numAttempts: 2 });
    const cancelled = await definition.enqueue('waits', { numAttempts: 2 });
    const stopped = await definition.enqueue('waits', { numAttempts: 2 });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: hangs });
    for (const jobId of [cancelled, stopped]) {
      await until('it is completed', async () => (await effectsOf(schema, jobId)) === 1);
    }
    expect(await context.jobs.cancel(cancelled)).toMatchObject({ over: 1, running: 0, cancelled: 0 });
    expect(await worker.stop({ waitSecs: 0 })).toEqual({ stillRunning: [] });
    for (const jobId of [hangs, cancelled, stopped]) {
      expect(await context.jobs.get(jobId)).toMatchObject({ outcome: 'succeeded', attempt: 1, error: null });
      expect(events.of('WORKER_JOB_LATE_ERROR', jobId)).toHaveLength(1);
    }
  });

  it('holds up no other job while the transaction is open: but for its group, which opens once it has ended', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const [asked, go] = [gate(), gate()];
    const { definition } = await notedJob<number>(context, 'HOLDS', async (n, { completeIn }) => {
      if (n > 0) return;
      await inTransaction(schema, async (tx) => {
        await completeIn(tx);
        asked.open();
        await go.opened;
      });
    });
    daemons.worker(context, { concurrency: 5 });
    const held = await definition.enqueue(0, { jobGroup: 'held' });
    await asked.opened;
    const behind = await definition.enqueue(1, { jobGroup: 'held' });
    const others = await definition.enqueueMany([{ payload: 2 }, { payload: 3, jobGroup: 'other' }]);
    for (const jobId of others) await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(await context.jobs.cancel(held)).toMatchObject({ busy: 1 });
    expect(await context.jobs.get(behind)).toMatchObject({ state: 'blocked' });
    go.open();
    for (const jobId of [held, behind]) await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
  });

  it('and whose function ends before the transaction does is recorded once that has ended, as it ended', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const [commits, ends] = [gate(), gate()];
    const transactions: Promise<unknown>[] = [];
    const { definition } = await notedJob<'commits' | 'rolls back'>(context, 'ENDS_FIRST', async (how, metadata) => {
      if (metadata.attempt === 2) return;
      const asked = gate();
      const open = inTransaction(schema, async (tx) => {
        await metadata.completeIn(tx);
        asked.open();
        await commits.opened;
        if (how === 'rolls back') throw new Error('no');
      });
      transactions.push(open.catch(() => {}));
      await asked.opened;
      ends.open();
      throw new Error('it has ended first');
    });
    daemons.worker(context, { concurrency: 2 });
    const [kept, undone] = (await definition.enqueueMany([
      { payload: 'commits', numAttempts: 2, timeoutSecs: 0 },
      { payload: 'rolls back', numAttempts: 2, timeoutSecs: 0 },
    ])) as [string, string];
    await ends.opened;
    await until('both have run', () => transactions.length === 2);
    for (const jobId of [kept, undone]) expect(await context.jobs.get(jobId)).toMatchObject({ state: 'running' });
    commits.open();
    for (const jobId of [kept, undone]) await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(await context.jobs.get(kept)).toMatchObject({ outcome: 'succeeded', attempt: 1 });
    expect(await context.jobs.get(undone)).toMatchObject({ outcome: 'succeeded', attempt: 2, failures: [{}] });
    await Promise.all(transactions);
  });

  it('twice is completed once, also in another transaction', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const next = await notedJob<null>(context, 'ONCE');
    const { definition } = await notedJob<null>(context, 'TWICE', async (_, metadata) => {
      void metadata.enqueueOnSuccess(next.definition);
      await inTransaction(schema, async (tx) => {
        await metadata.completeIn(tx);
        await metadata.completeIn(tx);
      });
      await complete(metadata);
    });
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: await definition.enqueue() });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 2 });
    expect(next.runs).toHaveLength(1);
    expect(await schema.rows(`select 1 from {s}.finalized_job where name = 'ONCE'`)).toHaveLength(1);
    expect(await schema.rows(`select 1 from {s}.job where name = 'ONCE'`)).toEqual([]);
  });

  it('keeps its unique key until it is recorded', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const [completed, go] = [gate(), gate()];
    const { definition } = await notedJob<null>(
      context,
      'KEYED',
      async (_, metadata) => {
        await complete(metadata);
        completed.open();
        await go.opened;
      },
      { unique: { key: 'one', until: 'finished' } },
    );
    daemons.worker(context);
    const jobId = await definition.enqueue();
    await completed.opened;
    expect(await definition.submit()).toEqual({ jobId, outcome: 'skipped' });
    go.open();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(await definition.submit()).toMatchObject({ outcome: 'enqueued' });
  });
});
