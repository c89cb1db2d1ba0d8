import { Daemon } from '../runtime/daemon.ts';
import { daemonOptions } from '../services/daemon-options.ts';
import type { Services } from '../services/services.ts';
import { rescue } from '../statements/leases.ts';

export interface RescuerOptions {
  readonly services: Services;
  /** Who rescues, for the events. */
  readonly role: 'ORCHESTRATOR' | 'WORKER';
  /** How often to look when nobody said that it is time, in milliseconds. */
  readonly intervalMs: number;
  /** The lease of this process, which is never taken; `null` where it has none. */
  readonly selfId: () => string | null;
  /** Jobs were put back: they are ready now. */
  readonly onRescued: () => void;
  /** It has looked; `isAnyOverdue` says that some process is watched, and may be found dead. */
  readonly onLooked?: ((isAnyOverdue: boolean) => void) | undefined;
  /** There are schedules: seen on the way, so that no orchestrator has to ask. */
  readonly onSchedulesSeen?: () => void;
}

/** The least time between two looks: a process that is blocked but alive would have every claim ask for one. */
const MIN_INTERVAL_MS = 1_000;

/** How long to wait while a process does not renew its lease: it counts as watched only if looked at every 3 s. */
const WATCH_INTERVAL_MS = 1_000;

/**
 * How long a process must have been watched, in seconds: what the slowest needs to come back when the database does. Its
 * lease keeper tries again after a second at most, and gives an attempt that hangs three.
 */
const GRACE_SECS = 6;

/** Puts the jobs of dead worker processes back in the queue. Any number of processes may run one. */
export class Rescuer extends Daemon {
  readonly #options: RescuerOptions;
  #lastAt = -Infinity;

  constructor(options: RescuerOptions) {
    super({ name: 'rescuer', ...daemonOptions(options.services) });
    this.#options = options;
  }

  protected override async tick(): Promise<number> {
    const { services, role, intervalMs, selfId, onRescued } = this.#options;
    const sinceLast = this.clock.now() - this.#lastAt;
    if (sinceLast < MIN_INTERVAL_MS) return MIN_INTERVAL_MS - sinceLast;
    const { driver, tables, settings, events } = services;
    await services.checkSchema();
    const { jobGroupUnlockSecs: unlockSecs, blockedSecs } = settings;
    const { rescued, isAnyOverdue, hasSchedules } = await rescue(driver, tables, {
      selfId: selfId(),
      unlockSecs,
      blockedSecs,
      graceSecs: GRACE_SECS,
    });
    this.#lastAt = this.clock.now(); // one that failed does not count: its own pauses grow
    for (const one of rescued) {
      if (one.kind === 'job') {
        events.emit({ eventType: `${role}_JOB_RESCUE`, jobId: one.jobId, jobName: one.jobName });
      } else if (one.kind === 'group') {
        events.emit({ eventType: `${role}_JOB_GROUP_UNLOCK`, jobGroup: one.jobGroup });
      }
    }
    if (rescued.length > 0) onRescued();
    this.#options.onLooked?.(isAnyOverdue);
    if (hasSchedules) this.#options.onSchedulesSeen?.();
    return isAnyOverdue ? WATCH_INTERVAL_MS : intervalMs;
  }
}
