import { describe, expect, it } from '@jest/globals';
import { type ContextSettings, type JobMetadata, WorkerStoppingError } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { lapse } from '../support/lapse.ts';
import { gate, until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();

const jobOf = async (jobId: string) =>
  (
    await schema.rows(
      'select state::text, attempt, last_error, process_id is null as free from {s}.job where id = $1',
      [jobId],
    )
  )[0];

/** Throws the reason of the signal once it is aborted, as `fetch` does. */
const untilAborted = (_payload: unknown, { signal }: JobMetadata) =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));

/** A job that runs, in a Worker of its own. */
async function running(
  name: string,
  work: (payload: null, metadata: JobMetadata) => unknown,
  settings: ContextSettings = {},
) {
  const context = schema.context(settings);
  const events = logEvents(context);
  const { definition, runs } = await notedJob<null>(context, name, work, { numAttempts: 2 });
  const worker = daemons.worker(context);
  const jobId = await definition.enqueue();
  await until('it runs', () => runs.length === 1);
  return { context, events, definition, runs, worker, jobId };
}

describe('stopping a Worker that waits no longer than waitSecs', () => {
  it('tells what still runs to end, and releases it if it ends by throwing: its attempt is given back', async () => {
    const { events, runs, worker, jobId } = await running('THROWS', untilAborted);
    expect(await worker.stop({ waitSecs: 0.05 })).toEqual({ stillRunning: [] });
    const reason: unknown = runs[0]?.metadata.signal.reason;
    expect(reason).toBeInstanceOf(WorkerStoppingError);
    expect(reason).toMatchObject({ workerId: worker.id, jobId });
    expect(await jobOf(jobId)).toEqual({ state: 'ready', attempt: 0, last_error: null, free: true });
    expect(events.of('WORKER_JOB_RELEASE', jobId)).toHaveLength(1);
    expect(events.of('WORKER_JOB_RUN_ERROR')).toEqual([]);
    expect(await schema.value('select count(*)::int from {s}.process')).toBe(0);
  });

  it('records what returns in the grace as a success', async () => {
    const { events, worker, jobId } = await running('RETURNS', (payload, metadata) =>
      untilAborted(payload, metadata).catch(() => 'done all the same'),
    );
    expect(await worker.stop({ waitSecs: 0 })).toEqual({ stillRunning: [] });
    expect(events.of('WORKER_JOB_RUN_SUCCESS', jobId)).toHaveLength(1);
  });

  it('counts a throw from before the end of the wait as a failure, and leaves its signal alone', async () => {
    const finish = gate();
    const { events, runs, worker, jobId } = await running('FAILS', async () => {
      await finish.opened;
      throw new Error('by itself');
    });
    const stopped = worker.stop({ waitSecs: 3_600 });
    finish.open();
    expect(await stopped).toEqual({ stillRunning: [] });
    expect(events.of('WORKER_JOB_RUN_ERROR', jobId)).toHaveLength(1);
    expect(runs[0]?.metadata.signal.aborted).toBe(false);
    expect((await jobOf(jobId))?.['attempt']).toBe(1);
  });

  it('leaves what hangs to its lease, says which, and records nothing of its end', async () => {
    const finish = gate();
    const { events, worker, jobId } = await running('HANGS', () => finish.opened, { abortGraceSecs: 0.05 });
    expect(await worker.stop({ waitSecs: 0 })).toEqual({ stillRunning: [{ jobId, jobName: 'HANGS' }] });
    expect(await jobOf(jobId)).toMatchObject({ state: 'running', attempt: 1, free: false });
    finish.open();
    const [end] = await events.waitFor('WORKER_JOB_LATE_END', { jobId });
    expect(end).toMatchObject({ workerId: worker.id, attempt: 1, ended: 'returned', error: undefined });
    expect(await jobOf(jobId)).toMatchObject({ state: 'running', free: false });

    const next = schema.context();
    const nextEvents = logEvents(next);
    const { runs } = await notedJob<null>(next, 'HANGS');
    daemons.worker(next);
    await lapse(schema, 31);
    await nextEvents.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(runs.map(({ metadata }) => metadata.attempt)).toEqual([2]);
    expect(events.of('WORKER_JOB_RUN_SUCCESS')).toEqual([]);
  });

  it('keeps the group of what hangs, and what is behind it there: both run again when the lease is over', async () => {
    const finish = gate();
    const context = schema.context({ abortGraceSecs: 0.05 });
    const started: number[] = [];
    const { definition } = await notedJob<number>(context, 'GROUP', (n) => {
      started.push(n);
      return finish.opened;
    });
    const worker = daemons.worker(context);
    await definition.enqueueMany([1, 2].map((payload) => ({ payload, jobGroup: 'hung', numAttempts: 2 })));
    await until('the first runs', () => started.length === 1);
    expect((await worker.stop({ waitSecs: 0 })).stillRunning).toHaveLength(1);
    finish.open();
    const next = schema.context();
    const nextEvents = logEvents(next);
    const { runs } = await notedJob<number>(next, 'GROUP');
    daemons.worker(next);
    await lapse(schema, 31);
    await nextEvents.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 2 });
    expect(runs.map(({ payload, metadata }) => [payload, metadata.attempt])).toEqual([
      [1, 2],
      [2, 1],
    ]);
    expect(started).toEqual([1]);
  });

  it('records what it left when that ends, where another Worker keeps the lease', async () => {
    const finish = gate();
    const { context, events, worker, jobId } = await running('LATER', () => finish.opened, { abortGraceSecs: 0.05 });
    daemons.worker(context, { channels: ['ELSEWHERE'] });
    expect((await worker.stop({ waitSecs: 0 })).stillRunning).toEqual([{ jobId, jobName: 'LATER' }]);
    finish.open();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(events.of('WORKER_JOB_LATE_END')).toEqual([]);
  });

  it('is as long as the call that waits least says', async () => {
    const { worker, jobId } = await running('SHORTENED', untilAborted);
    const first = worker.stop();
    const second = worker.stop({ waitSecs: 3_600 });
    expect(await worker.stop({ waitSecs: 0.01 })).toEqual({ stillRunning: [] });
    await Promise.all([first, second]);
    expect(await jobOf(jobId)).toMatchObject({ state: 'ready', attempt: 0 });
  });

  it('may be asked for by the job itself, which is told to end like any other', async () => {
    const context = schema.context();
    const worker = daemons.worker(context);
    const { definition, runs } = await notedJob<null>(context, 'ITSELF', (payload, metadata) => {
      void worker.stop({ waitSecs: 0 });
      return untilAborted(payload, metadata);
    });
    const jobId = await definition.enqueue();
    await until('it runs', () => runs.length === 1);
    await worker.stop();
    expect(await jobOf(jobId)).toMatchObject({ state: 'ready', attempt: 0 });
  });

  it.each([{ waitSecs: -1 }, { waitSecs: '5' }, { waitSecs: 86_401 }, { waitMs: 5 }, null])(
    'refuses %j, and goes on',
    async (options) => {
      const context = schema.context();
      const events = logEvents(context);
      const { definition } = await notedJob<null>(context, `REFUSES_${JSON.stringify(options)}`);
      const worker = daemons.worker(context);
      await expect(worker.stop(options as never)).rejects.toMatchObject({ code: 'BEAR_INVALID_OPTION' });
      const jobId = await definition.enqueue();
      await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    },
  );
});
