import { Daemon } from '../runtime/daemon.ts';
import type { Services } from '../services/services.ts';
import { pruneReports } from '../statements/reports.ts';
import { FIRST_KEY } from '../statements/unique-keys.ts';

export interface ReportPrunerOptions {
  readonly services: Services;
  readonly intervalMs: number;
}

/** Small pages: no lock is held for long, and a crash in the middle loses nothing. */
const PAGE = 1_000;

/**
 * Deletes what jobs have said of themselves that are gone, a page at a time. It looks only when woken: whoever prunes groups
 * sees on the way whether any has said something.
 */
export class ReportPruner extends Daemon {
  readonly #options: ReportPrunerOptions;
  #after = FIRST_KEY;

  constructor(options: ReportPrunerOptions) {
    super({ name: 'report-pruner', onError: options.services.reportError });
    this.#options = options;
  }

  protected override async tick(): Promise<number> {
    const { services, intervalMs } = this.#options;
    const { driver, tables } = services;
    await services.checkSchema();
    const { next, deleted } = await pruneReports(driver, tables, { after: this.#after, limit: PAGE });
    this.#after = next ?? FIRST_KEY;
    if (next === null) return Infinity;
    // Where a page gave much, the next one may; where it gave little, its jobs are there.
    return deleted > PAGE / 10 ? 0 : intervalMs;
  }
}
