import { describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { claimedJob } from '../../test/support/claimed-job.ts';
import { LeaseLostError } from '../errors.ts';
import { ActiveJob } from './active-job.ts';

describe('what a work function is told', () => {
  it('is all of the job, and who runs it', () => {
    const job = claimedJob({ name: 'N', channel: 'C', jobGroup: 'g', attempt: 2, numAttempts: 3, enqueuedAtMs: 1.5 });
    const { jobId, jobName, channel, jobGroup, attempt, numAttempts, enqueuedAt, workerId } = new ActiveJob(job, 'w');
    expect({ jobId, jobName, channel, jobGroup, attempt, numAttempts, enqueuedAt, workerId }).toEqual({
      jobId: job.id,
      jobName: 'N',
      channel: 'C',
      jobGroup: 'g',
      attempt: 2,
      numAttempts: 3,
      enqueuedAt: new Date(1),
      workerId: 'w',
    });
  });

  it('is a group of its own where it has none: a version 4 UUID that follows from the job alone', () => {
    const groups = new Set<string>();
    for (let i = 0; i < 1_000; i += 1) {
      const id = uuidv7();
      const { jobGroup } = new ActiveJob(claimedJob({ id }), 'w');
      expect(jobGroup).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(new ActiveJob(claimedJob({ id, attempt: 2 }), 'other').jobGroup).toBe(jobGroup);
      groups.add(jobGroup);
    }
    expect(groups.size).toBe(1_000);
  });
});

describe('the signal', () => {
  it('is not aborted until the claim is lost, and says then why', () => {
    const active = new ActiveJob(claimedJob({ id: 'the job' }), 'w');
    const { signal } = active;
    expect(signal.aborted).toBe(false);
    expect(active.signal).toBe(signal);
    active.lose();
    expect(active.isLost).toBe(true);
    expect(signal.reason).toBeInstanceOf(LeaseLostError);
    expect(signal.reason).toMatchObject({ jobId: 'the job' });
  });

  it('is aborted from the start for who looks at it later', () => {
    const active = new ActiveJob(claimedJob({}), 'w');
    active.lose();
    const { reason } = active.signal;
    active.lose();
    expect(active.signal.reason).toBe(reason);
    expect(reason).toBeInstanceOf(LeaseLostError);
  });
});
