import type { ContextParts } from '../context-parts.ts';
import { Daemon } from '../runtime/daemon.ts';
import { fireSchedules } from '../statements/schedules.ts';

export interface SchedulerOptions {
  readonly parts: ContextParts;
  readonly pollMs: number;
  /** Jobs were enqueued. */
  readonly onFired: () => void;
}

/** Enqueues the ticks of repeating definitions as they become due. */
export class Scheduler extends Daemon {
  readonly #options: SchedulerOptions;

  constructor(options: SchedulerOptions) {
    super({ name: 'scheduler', onError: options.parts.reportError });
    this.#options = options;
  }

  protected override async tick(): Promise<number> {
    const { parts, pollMs, onFired } = this.#options;
    const { driver, tables, registry, events } = parts;
    const repeating = registry.repeating();
    if (repeating.length === 0) return Infinity; // woken by the next registration
    const ticks = repeating.map((definition) => definition.nextTick());
    const { jobs, nextDueMs } = await fireSchedules(driver, tables, ticks);
    if (jobs.length > 0) {
      onFired();
      for (const job of jobs) events.emit({ eventType: 'ORCHESTRATOR_JOB_SCHEDULE', ...job });
      return 0; // what was fired has its next tick now: find out when
    }
    return Math.max(1, Math.min(pollMs, nextDueMs ?? Infinity));
  }
}
