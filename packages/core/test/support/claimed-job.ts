import type { ClaimedJob } from '../../src/model/job.ts';

let seq = 0;

/** A job as a claim gives it, of its first and only attempt unless told otherwise. */
export function claimedJob(parts: Partial<ClaimedJob>): ClaimedJob {
  seq += 1;
  return {
    id: `00000000-0000-7000-8000-${String(seq).padStart(12, '0')}`,
    name: 'JOB',
    channel: 'DEFAULT',
    jobGroup: null,
    attempt: 1,
    numAttempts: 1,
    timeoutSecs: 300,
    priority: 0,
    seq,
    fence: 1,
    processId: 'a lease',
    isStarted: true,
    isSuspect: false,
    enqueuedAtMs: 0,
    waitedMs: 0,
    payloadText: 'null',
    extras: null,
    ...parts,
  };
}
