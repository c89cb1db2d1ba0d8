import { Daemon } from '../runtime/daemon.ts';
import { daemonOptions } from '../services/daemon-options.ts';
import type { Services } from '../services/services.ts';
import { FIRST_KEY, pruneKeys } from '../statements/unique-keys.ts';

export interface KeyPrunerOptions {
  readonly services: Services;
  readonly intervalMs: number;
}

/** Small pages: no lock is held for long, and a crash in the middle loses nothing. */
const PAGE = 1_000;

/**
 * Deletes unique keys that nothing holds any more, a page at a time. It looks only when woken: whoever prunes groups sees on
 * the way whether there are keys, so a database without any is not asked.
 */
export class KeyPruner extends Daemon {
  readonly #options: KeyPrunerOptions;
  #after = FIRST_KEY;

  constructor(options: KeyPrunerOptions) {
    super({ name: 'key-pruner', ...daemonOptions(options.services) });
    this.#options = options;
  }

  protected override async tick(): Promise<number> {
    const { services, intervalMs } = this.#options;
    const { driver, tables } = services;
    await services.checkSchema();
    const { next, deleted } = await pruneKeys(driver, tables, { after: this.#after, limit: PAGE });
    this.#after = next ?? FIRST_KEY;
    if (next === null) return Infinity;
    // Where a page gave much, the next one may; where it gave little, its keys are held.
    return deleted > PAGE / 10 ? 0 : intervalMs;
  }
}
