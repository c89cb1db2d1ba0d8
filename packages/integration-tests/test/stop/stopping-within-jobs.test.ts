import { rejectionOf } from '@bearmq/test-support';
import { describe, expect, it } from '@jest/globals';
import { StopWithinJobError, type Worker } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';

const schema = useSchema();
const daemons = useDaemons();

const aWhile = () => new Promise(setImmediate);

/** A worker that runs one job, which does `work` with it. Resolves to what that gave, once the job has succeeded. */
async function withinJob(name: string, work: (worker: Worker, other: Worker) => unknown) {
  const context = schema.context();
  const events = logEvents(context);
  let result: unknown;
  const { definition } = await notedJob<null>(context, name, async () => {
    result = await work(worker, other);
  });
  const worker = daemons.worker(context);
  const other = daemons.worker(context, { channels: ['another'] });
  const jobId = await definition.enqueue();
  await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
  return { result, worker, definition };
}

describe('a job that stops the Worker that runs it', () => {
  it.each<[string, (worker: Worker) => Promise<unknown>]>([
    ['at once', (worker) => rejectionOf(worker.stop())],
    [
      'after it has waited',
      async (worker) =>
        aWhile()
          .then(aWhile)
          .then(() => rejectionOf(worker.stop())),
    ],
    [
      'in a function that waits, within others',
      async (worker) => {
        await aWhile();
        const stop = async () => {
          await aWhile();
          await worker.stop();
        };
        return await rejectionOf(Promise.all([aWhile(), stop()]).then(() => {}));
      },
    ],
    ['by disposing of it', (worker) => rejectionOf(worker[Symbol.asyncDispose]())],
  ])('is told that it would wait for itself, and the Worker stops: %s', async (how, stop) => {
    const { result, worker, definition } = await withinJob(`STOPS ${how}`, stop);
    expect(result).toBeInstanceOf(StopWithinJobError);
    expect(result).toMatchObject({ code: 'BEAR_STOP_WITHIN_JOB', workerId: worker.id });
    await worker.stop(); // no longer within the job
    const left = await definition.enqueue();
    expect(await schema.value('select state::text from {s}.job where id = $1', [left])).toBe('ready');
  });

  it('may begin that and not wait', async () => {
    const { worker } = await withinJob('BEGINS', (mine) => void mine.stop());
    await worker.stop();
  });

  it('may wait for another Worker to stop', async () => {
    const { result } = await withinJob('OTHER', (_, other) => other.stop().then(() => 'stopped'));
    expect(result).toBe('stopped');
  });
});
