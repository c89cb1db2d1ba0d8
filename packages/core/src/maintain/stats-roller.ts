import { Daemon } from '../runtime/daemon.ts';
import { daemonOptions } from '../services/daemon-options.ts';
import type { Services } from '../services/services.ts';
import { pruneStats, rollStats } from '../statements/roll-stats.ts';
import { withoutRights } from './without-rights.ts';

export interface StatsRollerOptions {
  readonly services: Services;
  readonly intervalMs: number;
}

/** Small pages: no row is locked for long. */
const PAGE = 500;

/** Adds up what processes have counted, by minute, by hour and for good; and deletes what is kept no longer. */
export class StatsRoller extends Daemon {
  readonly #options: StatsRollerOptions;

  constructor(options: StatsRollerOptions) {
    super({ name: 'stats-roller', ...daemonOptions(options.services) });
    this.#options = options;
  }

  protected override async tick(): Promise<number> {
    const { services, intervalMs } = this.#options;
    const { driver, tables } = services;
    await services.checkSchema();
    return await withoutRights(services, async () => {
      const rolled = await rollStats(driver, tables, { limit: PAGE });
      const deleted = await pruneStats(driver, tables, { limit: PAGE });
      return rolled === PAGE || deleted === PAGE ? 0 : intervalMs * this.jitter();
    });
  }
}
