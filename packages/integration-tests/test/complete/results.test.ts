import { describe, expect, it } from '@jest/globals';
import { type ContextSettings, JobDefinition, type JobMetadata } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { counted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { gate, until } from '../support/until.ts';
import { inTransaction } from './support/in-transaction.ts';

const schema = useSchema();
const daemons = useDaemons();

let nth = 0;

/** A definition that keeps what `work` returns, and a Worker of its own. */
async function keeping<TResult>(
  work: (payload: number, metadata: JobMetadata) => TResult | Promise<TResult>,
  settings: ContextSettings = {},
  result: 'keep' | 'discard' = 'keep',
) {
  nth += 1;
  const context = schema.context(settings);
  const events = logEvents(context);
  const options = { context, name: `RESULT_${nth}`, channel: `RESULT_${nth}`, workFunction: work, result };
  const definition = new JobDefinition<number, number, TResult>(options as never);
  await definition.register();
  daemons.worker(context, { channels: [`RESULT_${nth}`] });
  return { context, events, definition };
}

describe('enqueueAndWait', () => {
  it('resolves to what the work function returned, as it was', async () => {
    const result = { b: [1, null, -0.5, 1e21], a: { deep: 'it\'s "ü"' } };
    const { definition, context } = await keeping(() => result);
    expect(await definition.enqueueAndWait(1)).toEqual(result);
    const jobId = await definition.enqueue(2);
    expect(await definition.result(jobId, { waitSecs: 30 })).toEqual(result);
    expect(await definition.result(jobId)).toEqual(result);
    expect(await context.jobs.outcome(jobId)).toEqual({ outcome: 'succeeded', result });
  });

  it('resolves to null where that was returned, or given to completeIn', async () => {
    const returned = await keeping(() => null);
    expect(await returned.definition.enqueueAndWait(1)).toBeNull();
    const given = await keeping((_: number, { completeIn }: JobMetadata) =>
      inTransaction(schema, (tx) => completeIn(tx, null)),
    );
    expect(await given.definition.enqueueAndWait(1)).toBeNull();
  });

  it('waits for a job that another process runs', async () => {
    const { definition } = await keeping((n) => n * 2);
    const here = new JobDefinition<number, number, number>({
      context: schema.context(),
      name: definition.name,
      channel: definition.name,
      result: 'keep',
      workFunction: (_: number) => 0,
    });
    expect(await Promise.all([3, 4, 5].map((n) => here.enqueueAndWait(n)))).toEqual([6, 8, 10]);
  });

  it('resolves to undefined where nothing was returned, or nothing is kept', async () => {
    const none = await keeping(() => {});
    expect(await none.definition.enqueueAndWait(1)).toBeUndefined();
    const discards = await keeping(() => new Map([[1, 2]]), {}, 'discard');
    expect(await discards.definition.enqueueAndWait(1)).toBeUndefined();
    expect(
      await schema.rows('select 1 from {s}.finalized_job where result is not null and name = $1', [
        discards.definition.name,
      ]),
    ).toEqual([]);
  });

  it('rejects with why the job failed for good, or was cancelled', async () => {
    const { definition, context, events } = await keeping(() => {
      throw new Error('no luck\nat all');
    });
    const refused = definition.enqueueAndWait(1, { numAttempts: 2, timeoutSecs: 0 });
    await expect(refused).rejects.toMatchObject({
      code: 'BEAR_JOB_FAILED',
      message: expect.stringMatching(/^job \S+ has failed: Error: no luck$/),
      error: expect.stringContaining('at all'),
    });
    expect(events.of('WORKER_JOB_RUN_ERROR')).toHaveLength(2);
    const waits = definition.enqueueAndWait(1, { delaySecs: 600 });
    const job = await until('it is enqueued', async () =>
      (await context.jobs.find({ jobName: definition.name, states: ['scheduled'] })).jobs.at(0),
    );
    await context.jobs.cancel(job.id, { reason: 'not needed' });
    await expect(waits).rejects.toMatchObject({ code: 'BEAR_JOB_CANCELLED', reason: 'not needed' });
    expect(await context.jobs.outcome(job.id)).toEqual({ outcome: 'cancelled', reason: 'not needed' });
  });

  it('enqueues nothing where its signal is aborted already', async () => {
    const context = schema.context();
    const definition = new JobDefinition({ context, name: 'NOT_WANTED', workFunction: () => {} });
    await expect(definition.enqueueAndWait(null, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(await schema.value(`select count(*)::int from {s}.job where name = 'NOT_WANTED'`)).toBe(0);
  });

  it('gives up after its time, or when its signal is aborted, and leaves the job alone', async () => {
    const go = gate();
    const { definition, context } = await keeping(() => go.opened.then(() => 'done'));
    const late = await definition.enqueueAndWait(1, { waitSecs: 0 }).catch((error: unknown) => error);
    expect(late).toMatchObject({ code: 'BEAR_WAIT_TIMEOUT', waitSecs: 0 });
    const { jobId } = late as { jobId: string };
    await expect(definition.result(jobId, { waitSecs: 0.1 })).rejects.toMatchObject({ code: 'BEAR_WAIT_TIMEOUT' });
    const controller = new AbortController();
    const aborted = definition.enqueueAndWait(2, { signal: controller.signal });
    controller.abort(new Error('the client is gone'));
    await expect(aborted).rejects.toThrow('the client is gone');
    go.open();
    expect(await definition.result(jobId, { waitSecs: 30 })).toBe('done');
    await expect(context.jobs.outcome('01a229f9-0000-7000-8000-000000000000')).rejects.toMatchObject({
      code: 'BEAR_JOB_NOT_FOUND',
    });
    await expect(context.jobs.outcome('no id')).rejects.toMatchObject({ code: 'BEAR_INVALID_OPTION' });
    await expect(definition.result(jobId, { waitSecs: -1 })).rejects.toMatchObject({
      option: 'JobDefinition.result.waitSecs',
    });
  });

  it('finds the end of a job of which no history is kept; others leave none', async () => {
    const settings = { jobPostFinalizeDeleteSecs: 0, jobPostFailDeleteSecs: 0 };
    const { definition, context } = await keeping((n) => {
      if (n === 0) throw new Error('no');
      return n;
    }, settings);
    expect(await definition.enqueueAndWait(5)).toBe(5);
    await expect(definition.enqueueAndWait(0)).rejects.toMatchObject({ code: 'BEAR_JOB_FAILED' });
    const failed = await definition.enqueue(0);
    await expect(context.jobs.outcome(failed, { waitSecs: 30 })).rejects.toMatchObject({ code: 'BEAR_JOB_NOT_FOUND' });
    const left = () =>
      schema.rows('select outcome::text from {s}.finalized_job where name = $1 order by seq', [definition.name]);
    expect(await left()).toEqual([{ outcome: 'succeeded' }, { outcome: 'failed' }]);
  });

  it('sends nothing more than an enqueue and a look now and then, and nothing once nobody waits', async () => {
    const counts = counted(schema.driver());
    const context = schema.context({}, { driver: counts.driver });
    const { definition } = await keeping(() => 1);
    const here = new JobDefinition<number>({
      context,
      name: definition.name,
      channel: definition.name,
      workFunction: () => {},
    });
    await Promise.all([1, 2, 3, 4].map((n) => here.enqueueAndWait(n)));
    const looks = counts.of('bearmq_read_outcomes');
    expect(looks).toBeGreaterThan(0);
    await here.enqueueAndWait(5);
    counts.reset();
    await here.enqueue(6);
    expect(counts.of('bearmq_read_outcomes')).toBe(0);
  });
});

describe('a result', () => {
  it.each([
    ['JSON would change', () => ({ at: { n: Number.NaN } }), 'has NaN at result.at.n, which JSON turns into null'],
    ['is too large', () => 'x'.repeat(1024 * 1024), 'has more than 1048576 bytes of JSON'],
    ['cannot be stored', () => '\0', 'has a text with a NUL character'],
  ])('that %s ends the job as failed, whatever attempts are left', async (_title, work, problem) => {
    const { definition, events, context } = await keeping(work as () => unknown);
    await expect(definition.enqueueAndWait(1, { numAttempts: 3 })).rejects.toMatchObject({ code: 'BEAR_JOB_FAILED' });
    const [expired] = await events.waitFor('WORKER_JOB_EXPIRE');
    expect(expired?.error).toMatchObject({ code: 'BEAR_RESULT', problem: expect.stringContaining(problem) });
    expect(await context.jobs.get(expired?.jobId ?? '')).toMatchObject({ outcome: 'failed', attempt: 1 });
  });

  it('is that of the transaction in which the job was completed, else what is returned', async () => {
    const { definition } = await keeping<string>(async (n, { completeIn }) => {
      const completed = inTransaction(schema, async (tx) => {
        await completeIn(tx, n === 1 ? undefined : { inside: n });
        if (n === 3) throw new Error('rolled back');
      });
      await completed.catch(() => {});
      if (n === 4) throw new Error('late');
      return 'returned';
    });
    const results = await Promise.all([1, 2, 3, 4].map((n) => definition.enqueueAndWait(n)));
    expect(results).toEqual(['returned', { inside: 2 }, 'returned', { inside: 4 }]);
  });

  it('is refused in a transaction where none is kept, or it cannot be', async () => {
    const discards = await keeping(
      (_, { completeIn }) => inTransaction(schema, (tx) => completeIn(tx, 1)),
      {},
      'discard',
    );
    await expect(discards.definition.enqueueAndWait(1)).rejects.toMatchObject({
      error: expect.stringContaining("result: 'keep'"),
    });
    const keeps = await keeping((_, { completeIn }) =>
      inTransaction(schema, (tx) => completeIn(tx, new Map([[1, 2]]))),
    );
    await expect(keeps.definition.enqueueAndWait(1)).rejects.toMatchObject({
      error: expect.stringContaining('ResultError'),
    });
  });

  it('of a megabyte is kept beside those of other jobs', async () => {
    const { definition } = await keeping(() => 'x'.repeat(1024 * 1024 - 2));
    const results = await Promise.all(Array.from({ length: 12 }, (_, n) => definition.enqueueAndWait(n)));
    expect(new Set(results.map((one) => String(one).length))).toEqual(new Set([1024 * 1024 - 2]));
  });
});
