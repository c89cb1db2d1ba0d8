import { describe, expect, it } from '@jest/globals';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { counted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { gate, until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();

const fail = (message = 'no luck') => {
  throw new Error(message);
};

describe('a job that fails', () => {
  it('is attempted once by default, and finalized at once: RUN_ERROR, then EXPIRE', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const error = new Error('first and last');
    const { definition } = await notedJob<null>(context, 'ONCE', () => Promise.reject(error));
    const worker = daemons.worker(context);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_EXPIRE', { jobId });
    // The enqueue may have its answer later than a worker its claim.
    expect(events.types(jobId).filter((type) => type !== 'JOB_DEFINITION_JOB_ENQUEUE')).toEqual([
      'WORKER_JOB_DEQUEUE',
      'WORKER_JOB_RUN',
      'WORKER_JOB_RUN_ERROR',
      'WORKER_JOB_EXPIRE',
    ]);
    expect(events.of('WORKER_JOB_RUN_ERROR', jobId)).toMatchObject([
      {
        eventType: 'WORKER_JOB_RUN_ERROR',
        jobId,
        jobName: 'ONCE',
        workerId: worker.id,
        attempt: 1,
        error,
        durationMs: expect.any(Number),
      },
    ]);
    expect(
      await schema.rows('select outcome::text, attempt, error from {s}.finalized_job where id = $1', [jobId]),
    ).toEqual([{ outcome: 'failed', attempt: 1, error: error.stack }]);
  });

  it('keeps the stack of its error up to the work function, and none of what called that', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'STACK', () => fail('here'));
    daemons.worker(context);
    const jobId = await definition.enqueue();
    const [expired] = await events.waitFor('WORKER_JOB_EXPIRE', { jobId });
    const stack = String((expired?.error as Error | undefined)?.stack);
    expect(stack).toMatch(/\/core\/(dist|src)\//);
    const { failures, error: kept } = (await context.jobs.get(jobId)) ?? fail();
    expect(kept).toMatch(/^Error: here\n {4}at .*retries\.test\.ts/);
    expect(kept).not.toMatch(/\/core\/(dist|src)\//);
    expect(stack.startsWith(String(kept))).toBe(true);
    expect(failures.map((failure) => failure.error)).toEqual([kept]);
  });

  it('has numAttempts attempts in all, and learns which this is', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition, runs } = await notedJob<null>(context, 'THRICE', () => fail(), {
      numAttempts: 3,
      timeoutSecs: 0,
    });
    daemons.worker(context);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_EXPIRE', { jobId });
    expect(runs.map(({ metadata }) => [metadata.jobId, metadata.attempt, metadata.numAttempts])).toEqual([
      [jobId, 1, 3],
      [jobId, 2, 3],
      [jobId, 3, 3],
    ]);
    expect(events.of('WORKER_JOB_RUN_ERROR', jobId).map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(await schema.value('select attempt from {s}.finalized_job where id = $1', [jobId])).toBe(3);
  });

  it('stops at the first attempt that succeeds, and keeps no error then', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'SECOND', (_, { attempt }) => attempt < 2 && fail(), {
      numAttempts: 5,
      timeoutSecs: 0,
    });
    daemons.worker(context);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(events.of('WORKER_JOB_RUN_SUCCESS', jobId)[0]?.attempt).toBe(2);
    expect(events.types(jobId)).not.toContain('WORKER_JOB_EXPIRE');
    expect(
      await schema.rows('select outcome::text, attempt, error from {s}.finalized_job where id = $1', [jobId]),
    ).toEqual([{ outcome: 'succeeded', attempt: 2, error: null }]);
  });

  it('takes numAttempts and timeoutSecs for once from enqueue', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition, runs } = await notedJob<null>(context, 'OVERRIDDEN', () => fail(), { numAttempts: 7 });
    daemons.worker(context);
    const jobId = await definition.enqueue(null, { numAttempts: 2, timeoutSecs: 0 });
    await events.waitFor('WORKER_JOB_EXPIRE', { jobId });
    expect(runs).toHaveLength(2);
  });

  it('waits timeoutSecs for its next attempt, 300 by default, by the clock of the database', async () => {
    const counts = counted(schema.driver());
    const context = schema.context({ pollSecs: 0.02, wakeUp: 'poll' }, { driver: counts.driver });
    const events = logEvents(context);
    const { definition, runs } = await notedJob<null>(context, 'SPACED', () => fail(), { numAttempts: 2 });
    daemons.worker(context);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_RUN_ERROR', { jobId });
    expect(
      await schema.rows(
        `select state::text, attempt, last_error like 'Error: no luck%' as kept,
          extract(epoch from run_at - now())::float8 between 280 and 300 as spaced from {s}.job where id = $1`,
        [jobId],
      ),
    ).toEqual([{ state: 'scheduled', attempt: 1, kept: true, spaced: true }]);
    await schema.age(270, 'job');
    counts.reset();
    await until('the worker has looked ten times', () => counts.of('bearmq_claim') >= 10);
    expect(runs).toHaveLength(1);
    await schema.age(31, 'job');
    await events.waitFor('WORKER_JOB_EXPIRE', { jobId });
    expect(runs).toHaveLength(2);
  });

  it('is attempted again at once when timeoutSecs is zero, without waiting to be found', async () => {
    const context = schema.context({ pollSecs: 3_600 });
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'AT_ONCE', () => fail(), { numAttempts: 4, timeoutSecs: 0 });
    daemons.worker(context);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_EXPIRE', { jobId });
  });

  it('is attempted in time though nothing else happens meanwhile', async () => {
    const context = schema.context({ pollSecs: 3_600 });
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'IN_TIME', () => fail(), { numAttempts: 2, timeoutSecs: 0.5 });
    daemons.worker(context);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_EXPIRE', { jobId });
    const spacing = `select extract(epoch from claimed_at - enqueued_at)::float8 from {s}.finalized_job where id = $1`;
    expect(await schema.value(spacing, [jobId])).toBeGreaterThanOrEqual(0.5);
  });

  it('may be attempted by another process', async () => {
    const [first, second] = [schema.context(), schema.context()];
    const [firstEvents, secondEvents] = [logEvents(first), logEvents(second)];
    const { definition } = await notedJob<null>(first, 'MOVES', () => fail(), { numAttempts: 2, timeoutSecs: 1_000 });
    const worker = daemons.worker(first);
    const jobId = await definition.enqueue();
    await firstEvents.waitFor('WORKER_JOB_RUN_ERROR', { jobId });
    await worker.stop();
    await notedJob<null>(second, 'MOVES');
    daemons.worker(second);
    await schema.age(1_001, 'job');
    await secondEvents.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(secondEvents.of('WORKER_JOB_RUN', jobId)[0]?.attempt).toBe(2);
  });

  const strange: readonly [string, () => unknown, unknown, string][] = [
    ['a synchronous throw', () => fail('sync'), expect.objectContaining({ message: 'sync' }), 'Error: sync'],
    ['a text', () => Promise.reject('just text'), 'just text', 'just text'],
    ['undefined', () => Promise.reject(), undefined, 'undefined'],
    ['null', () => Promise.reject(null), null, 'null'],
    ['an object', () => Promise.reject({ code: 7 }), { code: 7 }, '{"code":7}'],
    ['a symbol', () => Promise.reject(Symbol.for('s')), Symbol.for('s'), 'Symbol(s)'],
    ['what has no text', () => Promise.reject(Object.create(null)), Object.create(null), 'cannot be turned into text'],
    ['a NUL character', () => Promise.reject('a\0b\ud83d'), 'a\0b\ud83d', 'ab\ufffd'],
  ];

  it.each(strange)('may do so with %s, and that is told and kept', async (_what, work, told, kept) => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'STRANGE', work);
    daemons.worker(context);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_EXPIRE', { jobId });
    expect(events.of('WORKER_JOB_RUN_ERROR', jobId)[0]?.error).toEqual(told);
    expect(await schema.value('select error from {s}.finalized_job where id = $1', [jobId])).toContain(kept);
  });

  it('keeps at most ten thousand characters of its error', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'LONG', () => Promise.reject('é'.repeat(100_000)));
    daemons.worker(context);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_EXPIRE', { jobId });
    expect(await schema.value('select length(error) from {s}.finalized_job where id = $1', [jobId])).toBe(10_000);
  });
});

describe('timeoutSecs of zero', () => {
  it('never has two workers run the same job, however long it runs and however often they look', async () => {
    const finish = gate();
    const counts = counted(schema.driver());
    const contexts = [0, 1, 2].map(() => schema.context({ pollSecs: 0.02, wakeUp: 'poll' }, { driver: counts.driver }));
    const jobs = await Promise.all(
      contexts.map((context) =>
        notedJob<null>(context, 'LONGER', () => finish.opened, { numAttempts: 5, timeoutSecs: 0 }),
      ),
    );
    const logs = contexts.map((context) => logEvents(context));
    for (const context of contexts) daemons.worker(context, { concurrency: 3 });
    const jobId = await jobs[0]?.definition.enqueue();
    const runs = () => jobs.flatMap((job) => job.runs);
    await until('it runs', () => runs().length > 0);
    await schema.age(1_000, 'job');
    counts.reset();
    await until('all workers have looked often', () => counts.of('bearmq_claim') >= 30);
    expect(runs()).toHaveLength(1);
    finish.open();
    await until('it is over', () => logs.some((log) => log.of('WORKER_JOB_RUN_SUCCESS', jobId).length > 0));
    expect(runs()).toHaveLength(1);
  });
});
