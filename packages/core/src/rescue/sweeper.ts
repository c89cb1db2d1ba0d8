import type { ContextParts } from '../context-parts.ts';
import { Daemon } from '../runtime/daemon.ts';
import { sweepGroups } from '../statements/upkeep.ts';

export interface SweeperOptions {
  readonly parts: ContextParts;
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
    super({ name: 'sweeper', onError: options.parts.reportError });
    this.#options = options;
  }

  protected override async tick(): Promise<number> {
    const { parts, intervalMs, onMended } = this.#options;
    await parts.checkSchema();
    const startedAt = this.clock.now();
    const mended = await sweepGroups(parts.driver, parts.tables, null);
    for (const { kind, jobGroup } of mended) {
      parts.warn(
        `the job group ${JSON.stringify(jobGroup)} was found ${kind}, and mended: a job of it was deleted by hand, perhaps`,
      );
    }
    if (mended.length > 0) onMended();
    return Math.max(intervalMs, (this.clock.now() - startedAt) * WAIT_TO_WORK);
  }
}
