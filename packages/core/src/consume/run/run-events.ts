import type { BearEvent } from '../../events.ts';
import type { EventBus } from '../../runtime/event-bus.ts';
import { aboutRun } from '../about-run.ts';
import type { Holding } from '../holding.ts';

/** Tells that a run has taken all its time, and that its signal is aborted. */
export function emitTimeout(
  events: EventBus<BearEvent>,
  { job }: Holding,
  { workerId, maxRunSecs, durationMs }: Readonly<{ workerId: string; maxRunSecs: number; durationMs: number }>,
): void {
  if (!events.hears('WORKER_JOB_TIMEOUT')) return;
  events.emit({ eventType: 'WORKER_JOB_TIMEOUT', ...aboutRun(job, workerId), maxRunSecs, durationMs });
}

/** Tells that a work function goes on though its time and its grace are over. */
export function emitOverrun(
  events: EventBus<BearEvent>,
  { job }: Holding,
  { workerId, durationMs }: { readonly workerId: string; readonly durationMs: number },
): void {
  if (!events.hears('WORKER_JOB_OVERRUN')) return;
  events.emit({ eventType: 'WORKER_JOB_OVERRUN', ...aboutRun(job, workerId), durationMs });
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
  if (!events.hears('WORKER_JOB_LATE_END')) return;
  const { workerId, durationMs, thrown } = end;
  events.emit({
    eventType: 'WORKER_JOB_LATE_END',
    ...aboutRun(job, workerId),
    ended: thrown === null ? 'returned' : 'threw',
    error: thrown?.error,
    durationMs,
  });
}
