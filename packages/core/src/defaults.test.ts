import { describe, expect, it } from '@jest/globals';
import { PAYLOAD_VERSION } from './api/job-definition/job-definition-options.ts';
import { ORCHESTRATOR_DEFAULTS } from './api/orchestrator/orchestrator-options.ts';
import { WORKER_DEFAULTS } from './api/worker/worker-options.ts';
import { CONTEXT_DEFAULTS } from './context-options.ts';
import { JOB_DEFAULTS } from './job-settings.ts';

describe('the defaults that the documentation promises', () => {
  it('are these: retention 24 hours, group unlock 3 hours, lease 30 seconds', () => {
    expect(CONTEXT_DEFAULTS).toEqual({
      jobPostFinalizeDeleteSecs: 24 * 3_600,
      jobGroupUnlockSecs: 3 * 3_600,
      leaseSecs: 30,
      blockedSecs: 600,
      abortGraceSecs: 10,
      statsSecs: 10,
      wakeUp: 'auto',
    });
  });

  it('are these: one attempt, five minutes before a retry, no delay, no death forgiven, no priority, the first version', () => {
    const times = { delaySecs: 0, numAttempts: 1, timeoutSecs: 300, maxDeaths: 0 };
    expect(JOB_DEFAULTS).toEqual({ ...times, priority: 0, channel: 'DEFAULT' });
    expect(PAYLOAD_VERSION).toBe(1);
  });

  it('are these: a schedule poll every 5 seconds, a clean-up every 10', () => {
    expect(ORCHESTRATOR_DEFAULTS).toEqual({ jobSchedulePollSecs: 5, cleanUpPollSecs: 10 });
  });

  it('are these: one job at a time', () => {
    expect(WORKER_DEFAULTS).toEqual({ concurrency: 1 });
  });
});
