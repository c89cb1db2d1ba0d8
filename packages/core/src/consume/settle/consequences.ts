import { claimKey } from '../../model/claim-key.ts';
import { announceJobs } from '../../services/announce-jobs.ts';
import type { Services } from '../../services/services.ts';
import type { Lane, SettleResult } from '../../statements/settle.ts';
import type { Holding } from '../holding.ts';
import type { Holdings } from '../holdings.ts';
import type { Notice } from '../news.ts';
import type { StatsKeeper } from '../stats-keeper.ts';
import type { SettleBatch, Settlement } from './settle-batch.ts';
import { emitCancelled, emitCompleted, emitGivenUp, emitLost, emitSettled } from './settlement-events.ts';

export interface ConsequencesOptions {
  readonly services: Pick<Services, 'events' | 'enqueuer'> & Partial<Pick<Services, 'outcomes'>>;
  readonly holdings: Holdings;
  /** @defaultValue none: nothing is counted */
  readonly stats?: Pick<StatsKeeper, 'noteEnd' | 'noteLoss'> | undefined;
  /** Tells the claimer what is ready again, and when. */
  readonly notice: Notice;
  /** Groups were freed, and have ready jobs in these lanes. */
  readonly onOpened: (lanes: readonly (Lane | null)[]) => void;
}

/** What follows once it is known what became of an outcome: what is held no longer, who is told. */
export class Consequences {
  readonly #options: ConsequencesOptions;

  constructor(options: ConsequencesOptions) {
    this.#options = options;
  }

  /** A batch is committed, but for what was lost. */
  settled({ outcomes, started }: SettleBatch, { lost, cancelled, completed, opened }: SettleResult): void {
    const { services, notice, onOpened } = this.#options;
    for (const { holding, onRecorded } of started) {
      const isHeld = lost.size === 0 || !lost.has(claimKey(holding.job));
      if (onRecorded !== undefined) onRecorded(isHeld ? 'recorded' : 'lost');
      else if (!isHeld) this.#forsake(holding);
    }
    let dueInSecs = Infinity;
    let isAnyHandedBack = false;
    let isAnyEnqueued = false;
    const awaited: string[] = [];
    for (const settlement of outcomes) {
      const { outcome, holding } = settlement;
      if (completed.size > 0 && completed.has(claimKey(outcome.job))) {
        this.#options.holdings.release(holding);
        this.#options.stats?.noteEnd(settlement, 'succeeded');
        emitCompleted(services.events, settlement);
        if (isAwaited(holding)) awaited.push(outcome.job.id);
        continue;
      }
      if (cancelled.size > 0 && cancelled.has(claimKey(outcome.job))) {
        this.#options.holdings.release(holding);
        this.#options.stats?.noteEnd(settlement, 'cancelled');
        emitCancelled(services.events, settlement, null);
        if (isAwaited(holding)) awaited.push(outcome.job.id);
        continue;
      }
      if (outcome.kind === 'waiting') dueInSecs = Math.min(dueInSecs, outcome.secs);
      if (lost.size > 0 && lost.has(claimKey(outcome.job))) this.lost(settlement);
      else {
        this.#settledOne(settlement);
        if (outcome.kind !== 'waiting' && isAwaited(holding)) awaited.push(outcome.job.id);
        if (outcome.kind === 'waiting' && outcome.errorText === null && outcome.secs === 0) isAnyHandedBack = true;
        if (outcome.kind === 'failed' && outcome.failureJob !== undefined) isAnyEnqueued = true;
        if (outcome.kind === 'succeeded' && outcome.parts !== undefined) {
          isAnyEnqueued ||= outcome.parts.followUps.length > 0;
        }
      }
    }
    if (isAnyEnqueued) void services.enqueuer.announce();
    else if (isAnyHandedBack) void services.enqueuer.announceSoon();
    if (dueInSecs < Infinity) notice({ dueInMs: dueInSecs * 1000 });
    if (opened.length > 0) onOpened(opened);
    if (services.outcomes?.isBusy === true) services.outcomes.noteOver(outcomes.map(({ outcome }) => outcome.job.id));
    if (awaited.length > 0) void announceJobs(services, 'over', awaited);
  }

  /** The claim was lost: nothing was recorded. */
  lost(settlement: Settlement): void {
    this.#options.holdings.release(settlement.holding);
    this.#options.stats?.noteLoss(settlement);
    emitLost(this.#options.services.events, settlement);
  }

  /**
   * The database refuses to record it. Still held: whatever the database says of it, this process has run it, and a
   * reconcile must not have it run again.
   */
  givenUp(settlement: Settlement, error: unknown): void {
    emitGivenUp(this.#options.services.events, settlement, error);
  }

  #settledOne(settlement: Settlement): void {
    const { services, holdings, notice, stats } = this.#options;
    const { holding, outcome } = settlement;
    holdings.release(holding);
    stats?.noteEnd(settlement);
    if (outcome.kind === 'waiting' && outcome.secs === 0) notice({ released: outcome.job });
    emitSettled(services.events, settlement);
  }

  /** A job that is running was found to be lost. Of one that is over the outcome is told of, whether it is recorded or not. */
  #forsake(holding: Holding): void {
    if (holding.phase === 'settling') return;
    this.#options.holdings.release(holding);
    holding.forsake();
  }
}

/** Whether another process may wait for its end. Of most jobs that costs nothing to ask. */
function isAwaited(holding: Holding): boolean {
  return holding.job.extras !== null && holding.extras.isAwaited;
}
