import { claimKey } from '../model/claim-key.ts';
import { cancelled } from '../model/outcome.ts';
import { afterLong } from '../runtime/clock.ts';
import { Daemon } from '../runtime/daemon.ts';
import { daemonOptions } from '../services/daemon-options.ts';
import type { Services } from '../services/services.ts';
import { cancelsOf } from '../statements/cancel.ts';
import type { Holding } from './holding.ts';
import type { Holdings } from './holdings.ts';
import type { Lease } from './lease-keeper.ts';
import { emitOverrun } from './run/run-events.ts';
import type { Settler } from './settle/settler.ts';

export interface CancelsOptions {
  readonly services: Services;
  readonly holdings: Holdings;
  readonly settler: Pick<Settler, 'record'>;
  readonly lease: () => Lease | null;
  /** How long a run has to end once its signal was aborted, in milliseconds. */
  readonly graceMs: number;
}

/** How soon to look again for a claim that the database tells of and that has not arrived here, in milliseconds. */
const AGAIN_MS = 250;

/**
 * Finds out which of the jobs that this process holds somebody wants cancelled, and tells their runs. It looks when it is
 * told that there may be some, by a notification, by this process or by the answer to a renewal, and never otherwise.
 *
 * A run that has not ended a grace later is waited for no longer: the job is over as cancelled, and its Worker goes on with
 * others, though the function may hang on. One of a job group is waited for until it ends: that one job of a group runs at a
 * time is not given up for a slot.
 */
export class Cancels extends Daemon {
  readonly #options: CancelsOptions;
  #isAsked = false;

  constructor(options: CancelsOptions) {
    super({ name: 'cancels', ...daemonOptions(options.services) });
    this.#options = options;
  }

  /** There are some. */
  look(): void {
    this.#isAsked = true;
    this.wake();
  }

  /** Somebody says that there are some, of these jobs. Whoever may connect can say so: the database is asked. */
  lookFor(jobIds: readonly string[]): void {
    if (this.#options.holdings.holdsAny(jobIds)) this.look();
  }

  protected override async tick(): Promise<number> {
    const { services, holdings, lease } = this.#options;
    const held = lease();
    if (!this.#isAsked || held === null) return Infinity;
    const { processId } = held;
    this.#isAsked = false;
    try {
      const found = await cancelsOf(services.driver, services.tables, { processId });
      // Of a claim whose answer is still on its way: asked for again, until it is here or the job is over.
      const early = found.filter(({ jobId, fence, reason }) => {
        const holding = holdings.held(claimKey({ id: jobId, fence, processId }));
        if (holding?.cancel(reason) === true) this.#awaitEnd(holding, reason);
        return holding === undefined;
      });
      if (early.length === 0) return Infinity;
    } catch (error) {
      this.#isAsked = true;
      throw error;
    }
    this.#isAsked = true;
    return AGAIN_MS;
  }

  #awaitEnd(holding: Holding, reason: string | null): void {
    const { services, settler, graceMs } = this.#options;
    const { job, by } = holding;
    if (job.jobGroup !== null || by === undefined) return;
    const giveUp = (): void => {
      if (holding.phase !== 'running' || holding.isLost) return;
      const run = { workerId: by.id, durationMs: this.clock.now() - holding.startedAt };
      emitOverrun(services.events, holding, run);
      settler.record({ holding, outcome: cancelled(job, reason, 'ran'), ...run });
      holding.leave();
      by.goOnWithout?.(holding);
    };
    // What only waits for a function that hangs is no reason for the program to go on.
    afterLong(this.clock, graceMs, giveUp, 'lazily');
  }
}
