import { claimKey } from '../../model/claim-key.ts';
import type { Services } from '../../services/services.ts';
import type { Lane, SettleResult } from '../../statements/settle.ts';
import type { Holding, Holdings } from '../holdings.ts';
import type { Notice } from '../news.ts';
import type { SettleBatch, Settlement } from './settle-batch.ts';
import { emitGivenUp, emitLost, emitSettled } from './settlement-events.ts';

export interface ConsequencesOptions {
  readonly services: Pick<Services, 'events' | 'enqueuer'>;
  readonly holdings: Holdings;
  /** Tells the claimer what is ready again, and when. */
  readonly notice: Notice;
  /** Groups were freed, and have ready jobs in these lanes. */
  readonly onOpened: (lanes: readonly Lane[]) => void;
}

/** What follows once it is known what became of an outcome: what is held no longer, who is told. */
export class Consequences {
  readonly #options: ConsequencesOptions;

  constructor(options: ConsequencesOptions) {
    this.#options = options;
  }

  /** A batch is committed, but for what was lost. */
  settled({ outcomes, started }: SettleBatch, { lost, opened }: SettleResult): void {
    const { services, notice, onOpened } = this.#options;
    for (const { holding, onRecorded } of started) {
      const isHeld = lost.size === 0 || !lost.has(claimKey(holding.job));
      if (onRecorded !== undefined) onRecorded(isHeld ? 'recorded' : 'lost');
      else if (!isHeld) this.#forsake(holding);
    }
    let dueInSecs = Infinity;
    let isAnyHandedBack = false;
    for (const settlement of outcomes) {
      const { outcome } = settlement;
      if (outcome.kind === 'waiting') dueInSecs = Math.min(dueInSecs, outcome.secs);
      if (lost.size > 0 && lost.has(claimKey(outcome.job))) this.lost(settlement);
      else {
        this.#settledOne(settlement);
        if (outcome.kind === 'waiting' && outcome.errorText === null && outcome.secs === 0) isAnyHandedBack = true;
      }
    }
    if (isAnyHandedBack) services.enqueuer.announceSoon();
    if (dueInSecs < Infinity) notice({ dueInMs: dueInSecs * 1000 });
    if (opened.length > 0) onOpened(opened);
  }

  /** The claim was lost: nothing was recorded. */
  lost(settlement: Settlement): void {
    this.#options.holdings.release(settlement.holding);
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
    const { services, holdings, notice } = this.#options;
    const { holding, outcome } = settlement;
    holdings.release(holding);
    if (outcome.kind === 'waiting' && outcome.secs === 0) notice({ released: outcome.job });
    emitSettled(services.events, settlement);
  }

  /** A job that is running was found to be lost. */
  #forsake(holding: Holding): void {
    this.#options.holdings.release(holding);
    holding.forsake();
  }
}
