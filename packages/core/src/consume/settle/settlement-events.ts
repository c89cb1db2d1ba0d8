import type { BearEvent } from '../../events.ts';
import { reasonOf } from '../../messages.ts';
import type { EventBus } from '../../runtime/event-bus.ts';
import type { Settlement } from './settle-batch.ts';

/** Tells of a settlement, after its commit. */
export function emitSettled(events: EventBus<BearEvent>, { outcome, workerId, durationMs, error }: Settlement): void {
  if (!events.hasHandlers) return;
  const { job } = outcome;
  const about = { jobId: job.id, jobName: job.name, workerId };
  if (outcome.kind === 'waiting' && outcome.isSnooze) {
    const reason = reasonOf(error);
    events.emit({
      eventType: 'WORKER_JOB_SNOOZE',
      ...about,
      attempt: job.attempt,
      secs: outcome.secs,
      reason,
      durationMs,
    });
    return;
  }
  const isRelease = outcome.kind === 'waiting' && outcome.errorText === null;
  if (isRelease) {
    events.emit({ eventType: 'WORKER_JOB_RELEASE', ...about });
    return;
  }
  if (outcome.kind === 'succeeded') {
    events.emit({ eventType: 'WORKER_JOB_RUN_SUCCESS', ...about, attempt: job.attempt, durationMs });
    return;
  }
  const wasRun = job.attempt <= job.numAttempts;
  if (wasRun) events.emit({ eventType: 'WORKER_JOB_RUN_ERROR', ...about, attempt: job.attempt, error, durationMs });
  if (outcome.kind === 'failed') events.emit({ eventType: 'WORKER_JOB_EXPIRE', ...about });
}

/** Tells of an outcome that was not recorded, since the claim was lost meanwhile. */
export function emitLost(events: EventBus<BearEvent>, { outcome, workerId }: Settlement): void {
  if (!events.hasHandlers) return;
  events.emit({ eventType: 'WORKER_JOB_LOSE', jobId: outcome.job.id, jobName: outcome.job.name, workerId });
}

/** Tells of an outcome that the database refuses to record. */
export function emitGivenUp(events: EventBus<BearEvent>, { outcome, workerId }: Settlement, error: unknown): void {
  if (!events.hasHandlers) return;
  const { job } = outcome;
  events.emit({ eventType: 'WORKER_JOB_SETTLE_ERROR', jobId: job.id, jobName: job.name, workerId, error });
}
