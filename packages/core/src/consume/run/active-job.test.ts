import { describe, expect, it } from '@jest/globals';
import { claimedJob } from '../../../test/support/claimed-job.ts';
import { LeaseLostError } from '../../errors.ts';
import { ActiveJob } from './active-job.ts';

describe('the signal', () => {
  it('is not aborted until the claim is lost, and says then why', () => {
    const active = new ActiveJob(claimedJob({ id: 'the job' }));
    const { signal } = active;
    expect(signal.aborted).toBe(false);
    expect(active.signal).toBe(signal);
    active.lose();
    expect(active.isLost).toBe(true);
    expect(signal.reason).toBeInstanceOf(LeaseLostError);
    expect(signal.reason).toMatchObject({ jobId: 'the job' });
  });

  it('is aborted from the start for who looks at it later', () => {
    const active = new ActiveJob(claimedJob({}));
    active.lose();
    const { reason } = active.signal;
    active.lose();
    expect(active.signal.reason).toBe(reason);
    expect(reason).toBeInstanceOf(LeaseLostError);
  });
});
