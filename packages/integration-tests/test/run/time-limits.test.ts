import { describe, expect, it } from '@jest/globals';
import { type JobMetadata, JobTimeoutError } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { gate, until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();

const SHORT = { maxRunSecs: 0.1 };
const OUTCOME = 'select outcome::text, attempt, error from {s}.finalized_job where id = $1';
const aborted = ({ signal }: JobMetadata) =>
  new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));

describe('a run that takes maxRunSecs', () => {
  it('is told so, and has succeeded if it returns in the grace', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition, runs } = await notedJob<null>(context, 'RETURNS', (_payload, told) => aborted(told), SHORT);
    daemons.worker(context);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(runs[0]?.metadata.signal.reason).toBeInstanceOf(JobTimeoutError);
    expect(events.of('WORKER_JOB_OVERRUN')).toEqual([]);
  });

  it('has failed if it throws in the grace, with what it threw, and is attempted again', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition } = await notedJob<null>(
      context,
      'THROWS',
      async (_payload, told) => {
        if (told.attempt === 2) return;
        await aborted(told);
        throw told.signal.reason;
      },
      { ...SHORT, numAttempts: 2, timeoutSecs: 0 },
    );
    daemons.worker(context);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    const [failure] = events.of('WORKER_JOB_RUN_ERROR', jobId);
    expect(failure?.error).toMatchObject({ code: 'BEAR_JOB_TIMEOUT', jobId, maxRunSecs: 0.1 });
    expect(failure?.attempt).toBe(1);
  });

  it('is left alone if it ends before, and the job of an enqueue has a limit of its own', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const finish = gate();
    const { definition, runs } = await notedJob<number>(
      context,
      'OWN',
      (n, told) => (n === 1 ? finish.opened : aborted(told)),
      SHORT,
    );
    daemons.worker(context, { concurrency: 3 });
    const long = await definition.enqueue(1, { maxRunSecs: 600, headers: { a: '1' } });
    const [short] = await definition.enqueueMany([{ payload: 2 }], { headers: { b: '2' } });
    const [own] = await definition.enqueueMany([{ payload: 3, maxRunSecs: 0.2 }], { headers: { c: '3' } });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: short as string });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: own as string });
    finish.open();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: long });
    const of = (jobId: string | undefined) => runs.find(({ metadata }) => metadata.jobId === jobId)?.metadata;
    expect([of(long)?.headers, of(short)?.headers, of(own)?.headers]).toEqual([{ a: '1' }, { b: '2' }, { c: '3' }]);
    expect(of(long)?.signal.aborted).toBe(false);
    expect(of(short)?.signal.reason).toMatchObject({ maxRunSecs: 0.1 });
    expect(of(own)?.signal.reason).toMatchObject({ maxRunSecs: 0.2 });
  });

  it('and hangs has failed after the grace, frees its slot, and its late end changes nothing of what ran elsewhere', async () => {
    const context = schema.context({ abortGraceSecs: 0.1 });
    const events = logEvents(context);
    const finish = gate();
    const { definition } = await notedJob<null>(
      context,
      'HANGS',
      async () => {
        await finish.opened;
        throw new Error('too late');
      },
      { ...SHORT, numAttempts: 2, timeoutSecs: 0 },
    );
    const beside = await notedJob<null>(context, 'BESIDE');
    const worker = daemons.worker(context);
    const jobId = await definition.enqueue(null);
    await events.waitFor('WORKER_JOB_RUN', { jobId });
    const other = await beside.definition.enqueue();
    await worker.stop(); // does not wait for what hangs; and takes nothing more, the next attempt neither
    expect(events.of('WORKER_JOB_OVERRUN', jobId)).toHaveLength(1);
    expect(events.of('WORKER_JOB_RUN_ERROR', jobId)).toHaveLength(1);

    const next = schema.context();
    const nextEvents = logEvents(next);
    const elsewhere = await notedJob<null>(next, 'HANGS');
    await notedJob<null>(next, 'BESIDE');
    daemons.worker(next);
    await nextEvents.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    await until('the other job has run', async () => (await schema.rows(OUTCOME, [other])).length === 1);
    finish.open();
    const [end] = await events.waitFor('WORKER_JOB_LATE_END', { jobId });
    expect(end).toMatchObject({ ended: 'threw', error: { message: 'too late' } });
    expect(elsewhere.runs.at(-1)?.metadata.attempt).toBe(2);
    expect(await schema.rows(OUTCOME, [jobId])).toMatchObject([{ outcome: 'succeeded', attempt: 2 }]);
  });

  it('and hangs gives its slot to another job of its process', async () => {
    const context = schema.context({ abortGraceSecs: 0.1 });
    const events = logEvents(context);
    const finish = gate();
    const { definition } = await notedJob<number>(context, 'SLOT', (n) => n === 1 && finish.opened, SHORT);
    daemons.worker(context);
    const hung = await definition.enqueue(1);
    const free = await definition.enqueue(2);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: free });
    await events.waitFor('WORKER_JOB_EXPIRE', { jobId: hung });
    const [row] = await schema.rows(OUTCOME, [hung]);
    expect(row).toMatchObject({
      outcome: 'failed',
      attempt: 1,
      error: expect.stringMatching(/^JobTimeoutError: job /),
    });
    expect(events.of('WORKER_JOB_LATE_END')).toEqual([]);
  });

  it('and hangs in a group keeps the group and the slot until it ends, and has failed then', async () => {
    const context = schema.context({ abortGraceSecs: 0.1 });
    const events = logEvents(context);
    const finish = gate();
    const { definition, runs } = await notedJob<number>(context, 'GROUP', (n) => n === 1 && finish.opened, SHORT);
    daemons.worker(context, { concurrency: 2 });
    const [hung, behind] = await definition.enqueueMany([1, 2].map((payload) => ({ payload, jobGroup: 'g' })));
    await events.waitFor('WORKER_JOB_OVERRUN', { jobId: hung as string });
    const later = await definition.enqueue(3, { jobGroup: 'another' });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: later });
    expect(runs.map(({ payload }) => payload)).toEqual([1, 3]);
    expect(await schema.value('select state::text from {s}.job where id = $1', [hung])).toBe('running');
    finish.open();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: behind as string });
    expect(events.of('WORKER_JOB_LATE_END', hung as string)).toMatchObject([{ ended: 'returned' }]);
    expect(await schema.rows(OUTCOME, [hung])).toMatchObject([{ outcome: 'failed' }]);
  });

  it('and hangs in a group for jobGroupUnlockSecs has failed then, and frees its slot', async () => {
    const context = schema.context({ abortGraceSecs: 0.1, jobGroupUnlockSecs: 1 });
    const events = logEvents(context);
    const finish = gate();
    const { definition } = await notedJob<number>(context, 'UNLOCK', (n) => n === 1 && finish.opened, SHORT);
    daemons.worker(context);
    const [hung, behind] = await definition.enqueueMany([1, 2].map((payload) => ({ payload, jobGroup: 'u' })));
    await events.waitFor('WORKER_JOB_EXPIRE', { jobId: hung as string });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: behind as string });
    expect(events.of('WORKER_JOB_LATE_END')).toEqual([]);
  });

  it('in the middle of a run of its group has failed, and the others go on in their order', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition, runs } = await notedJob<number>(
      context,
      'RUN',
      async (n, told) => {
        if (n !== 150) return;
        await aborted(told);
        throw told.signal.reason;
      },
      { maxRunSecs: 0.5 },
    );
    await definition.enqueueMany(Array.from({ length: 200 }, (_, payload) => ({ payload, jobGroup: 'run' })));
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 199 });
    expect(runs.map(({ payload }) => payload)).toEqual(Array.from({ length: 200 }, (_, n) => n));
    expect(events.of('WORKER_JOB_RUN_ERROR')).toHaveLength(1);
  });
});

