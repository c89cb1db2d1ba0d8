import type { BearEvent, ScheduleSkipEvent } from '../events.ts';
import type { EventBus } from '../runtime/event-bus.ts';
import type { Fired } from '../statements/due-schedules.ts';
import type { PlannedFire } from './tick-fire.ts';

/** Tells of the ticks of a schedule once that is committed: of each that was enqueued, and of those that were left out. */
export function tellOf(
  events: EventBus<BearEvent>,
  { schedule, plan, fire }: PlannedFire,
  outcome: Fired['outcome'],
): void {
  const { jobName, key: scheduleKey } = schedule;
  const skip = (reason: ScheduleSkipEvent['reason'], dueMs: number): void =>
    events.emit({ eventType: 'ORCHESTRATOR_SCHEDULE_SKIP', jobName, scheduleKey, dueAt: new Date(dueMs), reason });
  if (plan.lateMs !== null) skip('late', plan.lateMs);
  const enqueued = outcome === 'enqueued' ? fire.jobs : [];
  for (const [i, { id: jobId }] of enqueued.entries()) {
    const dueAt = new Date(plan.ticks[i]?.dueMs ?? Number.NaN);
    events.emit({ eventType: 'ORCHESTRATOR_JOB_SCHEDULE', jobId, jobName, scheduleKey, dueAt });
  }
  const left = plan.ticks[enqueued.length];
  if (left !== undefined) skip('overlap', left.dueMs);
}
