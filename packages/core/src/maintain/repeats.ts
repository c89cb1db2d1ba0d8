import { SCHEDULE_DEFAULTS } from '../model/schedule/defaults.ts';
import type { RegisteredJob } from '../services/registry.ts';
import type { Services } from '../services/services.ts';
import { fireSchedules, type Tick } from '../statements/schedules.ts';

interface RepeatPassOptions {
  readonly services: Services;
  /** Jobs were enqueued. */
  readonly onFired: () => void;
}

/** Enqueues the ticks of `repeatSecs` that are due. Resolves to how many milliseconds later the next one is. */
export async function repeatPass(
  { services, onFired }: RepeatPassOptions,
  repeating: readonly RegisteredJob[],
): Promise<number> {
  const { driver, tables, events } = services;
  const ticks = repeating.flatMap((definition) => nextTick(services, definition));
  const { jobs, nextDueMs } = await fireSchedules(driver, tables, ticks);
  if (jobs.length === 0) return Math.max(1, nextDueMs ?? Infinity);
  onFired();
  for (const { jobId, jobName, dueAtMs } of jobs) {
    const dueAt = new Date(dueAtMs);
    events.emit({ eventType: 'ORCHESTRATOR_JOB_SCHEDULE', jobId, jobName, scheduleKey: SCHEDULE_DEFAULTS.key, dueAt });
  }
  return 0; // what was fired has its next tick now: find out when
}

/** The group generator is the user's: where it fails, the other definitions still repeat. */
function nextTick(services: Services, definition: RegisteredJob): readonly Tick[] {
  try {
    return [{ ...definition.nextTick(), repeatSecs: definition.repeatSecs }];
  } catch (error) {
    const name = JSON.stringify(definition.name);
    services.warn(`the repeating job ${name} is not enqueued, since its jobGroupGenerator failed`, error);
    return [];
  }
}
