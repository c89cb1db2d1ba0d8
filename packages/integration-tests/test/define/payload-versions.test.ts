import { rejectionOf } from '@bearmq/test-support';
import { describe, expect, it } from '@jest/globals';
import { type Context, InvalidOptionError, JobDefinition, JobFailure, type Upcasters } from 'bearmq';
import { z } from 'zod';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';

const schema = useSchema();
const daemons = useDaemons();

const stateOf = async (jobId: string) =>
  (
    await schema.rows(
      `select state::text, attempt, round(extract(epoch from run_at - now()))::int as secs
       from {s}.job where id = $1`,
      [jobId],
    )
  )[0];

describe('versions of payloads', () => {
  const versioned = (context: Context, payloadVersion: number, seen: unknown[] = []) =>
    new JobDefinition<unknown>({
      context,
      name: 'VERSIONED',
      payloadVersion,
      upcast: Object.fromEntries(
        [1, 2]
          .filter((from) => from < payloadVersion)
          .map((from) => [from, (old: object) => ({ ...old, [`from${from}`]: true })]),
      ),
      workFunction: (payload) => void seen.push(payload),
    });

  it('are brought up step by step, each in the release that knows it', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const ids = [];
    for (const version of [1, 2, 3]) ids.push(await versioned(schema.context(), version).enqueue({ version }));
    const seen: unknown[] = [];
    await versioned(context, 3, seen).register();
    daemons.worker(context, { concurrency: 1 });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 3 });
    expect(seen).toEqual([{ version: 1, from1: true, from2: true }, { version: 2, from2: true }, { version: 3 }]);
    expect(
      await schema.rows('select extras from {s}.finalized_job where name = $1 order by seq', ['VERSIONED']),
    ).toEqual([{ extras: null }, { extras: { v: 2 } }, { extras: { v: 3 } }]);
  });

  /** As before its first version was thought of. */
  const plain = (context: Context, _version: number, seen: unknown[]) =>
    new JobDefinition<unknown>({ context, name: 'VERSIONED', workFunction: (payload) => void seen.push(payload) });

  it.each([
    ['with versions', versioned],
    ['without any', plain],
  ])('that are newer than a process knows, %s, are left to others, and cost no attempt', async (_name, define) => {
    const jobId = await versioned(schema.context(), 2).enqueue({});
    const old = schema.context();
    const events = logEvents(old);
    const seen: unknown[] = [];
    await define(old, 1, seen).register();
    const worker = daemons.worker(old);
    await events.waitFor('WORKER_JOB_SNOOZE', { jobId });
    expect(await old.jobs.explain(jobId)).toMatchObject({ kind: 'payload-newer', version: 2, known: 1 });
    await worker.stop();
    expect(seen).toEqual([]);
    expect(await stateOf(jobId)).toMatchObject({ state: 'scheduled', attempt: 0 });
    expect((await stateOf(jobId))?.['secs']).toBeGreaterThan(0);
    await schema.rows('update {s}.job set run_at = now() where id = $1', [jobId]);
    const context = schema.context();
    const newer = logEvents(context);
    await versioned(context, 2, seen).register();
    daemons.worker(context);
    await newer.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(seen).toEqual([{}]);
  });

  it('whose upcast throws end as failed, with the version and the reason', async () => {
    const jobId = await versioned(schema.context(), 1).enqueue({});
    const context = schema.context();
    const events = logEvents(context);
    const upcast = { 1: () => Promise.reject(new JobFailure('no such customer')) };
    const workFunction = () => {};
    await new JobDefinition<unknown>({
      context,
      name: 'VERSIONED',
      payloadVersion: 2,
      upcast,
      workFunction,
    }).register();
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_EXPIRE', { jobId });
    expect(events.of('WORKER_JOB_RUN_ERROR', jobId)[0]?.error).toMatchObject({
      name: 'PayloadError',
      problem: 'of version 1 could not be upcast: no such customer',
    });
  });

  it.each<[object, string]>([
    [{ payloadVersion: 0 }, 'payloadVersion must be a whole number of versions from 1'],
    [{ upcast: { 1: () => {} } }, 'upcast[1] is from a version that is not older than payloadVersion, which is 1'],
    [{ payloadVersion: 2, upcast: { 2: () => {} } }, 'upcast[2] is from a version'],
    [{ payloadVersion: 2, upcast: { 1: 7 } }, 'upcast [1] must be a function'],
    [{ payloadVersion: 2, upcast: 7 }, 'upcast must be functions by the version that they take'],
  ])('are refused as %p', (options, message) => {
    expect(() => new JobDefinition({ context: schema.context(), name: 'A', ...options })).toThrow(message);
  });

  it('are named shortly where they are refused', () => {
    const upcast: Upcasters = { ['x'.repeat(100_000) as never]: () => {} };
    const make = () => new JobDefinition({ context: schema.context(), name: 'A', payloadVersion: 2, upcast });
    expect(make).toThrow(/^JobDefinition.upcast \[x{79}…\] must be a whole number of versions/);
  });

  it('of jobs that wait can be checked before a deployment', async () => {
    const context = schema.context();
    const [right, wrong] = await new JobDefinition<unknown>({ context, name: 'CHECKED' }).enqueueMany([
      { payload: { n: 1 } },
      { payload: { n: 'one' }, delaySecs: 60 },
    ]);
    await new JobDefinition<unknown>({ context, name: 'ANOTHER' }).enqueue({ n: 'other' });
    const newer = await new JobDefinition<unknown>({ context, name: 'CHECKED', payloadVersion: 3 }).enqueue({ n: 3 });
    const definition = new JobDefinition({
      context,
      name: 'CHECKED',
      payloadVersion: 2,
      payloadSchema: z.object({ n: z.number() }),
    });
    expect(await definition.checkWaiting()).toEqual([
      {
        jobId: wrong,
        version: 1,
        problem: expect.stringContaining('n: '),
        issues: [{ path: 'n', message: expect.any(String) }],
      },
      { jobId: newer, version: 3, problem: 'has version 3, which is newer than 2', issues: [] },
    ]);
    expect(await definition.checkWaiting({ limit: 1 })).toEqual([]);
    await expect(definition.checkWaiting({ limit: 0 })).rejects.toThrow('checkWaiting.limit must be a whole number');
    expect(right).toBeDefined();
    expect(await new JobDefinition<unknown>({ context, name: 'CHECKED', payloadVersion: 3 }).checkWaiting()).toEqual(
      [],
    );
  });
});

describe('a definition without a work function', () => {
  it('enqueues, for a process that runs nothing, and is not registered', async () => {
    const web = schema.context();
    const definition = new JobDefinition<{ to: string }>({ context: web, name: 'HALF' });
    const error = await rejectionOf(definition.register());
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect((error as Error).message).toContain('JobDefinition.workFunction of "HALF" is missing');
    const jobId = await definition.enqueue({ to: 'ada' });
    const context = schema.context();
    const events = logEvents(context);
    const seen: unknown[] = [];
    const whole = new JobDefinition<{ to: string }>({
      context,
      name: 'HALF',
      workFunction: (payload) => void seen.push(payload),
    });
    await whole.register();
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(seen).toEqual([{ to: 'ada' }]);
  });
});
