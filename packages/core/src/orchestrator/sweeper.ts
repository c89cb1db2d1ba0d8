import type { ContextParts } from '../context-parts.ts';
import { Daemon } from '../runtime/daemon.ts';
import { sweepGroups } from '../statements/upkeep.ts';

export interface SweeperOptions {
  readonly parts: ContextParts;
  readonly intervalMs: number;
  /** Jobs that were stuck are ready now. */
  readonly onMended: () => void;
}

/** Looks for groups that were left stuck or counted wrong. It should never find any, and says so when it does. */
export class Sweeper extends Daemon {
  readonly #options: SweeperOptions;

  constructor(options: SweeperOptions) {
    super({ name: 'sweeper', onError: options.parts.reportError });
    this.#options = options;
  }

  protected override async tick(): Promise<number> {
    const { parts, intervalMs, onMended } = this.#options;
    await parts.checkSchema();
    const mended = await sweepGroups(parts.driver, parts.tables, null);
    for (const { kind, jobGroup } of mended) {
      parts.warn(`the job group ${JSON.stringify(jobGroup)} was found ${kind}, and mended; please report this`);
    }
    if (mended.length > 0) onMended();
    return intervalMs;
  }
}
