import { describe, expect, it } from '@jest/globals';
import { JobFailure, JobSnooze } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';

const schema = useSchema();
const daemons = useDaemons();

const rowOf = async (jobId: string) =>
  (
    await schema.rows(
      `select state::text, attempt, last_error, failures,
        round(extract(epoch from run_at - now())::numeric / 100)::int as hundreds from {s}.job where id = $1`,
      [jobId],
    )
  )[0];
const makeDue = (jobId: string) => schema.rows('update {s}.job set run_at = now() where id = $1', [jobId]);

describe('a job that throws a JobFailure', () => {
  it('has failed for good, with attempts left, and whatever its backoff says', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const error = new JobFailure('no such order');
    const { definition } = await notedJob<null>(context, 'GIVEN_UP', () => Promise.reject(error), {
      numAttempts: 5,
      backoff: () => 0,
    });
    daemons.worker(context);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_EXPIRE', { jobId });
    expect(events.of('WORKER_JOB_RUN_ERROR', jobId)).toMatchObject([{ attempt: 1, error }]);
    const row = 'select outcome::text, attempt, num_attempts, error, failures from {s}.finalized_job where id = $1';
    expect(await schema.rows(row, [jobId])).toEqual([
      {
        outcome: 'failed',
        attempt: 1,
        num_attempts: 5,
        error: expect.stringContaining('no such order'),
        failures: [expect.objectContaining({ attempt: 1, error: expect.stringContaining('no such order') })],
      },
    ]);
  });

  it('opens its group', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const work = (payload: string) => {
      if (payload === 'fails') throw new JobFailure('never');
    };
    const { definition } = await notedJob<string>(context, 'IN_GROUP', work, {
      numAttempts: 5,
      jobGroupGenerator: () => 'given up',
    });
    const [, next] = await definition.enqueueMany([{ payload: 'fails' }, { payload: 'follows' }]);
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: next as string });
  });
});

describe('a job that throws a JobSnooze', () => {
  it('runs again when its time has come, has its attempt back, and no error', async () => {
    const context = schema.context();
    const events = logEvents(context);
    let snoozes = 3;
    const { definition, runs } = await notedJob<null>(context, 'SNOOZES', () => {
      snoozes -= 1;
      if (snoozes >= 0) throw new JobSnooze(1_000, 'too early');
    });
    const worker = daemons.worker(context);
    const jobId = await definition.enqueue();
    for (let n = 1; n <= 3; n += 1) {
      await events.waitFor('WORKER_JOB_SNOOZE', { jobId, count: n });
      expect(await rowOf(jobId)).toEqual({
        state: 'scheduled',
        attempt: 0,
        last_error: null,
        failures: null,
        hundreds: 10,
      });
      await makeDue(jobId);
    }
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(runs.map(({ metadata }) => metadata.attempt)).toEqual([1, 1, 1, 1]);
    expect(events.of('WORKER_JOB_SNOOZE', jobId)[0]).toMatchObject({
      eventType: 'WORKER_JOB_SNOOZE',
      jobId,
      jobName: 'SNOOZES',
      workerId: worker.id,
      attempt: 1,
      secs: 1_000,
      reason: 'too early',
      durationMs: expect.any(Number),
    });
    expect(events.types(jobId)).not.toContain('WORKER_JOB_RUN_ERROR');
    expect(events.types(jobId)).not.toContain('WORKER_JOB_RELEASE');
  });

  it('keeps the errors of the attempts that failed before, and snoozes in its last attempt too', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition } = await notedJob<null>(
      context,
      'LAST',
      (_, { attempt }) => Promise.reject(attempt === 1 ? new Error('first') : new JobSnooze(1_000)),
      { numAttempts: 2, timeoutSecs: 0 },
    );
    daemons.worker(context);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_SNOOZE', { jobId });
    expect(await rowOf(jobId)).toMatchObject({
      state: 'scheduled',
      attempt: 1,
      last_error: expect.stringContaining('Error: first'),
      failures: [{ attempt: 1 }],
    });
  });

  it('opens its group, and others pass it', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition, runs } = await notedJob<string>(
      context,
      'PASSED',
      (payload) => {
        if (payload === 'snoozes' && runs.length === 1) throw new JobSnooze(1_000);
      },
      { jobGroupGenerator: () => 'snoozing' },
    );
    const [snoozes = '', passes = ''] = await definition.enqueueMany([{ payload: 'snoozes' }, { payload: 'passes' }]);
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: passes });
    await makeDue(snoozes);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: snoozes });
    expect(runs.map(({ payload }) => payload)).toEqual(['snoozes', 'passes', 'snoozes']);
  });

  it('for less than a second waits for one, however often: nothing else is held up by it', async () => {
    const context = schema.context({ pollSecs: 3_600 });
    const events = logEvents(context);
    const { definition, runs } = await notedJob<null>(context, 'AGAIN', () => {
      if (runs.length < 3) throw new JobSnooze(runs.length === 1 ? 0 : 0.5);
    });
    daemons.worker(context);
    const startedAt = performance.now();
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(events.of('WORKER_JOB_SNOOZE', jobId).map(({ secs }) => secs)).toEqual([1, 1]);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(1_990);
  });

  it('of no time that there is has failed, and says so', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'WRONG', () => {
      throw new JobSnooze(-1);
    });
    daemons.worker(context);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_EXPIRE', { jobId });
    expect(events.of('WORKER_JOB_RUN_ERROR', jobId)[0]?.error).toMatchObject({ option: 'JobSnooze.secs' });
  });
});
