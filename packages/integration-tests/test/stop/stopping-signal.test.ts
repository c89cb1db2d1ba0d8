import { describe, expect, it } from '@jest/globals';
import { WorkerStoppingError } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();

const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

describe('metadata.stopping', () => {
  it('is aborted when the Worker is told to stop: a job can keep what it did, and end early as a success', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition, runs } = await notedJob<null>(context, 'CHECKPOINTS', (_payload, { stopping }) =>
      aborted(stopping),
    );
    const worker = daemons.worker(context, { concurrency: 2 });
    const ids = [await definition.enqueue(), await definition.enqueue()];
    await until('both run', () => runs.length === 2);
    await worker.stop();
    for (const [n, { metadata }] of runs.entries()) {
      expect(metadata.stopping.reason).toBeInstanceOf(WorkerStoppingError);
      expect(metadata.stopping.reason).toMatchObject({ workerId: worker.id, jobId: metadata.jobId });
      expect(metadata.signal.aborted).toBe(false);
      expect(events.of('WORKER_JOB_RUN_SUCCESS', ids[n] as string)).toHaveLength(1);
    }
  });

  it('is that of the Worker that runs the job: another of the same context goes on', async () => {
    const context = schema.context();
    const { definition, runs } = await notedJob<null>(context, 'BESIDE', (_payload, { stopping }) => aborted(stopping));
    const [first, second] = [daemons.worker(context), daemons.worker(context)];
    await definition.enqueueMany([{}, {}]);
    await until('both run', () => runs.length === 2);
    const of = (id: string) => runs.find(({ metadata }) => metadata.workerId === id)?.metadata.stopping;
    await first.stop();
    expect(of(first.id)?.aborted).toBe(true);
    expect(of(second.id)?.aborted).toBe(false);
    await second.stop();
    expect(of(second.id)?.aborted).toBe(true);
  });
});
