import { Daemon } from '../runtime/daemon.ts';
import type { Services } from '../services/services.ts';
import { sweepGroups } from '../statements/upkeep.ts';

export interface SweeperOptions {
  readonly services: Services;
  readonly intervalMs: number;
  /** Jobs that were stuck are ready now. */
  readonly onMended: () => void;
}

/** A sweep waits this many times as long as the last one took, if that is longer: it costs at most so small a share. */
const WAIT_TO_WORK = 100;

/** Looks for groups that were left stuck or counted wrong, by hand-written deletes of jobs above all, and mends them. */
export class Sweeper extends Daemon {
  readonly #options: SweeperOptions;

  constructor(options: SweeperOptions) {
    super({ name: 'sweeper', onError: options.services.reportError });
    this.#options = options;
  }

  protected override async tick(): Promise<number> {
    const { services, intervalMs, onMended } = this.#options;
    await services.checkSchema();
    const startedAt = this.clock.now();
    const mended = await sweepGroups(services.driver, services.tables, null);
    for (const { kind, jobGroup } of mended) {
      services.warn(
        `the job group ${JSON.stringify(jobGroup)} was found ${kind}, and mended: a job of it was deleted by hand, perhaps`,
      );
    }
    if (mended.length > 0) onMended();
    return Math.max(intervalMs, (this.clock.now() - startedAt) * WAIT_TO_WORK);
  }
}
