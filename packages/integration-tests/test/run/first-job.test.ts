import { describe, expect, it } from '@jest/globals';
import { JobDefinition } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';

describe('a first job', () => {
  const schema = useSchema();
  const daemons = useDaemons();

  it('is enqueued, run with its payload and metadata, and finalized, each told by an event', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const seen: unknown[] = [];
    const ping = new JobDefinition({
      context,
      name: 'PING',
      workFunction: async (payload: { message: string }, metadata) => {
        const { jobId, jobName, channel, attempt, numAttempts, workerId, enqueuedAt } = metadata;
        seen.push({ payload, jobId, jobName, channel, attempt, numAttempts, workerId, enqueuedAt });
      },
    });
    await ping.register();
    const worker = daemons.worker(context);
    const jobId = await ping.enqueue({ message: 'hello' });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(seen).toEqual([
      {
        payload: { message: 'hello' },
        jobId,
        jobName: 'PING',
        channel: 'DEFAULT',
        attempt: 1,
        numAttempts: 1,
        workerId: worker.id,
        enqueuedAt: expect.any(Date),
      },
    ]);
    // The enqueue may have its answer later than a worker its claim.
    const enqueued = 'JOB_DEFINITION_JOB_ENQUEUE';
    expect(events.of(enqueued, jobId)).toEqual([{ eventType: enqueued, jobId, jobName: 'PING' }]);
    expect(events.types(jobId).filter((type) => type !== enqueued)).toEqual([
      'WORKER_JOB_DEQUEUE',
      'WORKER_JOB_RUN',
      'WORKER_JOB_RUN_SUCCESS',
    ]);
    expect(await schema.rows('select outcome::text, attempt from {s}.finalized_job where id = $1', [jobId])).toEqual([
      { outcome: 'succeeded', attempt: 1 },
    ]);
    expect(await schema.value('select count(*)::int from {s}.job')).toBe(0);
  });
});
