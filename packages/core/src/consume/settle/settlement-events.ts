import type { BearEvent } from '../../events.ts';
import { reasonOf } from '../../messages.ts';
import type { EventBus } from '../../runtime/event-bus.ts';
import { aboutRun } from '../about-run.ts';
import type { Settlement } from './settle-batch.ts';

type Events = EventBus<BearEvent>;

/** Tells of a settlement, after its commit. */
export function emitSettled(events: Events, settlement: Settlement): void {
  const { outcome } = settlement;
  if (outcome.kind === 'succeeded') emitSucceeded(events, settlement);
  else if (outcome.kind === 'waiting' && outcome.errorText === null) emitUnspent(events, settlement, outcome);
  else if (outcome.kind === 'cancelled') emitCancelled(events, settlement, outcome.errorText);
  else emitFailed(events, settlement);
}

function emitSucceeded(events: Events, { outcome: { job }, workerId, durationMs }: Settlement): void {
  if (!events.hears('WORKER_JOB_RUN_SUCCESS')) return;
  events.emit({ eventType: 'WORKER_JOB_RUN_SUCCESS', ...aboutRun(job, workerId), durationMs });
}

/** Tells that a job has succeeded by the transaction in which its run completed it, whatever the run did after that. */
export function emitCompleted(events: Events, settlement: Settlement): void {
  emitSucceeded(events, settlement);
  const { outcome, workerId, durationMs, error } = settlement;
  if (error === undefined || !events.hears('WORKER_JOB_LATE_ERROR')) return;
  events.emit({ eventType: 'WORKER_JOB_LATE_ERROR', ...aboutRun(outcome.job, workerId), error, durationMs });
}

/** It waits again, and its attempt was given back. */
function emitUnspent(
  events: Events,
  { outcome: { job }, workerId, durationMs, error }: Settlement,
  { secs, isSnooze }: { readonly secs: number; readonly isSnooze?: true },
): void {
  if (isSnooze === undefined) {
    if (events.hears('WORKER_JOB_RELEASE'))
      events.emit({ eventType: 'WORKER_JOB_RELEASE', ...aboutRun(job, workerId) });
  } else if (events.hears('WORKER_JOB_SNOOZE')) {
    const reason = reasonOf(error);
    events.emit({ eventType: 'WORKER_JOB_SNOOZE', ...aboutRun(job, workerId), secs, reason, durationMs });
  }
}

function emitFailed(events: Events, { outcome, workerId, durationMs, error }: Settlement): void {
  const { job } = outcome;
  const wasRun = job.attempt <= job.numAttempts;
  if (wasRun && events.hears('WORKER_JOB_RUN_ERROR')) {
    events.emit({ eventType: 'WORKER_JOB_RUN_ERROR', ...aboutRun(job, workerId), error, durationMs });
  }
  if (outcome.kind === 'failed' && events.hears('WORKER_JOB_EXPIRE')) {
    const failureJobId = outcome.failureJob?.id ?? null;
    events.emit({ eventType: 'WORKER_JOB_EXPIRE', ...aboutRun(job, workerId), error, failureJobId });
  }
}

/** Tells that a job is over since somebody wanted it cancelled while it was held here. */
export function emitCancelled(
  events: Events,
  { outcome, workerId, durationMs }: Pick<Settlement, 'outcome' | 'workerId' | 'durationMs'>,
  reason: string | null,
): void {
  if (!events.hears('WORKER_JOB_CANCEL')) return;
  events.emit({ eventType: 'WORKER_JOB_CANCEL', ...aboutRun(outcome.job, workerId), reason, durationMs });
}

/** Tells of an outcome that was not recorded, since the claim was lost meanwhile. */
export function emitLost(events: Events, { outcome, workerId }: Settlement): void {
  if (!events.hears('WORKER_JOB_LOSE')) return;
  events.emit({ eventType: 'WORKER_JOB_LOSE', ...aboutRun(outcome.job, workerId) });
}

/** Tells of an outcome that the database refuses to record. */
export function emitGivenUp(events: Events, { outcome, workerId }: Settlement, error: unknown): void {
  if (!events.hears('WORKER_JOB_SETTLE_ERROR')) return;
  events.emit({ eventType: 'WORKER_JOB_SETTLE_ERROR', ...aboutRun(outcome.job, workerId), error });
}
