import { beforeEach, describe, expect, it } from '@jest/globals';
import { type ContextSettings, JobDefinition, type JobDefinitionOptions } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';

const schema = useSchema();
const daemons = useDaemons();

beforeEach(() => schema.rows('truncate {s}.job'));

type Given = Partial<JobDefinitionOptions<null>>;
type Overrides = Parameters<JobDefinition['enqueue']>[1];

/** What a job is enqueued with. */
async function rowOf(jobDefaults: ContextSettings['jobDefaults'], given: Given = {}, overrides: Overrides = {}) {
  const context = schema.context(jobDefaults === undefined ? {} : { jobDefaults });
  const definition = new JobDefinition({
    context,
    name: 'A',
    workFunction: () => {},
    ...given,
  } as JobDefinitionOptions<null>);
  const id = await definition.enqueue(null, overrides);
  const [row] = await schema.rows(
    `select state::text, num_attempts, timeout_secs, priority, channel, extras from {s}.job where id = $1`,
    [id],
  );
  return row;
}

const ALL = {
  delaySecs: 60,
  numAttempts: 4,
  timeoutSecs: 9,
  priority: 3,
  channel: 'C',
  maxDeaths: 2,
} as const;

describe('the settings of a job', () => {
  it('are those built in, where nobody says anything', async () => {
    const built = { state: 'ready', num_attempts: 1, timeout_secs: 300, priority: 0, channel: 'DEFAULT', extras: null };
    expect(await rowOf(undefined)).toEqual(built);
    expect(await rowOf({})).toEqual(built);
  });

  it('are those of the context', async () => {
    expect(await rowOf(ALL)).toEqual({
      state: 'scheduled',
      num_attempts: 4,
      timeout_secs: 9,
      priority: 3,
      channel: 'C',
      extras: { maxDeaths: 2 },
    });
  });

  it('are those of the definition before those of the context, and those of the enqueue before both', async () => {
    expect(await rowOf(ALL, { numAttempts: 5, channel: 'D', delaySecs: 0, maxDeaths: 0 })).toEqual({
      state: 'ready',
      num_attempts: 5,
      timeout_secs: 9,
      priority: 3,
      channel: 'D',
      extras: null,
    });
    const own = { numAttempts: 6, timeoutSecs: 1, priority: -1, channel: 'E', delaySecs: 0, maxDeaths: 7 };
    expect(await rowOf(ALL, { numAttempts: 5, channel: 'D' }, own)).toEqual({
      state: 'ready',
      num_attempts: 6,
      timeout_secs: 1,
      priority: -1,
      channel: 'E',
      extras: { maxDeaths: 7 },
    });
  });

  it('of enqueueMany are resolved likewise, item by item', async () => {
    const context = schema.context({ jobDefaults: ALL });
    const definition = new JobDefinition({ context, name: 'MANY', workFunction: () => {} });
    await definition.enqueueMany([{}, { maxDeaths: 1 }, { maxDeaths: 0, numAttempts: 1 }]);
    expect(await schema.rows('select num_attempts, extras from {s}.job order by seq')).toEqual([
      { num_attempts: 4, extras: { maxDeaths: 2 } },
      { num_attempts: 4, extras: { maxDeaths: 1 } },
      { num_attempts: 1, extras: null },
    ]);
  });

  it('are taken when the context is made: to change the object later changes nothing', async () => {
    const backoff: { type: 'fixed'; delaySecs: number } = { type: 'fixed', delaySecs: 5 };
    const jobDefaults = { numAttempts: 2, backoff };
    const context = schema.context({ jobDefaults });
    jobDefaults.numAttempts = 9;
    backoff.delaySecs = Number.NaN;
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'COPIED', () => Promise.reject(new Error('no')));
    daemons.worker(context);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_RUN_ERROR', { jobId });
    expect(await pauseOf(jobId)).toEqual({ num_attempts: 2, secs: 5 });
  });
});

const pauseOf = async (jobId: string) =>
  (
    await schema.rows(
      `select num_attempts, round(extract(epoch from run_at - now()))::int as secs from {s}.job where id = $1`,
      [jobId],
    )
  )[0];

describe('the pause after a failed attempt', () => {
  const rule = (delaySecs: number) => ({ type: 'fixed', delaySecs }) as const;

  it.each<[string, ContextSettings['jobDefaults'], Given, Overrides, number]>([
    ['the backoff of the context', { backoff: rule(1_000) }, {}, {}, 1_000],
    ['the timeoutSecs of the definition before that', { backoff: rule(1_000) }, { timeoutSecs: 2_000 }, {}, 2_000],
    [
      'the backoff of the definition before its timeoutSecs',
      { timeoutSecs: 1_000 },
      { backoff: rule(2_000) },
      {},
      2_000,
    ],
    [
      'the timeoutSecs of the enqueue before both',
      { backoff: rule(1_000) },
      { backoff: rule(2_000) },
      { timeoutSecs: 3_000 },
      3_000,
    ],
    ['and before that of the context alone', { backoff: rule(1_000) }, {}, { timeoutSecs: 3_000 }, 3_000],
    ['the backoff of the enqueue', { timeoutSecs: 1_000 }, {}, { backoff: rule(4_000) }, 4_000],
  ])('is %s', async (title, jobDefaults = {}, given, overrides, secs) => {
    const context = schema.context({ jobDefaults: { ...jobDefaults, numAttempts: 2 } });
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, title, () => Promise.reject(new Error('no')), given as never);
    daemons.worker(context);
    const jobId = await definition.enqueue(null, overrides);
    await events.waitFor('WORKER_JOB_RUN_ERROR', { jobId });
    const { secs: found } = (await pauseOf(jobId)) as { secs: number };
    expect(found).toBeGreaterThan(secs - 30);
    expect(found).toBeLessThanOrEqual(secs);
  });

  it('said in two ways by one context is refused', () => {
    const make = () => schema.context({ jobDefaults: { timeoutSecs: 1, backoff: rule(1) } });
    expect(make).toThrow('Context.jobDefaults.backoff and timeoutSecs both say how long to wait');
  });
});

describe('the limit of a run', () => {
  it('is that of the context, unless the definition has one', async () => {
    const context = schema.context({ jobDefaults: { maxRunSecs: 0.1 } });
    const events = logEvents(context);
    const untilAborted = (_: null, { signal }: { readonly signal: AbortSignal }) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const { definition } = await notedJob<null>(context, 'LIMITED', untilAborted);
    daemons.worker(context);
    const jobId = await definition.enqueue();
    const [event] = await events.waitFor('WORKER_JOB_TIMEOUT', { jobId });
    expect(event).toMatchObject({ maxRunSecs: 0.1, attempt: 1 });
    await events.waitFor('WORKER_JOB_EXPIRE', { jobId });
    expect(events.types(jobId)).toEqual([
      'JOB_DEFINITION_JOB_ENQUEUE',
      'WORKER_JOB_DEQUEUE',
      'WORKER_JOB_RUN',
      'WORKER_JOB_TIMEOUT',
      'WORKER_JOB_RUN_ERROR',
      'WORKER_JOB_EXPIRE',
    ]);
  });
});
