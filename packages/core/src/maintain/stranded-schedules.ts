import type { Clock } from '../runtime/clock.ts';
import type { Services } from '../services/services.ts';
import { findStranded } from '../statements/due-schedules.ts';

/** How long a tick may be overdue before somebody says so, in seconds. */
const LATE_SECS = 300;
const INTERVAL_MS = 60_000;

/** Says of schedules that are long overdue that nobody enqueues their ticks, since their definition is nowhere. */
export class StrandedSchedules {
  readonly #services: Services;
  readonly #clock: Clock;
  #nextAt = -Infinity;

  constructor(services: Services, clock: Clock) {
    this.#services = services;
    this.#clock = clock;
  }

  /** Looks, if it did not do so within the last minute. Each definition is told of once. */
  async check(): Promise<void> {
    const now = this.#clock.now();
    if (now < this.#nextAt) return;
    const { driver, tables, registry, warn } = this.#services;
    const stranded = await findStranded(driver, tables, { names: registry.names(), lateSecs: LATE_SECS });
    this.#nextAt = now + INTERVAL_MS;
    const first = new Map(stranded.toReversed().map(({ jobName, key }) => [jobName, key]));
    for (const [jobName, key] of first) warn(messageOf(JSON.stringify(jobName), JSON.stringify(key)));
  }
}

function messageOf(jobName: string, key: string): string {
  return (
    `ticks of the schedule ${key} of ${jobName} are overdue by more than ${LATE_SECS / 60} minutes: no running ` +
    `orchestrator has a definition of that name. Register it in the context of an Orchestrator; or, if it is no longer ` +
    `wanted, await context.schedules.remove(${jobName}, ${key})`
  );
}
