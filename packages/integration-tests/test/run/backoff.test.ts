import { rejectionOf } from '@bearmq/test-support';
import { describe, expect, it } from '@jest/globals';
import { type Context, type FailedAttempt, JobDefinition } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';

const schema = useSchema();
const daemons = useDaemons();

const fail = () => {
  throw new Error('no luck');
};

/** How long a job waits for its next attempt, counted from now, in whole seconds. */
const pauseOf = async (jobId: string) => {
  const sql = `select round(extract(epoch from run_at - now()))::int from {s}.job where id = $1 and state = 'scheduled'`;
  return Number(await schema.value(sql, [jobId]));
};
const makeDue = (jobId: string) => schema.rows('update {s}.job set run_at = now() where id = $1', [jobId]);

/** The pauses after each of the first `count` attempts, which all fail. */
async function pausesOf(context: Context, jobId: string, count: number): Promise<number[]> {
  const events = logEvents(context);
  const pauses: number[] = [];
  daemons.worker(context, { concurrency: 5 });
  for (let n = 1; n <= count; n += 1) {
    await events.waitFor('WORKER_JOB_RUN_ERROR', { jobId, count: n });
    pauses.push(await pauseOf(jobId));
    await makeDue(jobId);
  }
  return pauses;
}

const near = (secs: number) => Math.abs(secs) <= 20;
const all = (pauses: readonly number[], expected: readonly number[]) =>
  pauses.length === expected.length && pauses.every((pause, i) => near(pause - (expected[i] ?? 0)));

describe('a backoff', () => {
  it('that is exponential doubles the pause after each attempt, up to its maximum', async () => {
    const context = schema.context();
    const { definition } = await notedJob<null>(context, 'DOUBLES', fail, {
      numAttempts: 9,
      backoff: { type: 'exponential', delaySecs: 1_000, maxSecs: 3_000, jitter: 'none' },
    });
    const jobId = await definition.enqueue();
    const pauses = await pausesOf(context, jobId, 4);
    expect([pauses, all(pauses, [1_000, 2_000, 3_000, 3_000])]).toEqual([pauses, true]);
  });

  it('of an enqueue goes before that of the definition, and so does its timeoutSecs', async () => {
    const context = schema.context();
    const { definition } = await notedJob<null>(context, 'OVERRIDES', fail, {
      numAttempts: 2,
      backoff: { type: 'fixed', delaySecs: 1_000 },
    });
    const rule = { type: 'fixed', delaySecs: 2_000 } as const;
    const ids = [
      await definition.enqueue(),
      await definition.enqueue(null, { backoff: rule, headers: { a: '1' } }),
      await definition.enqueue(null, { timeoutSecs: 3_000 }),
      ...(await definition.enqueueMany([{ backoff: rule }, { timeoutSecs: 3_000 }, {}], { headers: { b: '2' } })),
    ];
    const events = logEvents(context);
    daemons.worker(context, { concurrency: 9 });
    await events.waitFor('WORKER_JOB_RUN_ERROR', { count: ids.length });
    const pauses = await Promise.all(ids.map(pauseOf));
    expect([pauses, all(pauses, [1_000, 2_000, 3_000, 2_000, 3_000, 1_000])]).toEqual([pauses, true]);
    const extras = await Promise.all(ids.map((id) => schema.value('select extras from {s}.job where id = $1', [id])));
    expect(extras).toEqual([
      null,
      { headers: { a: '1' }, backoff: rule },
      { backoff: null },
      { headers: { b: '2' }, backoff: rule },
      { headers: { b: '2' }, backoff: null },
      { headers: { b: '2' } },
    ]);
  });

  it('is drawn at random below the pause where it grows, unless told otherwise', async () => {
    const context = schema.context();
    const { definition } = await notedJob<null>(context, 'DRAWN', fail, {
      numAttempts: 2,
      backoff: { type: 'exponential', delaySecs: 10_000 },
    });
    const ids = await definition.enqueueMany(Array.from({ length: 30 }, () => ({})));
    const events = logEvents(context);
    daemons.worker(context, { concurrency: 30 });
    await events.waitFor('WORKER_JOB_RUN_ERROR', { count: 30 });
    const pauses = await Promise.all(ids.map(pauseOf));
    expect(Math.max(...pauses)).toBeLessThanOrEqual(10_000);
    expect(new Set(pauses.map((pause) => Math.floor(pause / 1_000))).size).toBeGreaterThan(2);
  });

  it('that is a function is told of the attempt, and gives the pause', async () => {
    const context = schema.context();
    const seen: unknown[] = [];
    const { definition } = await notedJob<{ n: number }>(context, 'ASKED', fail, {
      numAttempts: 9,
      backoff: ({ error, attempt, numAttempts, payload }: FailedAttempt<{ n: number }>) => {
        seen.push([(error as Error).message, attempt, numAttempts, payload]);
        return 1_000 * attempt;
      },
    });
    const jobId = await definition.enqueue({ n: 1 });
    const pauses = await pausesOf(context, jobId, 3);
    expect([pauses, all(pauses, [1_000, 2_000, 3_000])]).toEqual([pauses, true]);
    expect(seen.slice(0, 2)).toEqual([
      ['no luck', 1, 9, { n: 1 }],
      ['no luck', 2, 9, { n: 1 }],
    ]);
  });

  it('that gives up ends the job as failed, with attempts left', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'GIVES_UP', fail, {
      numAttempts: 9,
      backoff: ({ attempt }: FailedAttempt<null>) => (attempt < 2 ? 0 : 'give-up'),
    });
    daemons.worker(context);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_EXPIRE', { jobId });
    expect(events.of('WORKER_JOB_RUN_ERROR', jobId).map(({ attempt }) => attempt)).toEqual([1, 2]);
    const row = 'select outcome::text, attempt, num_attempts from {s}.finalized_job where id = $1';
    expect(await schema.rows(row, [jobId])).toEqual([{ outcome: 'failed', attempt: 2, num_attempts: 9 }]);
  });

  it('that throws is warned of once, and its jobs wait for five minutes', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const reason = new Error('of the backoff');
    const { definition } = await notedJob<null>(context, 'THROWS', fail, {
      numAttempts: 2,
      backoff: () => {
        throw reason;
      },
    });
    daemons.worker(context);
    const ids = [await definition.enqueue(), await definition.enqueue()];
    await events.waitFor('WORKER_JOB_RUN_ERROR', { count: 2 });
    const pauses = await Promise.all(ids.map(pauseOf));
    expect([pauses, all(pauses, [300, 300])]).toEqual([pauses, true]);
    expect(events.of('WARNING').filter(({ error }) => error === reason)).toHaveLength(1);
  });

  it('lets others of its group pass while it waits', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition, runs } = await notedJob<string>(
      context,
      'GROUPED',
      (payload, { attempt }) => payload === 'fails' && attempt === 1 && fail(),
      { numAttempts: 2, backoff: { type: 'fixed', delaySecs: 1_000 }, jobGroupGenerator: () => 'g' },
    );
    const [fails = ''] = await definition.enqueueMany([{ payload: 'fails' }, { payload: 'passes' }]);
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS');
    await makeDue(fails);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: fails });
    expect(runs.map(({ payload }) => payload)).toEqual(['fails', 'passes', 'fails']);
  });
});

