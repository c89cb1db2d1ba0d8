import type { Driver } from '../driver/index.ts';
import { DatabaseError } from '../driver/index.ts';
import { JobNotFoundError, WaitTimeoutError } from '../result-errors.ts';
import { afterLong, systemClock } from '../runtime/clock.ts';
import type { Tables } from '../schema/index.ts';
import { type ReadOutcome, readOutcomes } from '../statements/read-outcomes.ts';

/** How soon the outcomes that are waited for are read again, in milliseconds: at first, and at last. */
const [FIRST_PAUSE_MS, LAST_PAUSE_MS] = [50, 1_000];
/** By how much a pause is longer than the one before. */
const GROWTH = 1.5;

export interface WaitOptions {
  readonly waitSecs: number;
  readonly signal?: AbortSignal | undefined;
}

interface Waiting {
  readonly jobId: string;
  readonly resolve: (outcome: ReadOutcome) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Waits for the ends of jobs: one look at a time for all that are waited for, ever less often, and at once when this process has recorded
 * one. Where nobody waits it does nothing.
 */
export class OutcomeWaiter {
  readonly #driver: Driver;
  readonly #tables: Tables;
  readonly #waiting = new Set<Waiting>();
  #pauseMs = FIRST_PAUSE_MS;
  #isLooking = false;
  #isWanted = false;
  #cancelTimer = (): void => {};

  constructor(driver: Driver, tables: Tables) {
    this.#driver = driver;
    this.#tables = tables;
  }

  /** Resolves to how the job has ended. @throws WaitTimeoutError, JobNotFoundError, DatabaseError, the reason of the signal */
  async wait(jobId: string, { waitSecs, signal }: WaitOptions): Promise<ReadOutcome> {
    signal?.throwIfAborted();
    const cancels: (() => void)[] = [];
    let waiting: Waiting | undefined;
    try {
      return await new Promise<ReadOutcome>((resolve, reject) => {
        waiting = { jobId, resolve, reject };
        this.#waiting.add(waiting);
        if (signal !== undefined) {
          const abort = (): void => reject(signal.reason);
          signal.addEventListener('abort', abort, { once: true });
          cancels.push(() => signal.removeEventListener('abort', abort));
        }
        const late = (): void => reject(new WaitTimeoutError(jobId, waitSecs));
        // One look in any case: an answer that comes late is still an answer.
        if (waitSecs > 0) cancels.push(afterLong(systemClock, waitSecs * 1000, late));
        this.#look(waitSecs > 0 ? undefined : late);
      });
    } finally {
      for (const cancel of cancels) cancel();
      if (waiting !== undefined) this.#waiting.delete(waiting);
      if (this.#waiting.size === 0) this.#cancelTimer();
    }
  }

  /** Whether somebody waits. */
  get isBusy(): boolean {
    return this.#waiting.size > 0;
  }

  /** The ends of these jobs were recorded here, or they wait again. */
  noteOver(jobIds: readonly string[]): void {
    const over = new Set(jobIds);
    if ([...this.#waiting].some(({ jobId }) => over.has(jobId))) this.#look();
  }

  /** @param after is called when the look is over that begins now, or next. */
  #look(after?: () => void): void {
    this.#pauseMs = FIRST_PAUSE_MS;
    void this.#read().then(() => after?.());
  }

  async #read(): Promise<void> {
    this.#isWanted = true;
    // One that is under way may have begun before whatever this is asked for.
    while (this.#isLooking) await new Promise((resolve) => this.#afterLook.push(resolve));
    if (!this.#isWanted || this.#waiting.size === 0) return;
    this.#isWanted = false;
    this.#isLooking = true;
    this.#cancelTimer();
    const asked = [...this.#waiting];
    try {
      const ids = [...new Set(asked.map(({ jobId }) => jobId))];
      const found = await readOutcomes(this.#driver, this.#tables, { ids });
      for (const { jobId, resolve, reject } of asked) {
        const outcome = found.get(jobId);
        if (outcome === undefined) reject(new JobNotFoundError(jobId));
        else if (outcome.outcome !== null) resolve(outcome);
      }
    } catch (error) {
      // What may pass is waited for; the time of who waits goes on.
      if (!(error instanceof DatabaseError && error.isRetryable)) for (const { reject } of asked) reject(error);
    } finally {
      this.#isLooking = false;
      for (const go of this.#afterLook.splice(0)) go(undefined);
      this.#cancelTimer();
      const pause = this.#pauseMs;
      this.#pauseMs = Math.min(LAST_PAUSE_MS, pause * GROWTH);
      if (this.#waiting.size > 0) this.#cancelTimer = systemClock.after(pause, () => void this.#read());
    }
  }

  readonly #afterLook: ((value: undefined) => void)[] = [];
}
