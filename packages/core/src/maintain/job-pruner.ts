import { Daemon } from '../runtime/daemon.ts';
import type { Services } from '../services/services.ts';
import { pruneFinalized } from '../statements/maintain.ts';

export interface JobPrunerOptions {
  readonly services: Services;
  readonly intervalMs: number;
}

/** Small batches: no lock is held for long, and a crash in the middle loses nothing. */
const BATCH = 1_000;

/** Deletes finalized jobs once their retention is over. */
export class JobPruner extends Daemon {
  readonly #options: JobPrunerOptions;

  constructor(options: JobPrunerOptions) {
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
