import { Daemon } from '../runtime/daemon.ts';
import type { Services } from '../services/services.ts';
import { pruneFinalized, pruneGroups } from '../statements/maintain.ts';

export interface PrunerOptions {
  readonly services: Services;
  readonly intervalMs: number;
}

/** Small batches: no lock is held for long, and a crash in the middle loses nothing. */
const BATCH = 1_000;

/** Deletes finalized jobs once their retention is over. */
export class JobPruner extends Daemon {
  readonly #options: PrunerOptions;

  constructor(options: PrunerOptions) {
    super({ name: 'job-pruner', onError: options.services.reportError });
    this.#options = options;
  }

  protected override async tick(): Promise<number> {
    const { services, intervalMs } = this.#options;
    const { driver, tables, settings, events } = services;
    await services.checkSchema();
    const deleted = await pruneFinalized(driver, tables, {
      retentionSecs: settings.jobPostFinalizeDeleteSecs,
      limit: BATCH,
    });
    for (const job of deleted) events.emit({ eventType: 'ORCHESTRATOR_JOB_DELETE', ...job });
    return deleted.length === BATCH ? 0 : intervalMs; // a full batch: there is more to do now
  }
}

/** Deletes groups that no unfinalized job is in, a page of names at a time. */
export class GroupPruner extends Daemon {
  readonly #options: PrunerOptions;
  #after = '';

  constructor(options: PrunerOptions) {
    super({ name: 'group-pruner', onError: options.services.reportError });
    this.#options = options;
  }

  protected override async tick(): Promise<number> {
    const { services, intervalMs } = this.#options;
    const { driver, tables, events } = services;
    await services.checkSchema();
    const { groups, next, seen } = await pruneGroups(driver, tables, { after: this.#after, limit: BATCH });
    const isLastPage = seen < BATCH;
    this.#after = isLastPage ? '' : next;
    for (const jobGroup of groups) events.emit({ eventType: 'ORCHESTRATOR_JOB_GROUP_DELETE', jobGroup });
    // Where a page gave much, the next one may; where it gave little, its groups are in use.
    return !isLastPage && groups.length > BATCH / 10 ? 0 : intervalMs;
  }
}
