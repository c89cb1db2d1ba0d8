import { Daemon } from '../runtime/daemon.ts';
import { daemonOptions } from '../services/daemon-options.ts';
import type { Services } from '../services/services.ts';
import { type PrunedJob, pruneBeyond, pruneFailed, pruneFinalized, pruneSucceeded } from '../statements/prune-jobs.ts';

export interface JobPrunerOptions {
  readonly services: Services;
  readonly intervalMs: number;
}

/** Small batches: no lock is held for long, and a crash in the middle loses nothing. */
const BATCH = 1_000;

/** To find what is beyond a number costs a walk over what is not, so more is taken at a time. */
const BATCH_BEYOND = 5_000;

/** How often it is looked whether there are more than are to be kept, in milliseconds. */
const COUNT_INTERVAL_MS = 60_000;

/** How often those that succeeded are looked for everywhere: some that others held may have been passed over. */
const WALK_INTERVAL_MS = 3_600_000;

/** How long outcomes that somebody waits for are kept where others are not, in seconds. */
const AWAITED_SECS = 60;

/** Deletes finalized jobs once their retention is over, and those beyond a number where there is one. */
export class JobPruner extends Daemon {
  readonly #options: JobPrunerOptions;
  /** Up to when those that succeeded are gone, in seconds since 1970; and until when that is believed. */
  #succeededUpTo: { readonly secs: number; readonly until: number } | undefined;
  #countAt = -Infinity;

  constructor(options: JobPrunerOptions) {
    super({ name: 'job-pruner', ...daemonOptions(options.services) });
    this.#options = options;
  }

  protected override async tick(): Promise<number> {
    const { services, intervalMs } = this.#options;
    await services.checkSchema();
    const { maxFinalizedJobs } = services.settings;
    const isAlike = this.#succeededSecs === this.#failedSecs;
    const isMoreByAge = isAlike ? await this.#pruneAlike() : await this.#pruneApart();
    const isMoreByCount = maxFinalizedJobs === undefined ? false : await this.#pruneBeyond(maxFinalizedJobs);
    return isMoreByAge || isMoreByCount ? 0 : intervalMs;
  }

  /** Where history is kept for no time, what is in it is there for whoever waits for it. */
  get #succeededSecs(): number {
    return this.#options.services.settings.jobPostFinalizeDeleteSecs || AWAITED_SECS;
  }

  get #failedSecs(): number {
    return this.#options.services.settings.jobPostFailDeleteSecs || AWAITED_SECS;
  }

  /** Whether there may be more to do now, as for all of these. */
  async #pruneAlike(): Promise<boolean> {
    const { driver, tables } = this.#options.services;
    const retentionSecs = this.#succeededSecs;
    return this.#tell(await pruneFinalized(driver, tables, { retentionSecs, limit: BATCH })) === BATCH;
  }

  async #pruneApart(): Promise<boolean> {
    const { driver, tables } = this.#options.services;
    const now = this.clock.now();
    const known =
      this.#succeededUpTo !== undefined && this.#succeededUpTo.until > now ? this.#succeededUpTo : undefined;
    const { deleted, upToSecs } = await pruneSucceeded(driver, tables, {
      retentionSecs: this.#succeededSecs,
      fromSecs: known?.secs ?? null,
      limit: BATCH,
    });
    this.#succeededUpTo = { secs: upToSecs, until: known?.until ?? now + WALK_INTERVAL_MS };
    const failed = await pruneFailed(driver, tables, { retentionSecs: this.#failedSecs, limit: BATCH });
    return Math.max(this.#tell(deleted), this.#tell(failed)) === BATCH;
  }

  async #pruneBeyond(max: number): Promise<boolean> {
    const { driver, tables } = this.#options.services;
    const now = this.clock.now();
    if (now < this.#countAt) return false;
    const isMore = this.#tell(await pruneBeyond(driver, tables, { max, limit: BATCH_BEYOND })) === BATCH_BEYOND;
    this.#countAt = isMore ? now : now + COUNT_INTERVAL_MS;
    return isMore;
  }

  #tell(deleted: readonly PrunedJob[]): number {
    for (const job of deleted) {
      this.#options.services.events.emit({ eventType: 'ORCHESTRATOR_JOB_DELETE', ...job });
    }
    return deleted.length;
  }
}
