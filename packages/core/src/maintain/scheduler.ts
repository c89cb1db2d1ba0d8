import { Daemon } from '../runtime/daemon.ts';
import { daemonOptions } from '../services/daemon-options.ts';
import type { Services } from '../services/services.ts';
import { repeatPass } from './repeats.ts';
import { StrandedSchedules } from './stranded-schedules.ts';
import { TickPass } from './tick-pass.ts';

export interface SchedulerOptions {
  readonly services: Services;
  readonly pollMs: number;
  /** Jobs were enqueued. */
  readonly onFired: () => void;
}

/**
 * Enqueues the ticks of repeating definitions and of schedules as they become due. It sleeps until the next one, or until it
 * is time to look for what others have changed; and where nothing repeats and no schedule is known, until somebody wakes it.
 */
export class Scheduler extends Daemon {
  readonly #options: SchedulerOptions;
  readonly #ticks: TickPass;
  readonly #stranded: StrandedSchedules;

  constructor(options: SchedulerOptions) {
    super({ name: 'scheduler', ...daemonOptions(options.services) });
    this.#options = options;
    this.#ticks = new TickPass(options, this.clock);
    this.#stranded = new StrandedSchedules(options.services, this.clock);
  }

  protected override async tick(signal: AbortSignal): Promise<number> {
    const { services, pollMs } = this.#options;
    const { registry } = services;
    const repeating = registry.repeating();
    if (repeating.length === 0 && registry.scheduleNews === 0) return Infinity; // woken by the next registration
    await services.checkSchema();
    const waits = [repeating.length === 0 ? Infinity : await repeatPass(this.#options, repeating)];
    if (registry.scheduleNews > 0) {
      waits.push(await this.#ticks.run(signal));
      await this.#stranded.check();
    }
    return Math.min(pollMs, ...waits);
  }
}