describe('a Worker that stops while a run is in its grace', () => {
  it('leaves it the reason that it was told first, and records its throw as a failure', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const finish = gate();
    const { definition, runs } = await notedJob<null>(
      context,
      'BOTH',
      async (_payload, told) => {
        await aborted(told);
        await finish.opened;
        throw told.signal.reason;
      },
      SHORT,
    );
    const worker = daemons.worker(context);
    const jobId = await definition.enqueue();
    await until('it is told', () => runs[0]?.metadata.signal.aborted === true);
    const stopped = worker.stop({ waitSecs: 0 });
    await until('its Worker stops', () => runs[0]?.metadata.stopping.aborted === true);
    finish.open();
    expect(await stopped).toEqual({ stillRunning: [] });
    expect(events.of('WORKER_JOB_RUN_ERROR', jobId)).toMatchObject([{ error: { code: 'BEAR_JOB_TIMEOUT' } }]);
  });

  it('is told that a timed job cannot wait for it: the job would wait for itself', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const worker = daemons.worker(context);
    const { definition } = await notedJob<null>(
      context,
      'WITHIN',
      async () => {
        await schema.value('select 1');
        await worker.stop();
      },
      { maxRunSecs: 60 },
    );
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_RUN_ERROR', { jobId });
    expect(events.of('WORKER_JOB_RUN_ERROR', jobId)).toMatchObject([{ error: { code: 'BEAR_STOP_WITHIN_JOB' } }]);
  });
});
