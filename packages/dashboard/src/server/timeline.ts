import type { JobRecord } from '@bearmq/core';
import type { TimelineEntry } from '../api-types.ts';
import { isoOf } from './job-rows.ts';

/** What has become of a job, in the order of time. */
export function timelineOf(job: JobRecord): readonly TimelineEntry[] {
  const { enqueuedAt, runAt, state, failures, claimedAt, processId, cancelRequestedAt, finalizedAt, outcome } = job;
  const entries: TimelineEntry[] = [{ kind: 'enqueued', at: enqueuedAt.toISOString() }];
  for (const { attempt, at, durationMs, workerId, error } of failures) {
    entries.push({ kind: 'attempt', attempt, at: isoOf(at), durationMs, workerId, error });
  }
  // A claim whose attempt has failed since is told of by that.
  const lastFailed = failures.at(-1)?.at ?? null;
  // One whose process died at its last attempt is claimed once more, to be finalized: nothing runs then.
  const isClaimedToEnd = outcome === 'failed' && failures.at(-1)?.attempt === job.attempt;
  if (claimedAt !== null && !isClaimedToEnd && (lastFailed === null || claimedAt > lastFailed || state === 'running')) {
    entries.push({ kind: 'claimed', at: claimedAt.toISOString(), processId, attempt: job.attempt });
  }
  if (state === 'scheduled' && runAt !== null) entries.push({ kind: 'due', at: runAt.toISOString() });
  if (cancelRequestedAt !== null) entries.push({ kind: 'cancel-requested', at: cancelRequestedAt.toISOString() });
  if (finalizedAt !== null && outcome !== null) {
    entries.push({ kind: 'finalized', at: finalizedAt.toISOString(), outcome, processId });
  }
  return entries;
}
