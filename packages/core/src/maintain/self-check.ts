import { Daemon } from '../runtime/daemon.ts';
import { daemonOptions } from '../services/daemon-options.ts';
import type { Services } from '../services/services.ts';
import { checkGroups } from '../statements/maintain.ts';

export interface SelfCheckOptions {
  readonly services: Services;
  readonly intervalMs: number;
  /** Jobs that were stuck are ready now. */
  readonly onFixed: () => void;
}

/** A check waits this many times as long as the database was at the last one, if that is longer: so small a share it costs. */
const WAIT_TO_WORK = 100;

/** But no longer than that, in milliseconds: it may be the only one, and a group may be stuck. */
const LONGEST_WAIT_MS = 60_000;

/** Looks for groups and limits that were left stuck or counted wrong, by hand-written deletes of jobs above all, and fixes them. */
export class SelfCheck extends Daemon {
  readonly #options: SelfCheckOptions;

  constructor(options: SelfCheckOptions) {
    super({ name: 'self-check', ...daemonOptions(options.services) });
    this.#options = options;
  }

  protected override async tick(): Promise<number> {
    const { services, intervalMs, onFixed } = this.#options;
    await services.checkSchema();
    const { fixed, tookMs } = await checkGroups(services.driver, services.tables, null);
    for (const { of, name, kind } of fixed) {
      const what = `the ${of === 'group' ? 'job group' : `limit of the ${of}`} ${JSON.stringify(name)}`;
      services.warn(`${what} was found ${kind}, and fixed: perhaps a job of it was deleted by hand`);
    }
    if (fixed.length > 0) onFixed();
    return Math.max(intervalMs, Math.min(tookMs * WAIT_TO_WORK, LONGEST_WAIT_MS));
  }
}