describe('a backoff that is wrong', () => {
  const context = schema.context;
  it.each<[string, unknown, string]>([
    ['a number', 5, "must be a function, or an object such as { type: 'exponential', delaySecs: 5 }, got 5"],
    ['a text', 'exponential', 'must be a function, or an object such as'],
    ['a list', [], 'must be a function, or an object such as'],
    ['without a type', { delaySecs: 5 }, 'JobDefinition.backoff.type must be one of fixed, exponential; got undefined'],
    ['without a pause', { type: 'fixed' }, 'JobDefinition.backoff.delaySecs must be a number of seconds from 0 to'],
    [
      'with a jitter of its own',
      { type: 'fixed', delaySecs: 5, jitter: 0.5 },
      'JobDefinition.backoff.jitter must be one',
    ],
    [
      'that would not grow',
      { type: 'fixed', delaySecs: 5, maxSecs: 4 },
      'must be at least delaySecs, which is 5; got 4',
    ],
  ])('is refused: %s', (_what, backoff, words) => {
    const make = () => new JobDefinition({ context: context(), name: 'A', workFunction: () => {}, backoff } as never);
    expect(make).toThrow(words);
  });

  it('beside timeoutSecs is refused, in a definition and in an enqueue', async () => {
    const rule = { type: 'fixed', delaySecs: 5 } as const;
    const words = 'and timeoutSecs both say how long to wait after a failed attempt: give one';
    const options = { context: context(), name: 'A', workFunction: () => {} };
    expect(() => new JobDefinition({ ...options, backoff: rule, timeoutSecs: 1 })).toThrow(words);
    expect(() => new JobDefinition({ ...options, backoff: () => 1, timeoutSecs: 1 })).toThrow(words);
    const definition = new JobDefinition(options);
    for (const [attempt, option] of [
      [definition.enqueue(null, { backoff: rule, timeoutSecs: 1 }), 'enqueue.backoff'],
      [definition.enqueueMany([{}, { backoff: rule, timeoutSecs: 1 }]), 'enqueueMany[1].backoff'],
      [definition.enqueue(null, { backoff: (() => 1) as never }), 'enqueue.backoff'],
    ] as const) {
      expect(await rejectionOf(attempt)).toMatchObject({ name: 'InvalidOptionError', option });
    }
  });

  it('when it is changed after the call changes nothing of the job', async () => {
    const definition = new JobDefinition({ context: context(), name: 'COPIED', workFunction: () => {} });
    const backoff = { type: 'fixed' as const, delaySecs: 5 };
    const call = definition.enqueue(null, { backoff });
    backoff.delaySecs = 6;
    const extras = await schema.value('select extras from {s}.job where id = $1', [await call]);
    expect(extras).toEqual({ backoff: { type: 'fixed', delaySecs: 5 } });
  });
});
