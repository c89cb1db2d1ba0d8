import type { BearEvent } from '../../events.ts';
import type { EventBus } from '../../runtime/event-bus.ts';
import type { Holding } from '../holdings.ts';

/** Tells that a work function goes on though its time and its grace are over. */
export function emitOverrun(
  events: EventBus<BearEvent>,
  { job }: Holding,
  { workerId, durationMs }: { readonly workerId: string; readonly durationMs: number },
): void {
  if (!events.hasHandlers) return;
  const { id: jobId, name: jobName, attempt } = job;
  events.emit({ eventType: 'WORKER_JOB_OVERRUN', jobId, jobName, workerId, attempt, durationMs });
}

/** How a run ended that nobody waited for any more. */
export interface LateEnd {
  readonly workerId: string;
  readonly durationMs: number;
  /** `null`: it returned. */
  readonly thrown: { readonly error: unknown } | null;
}

/** Tells that a work function has ended after it was given up: nothing of that is recorded. */
export function emitLateEnd(events: EventBus<BearEvent>, { job }: Holding, end: LateEnd): void {
  if (!events.hasHandlers) return;
  const { workerId, durationMs, thrown } = end;
  events.emit({
    eventType: 'WORKER_JOB_LATE_END',
    jobId: job.id,
    jobName: job.name,
    workerId,
    attempt: job.attempt,
    ended: thrown === null ? 'returned' : 'threw',
    error: thrown?.error,
    durationMs,
  });
}
