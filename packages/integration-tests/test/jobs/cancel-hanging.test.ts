import { describe, expect, it } from '@jest/globals';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { gate } from '../support/until.ts';
import { aborted } from './support/aborted.ts';

const schema = useSchema();
const daemons = useDaemons();

describe('a job whose run was told that it is cancelled, and', () => {
  it('that hangs gives up its slot after a grace, and is over', async () => {
    const context = schema.context({ abortGraceSecs: 0.2 });
    const events = logEvents(context);
    const go = gate();
    const { definition } = await notedJob<{ hangs: boolean }>(context, 'HANGS', ({ hangs }) =>
      hangs ? go.opened : null,
    );
    const worker = daemons.worker(context, { concurrency: 1 });
    const jobId = await definition.enqueue({ hangs: true });
    await events.waitFor('WORKER_JOB_RUN', { jobId });
    const next = await definition.enqueue({ hangs: false });
    await context.jobs.cancel(jobId, { reason: 'why' });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: next });
    await events.waitFor('WORKER_JOB_CANCEL', { jobId });
    expect(events.of('WORKER_JOB_OVERRUN', jobId)).toHaveLength(1);
    expect(await context.jobs.get(jobId)).toMatchObject({ outcome: 'cancelled', error: 'why' });
    expect(await worker.stop()).toEqual({ stillRunning: [] });
    go.open();
    const [end] = await events.waitFor('WORKER_JOB_LATE_END', { jobId });
    expect(end).toMatchObject({ ended: 'returned' });
  });

  it('that hangs holds up no stop, if it was cancelled', async () => {
    const context = schema.context({ abortGraceSecs: 0.2 });
    const events = logEvents(context);
    const go = gate();
    const { definition } = await notedJob<null>(context, 'HANGS_ON', () => go.opened);
    const worker = daemons.worker(context);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_RUN', { jobId });
    const stopped = worker.stop();
    await schema.context().jobs.cancel(jobId);
    expect(await stopped).toEqual({ stillRunning: [] });
    expect(await context.jobs.get(jobId)).toMatchObject({ outcome: 'cancelled' });
    go.open();
    await events.waitFor('WORKER_JOB_LATE_END', { jobId });
  });

  it('that hangs in a group keeps it until it ends', async () => {
    const context = schema.context({ abortGraceSecs: 0.05 });
    const events = logEvents(context);
    const go = gate();
    const { definition } = await notedJob<null>(context, 'HANGS_IN_GROUP', async (_, { signal }) => {
      await aborted(signal);
      await go.opened;
      throw new Error('at last');
    });
    daemons.worker(context, { concurrency: 2 });
    const jobId = await definition.enqueue(null, { jobGroup: 'hung' });
    await events.waitFor('WORKER_JOB_RUN', { jobId });
    await context.jobs.cancel(jobId);
    const { definition: other } = await notedJob<null>(context, 'OTHER');
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: await other.enqueue(null, { delaySecs: 0.3 }) });
    expect(events.types(jobId)).not.toContain('WORKER_JOB_OVERRUN');
    expect(await context.groups.get('hung')).toMatchObject({ running: 1 });
    go.open();
    await events.waitFor('WORKER_JOB_CANCEL', { jobId });
  });
});
