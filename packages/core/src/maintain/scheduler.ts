import { Daemon } from '../runtime/daemon.ts';
import type { RegisteredJob } from '../services/registry.ts';
import type { Services } from '../services/services.ts';
import { fireSchedules, type Tick } from '../statements/schedules.ts';

export interface SchedulerOptions {
  readonly services: Services;
  readonly pollMs: number;
  /** Jobs were enqueued. */
  readonly onFired: () => void;
}

/** Enqueues the ticks of repeating definitions as they become due. */
export class Scheduler extends Daemon {
  readonly #options: SchedulerOptions;

  constructor(options: SchedulerOptions) {
    super({ name: 'scheduler', onError: options.services.reportError });
    this.#options = options;
  }

  protected override async tick(): Promise<number> {
    const { services, pollMs, onFired } = this.#options;
    const { driver, tables, registry, events } = services;
    const repeating = registry.repeating();
    if (repeating.length === 0) return Infinity; // woken by the next registration
    await services.checkSchema();
    const ticks = repeating.flatMap((definition) => this.#nextTick(definition));
    const { jobs, nextDueMs } = await fireSchedules(driver, tables, ticks);
    if (jobs.length > 0) {
      onFired();
      for (const job of jobs) events.emit({ eventType: 'ORCHESTRATOR_JOB_SCHEDULE', ...job });
      return 0; // what was fired has its next tick now: find out when
    }
    return Math.max(1, Math.min(pollMs, nextDueMs ?? Infinity));
  }

  /** The group generator is the user's: where it fails, the other definitions still repeat. */
  #nextTick(definition: RegisteredJob): readonly Tick[] {
    try {
      return [{ ...definition.nextTick(), repeatSecs: definition.repeatSecs }];
    } catch (error) {
      const name = JSON.stringify(definition.name);
      this.#options.services.warn(
        `the repeating job ${name} is not enqueued, since its jobGroupGenerator failed`,
        error,
      );
      return [];
    }
  }
}
