import type { ResolvedSettings } from '../context-options.ts';
import type { Driver } from '../driver/index.ts';
import { DatabaseError } from '../driver/index.ts';
import { JobNotFoundError, WaitTimeoutError } from '../result-errors.ts';
import { afterLong, systemClock } from '../runtime/clock.ts';
import type { Tables } from '../schema/index.ts';
import { type ReadOutcome, readOutcomes } from '../statements/read-outcomes.ts';
import { EndsListener } from './ends-listener.ts';
import type { Reporter } from './reporter.ts';

/** How soon the outcomes that are waited for are read again, in milliseconds: at first, and at last. */
const [FIRST_PAUSE_MS, LAST_PAUSE_MS] = [50, 1_000];
/** By how much a pause is longer than the one before. */
const GROWTH = 1.5;

export interface OutcomeWaiterOptions extends Pick<ResolvedSettings, 'wakeUp'>, Pick<Reporter, 'warn'> {
  readonly driver: Driver;
  readonly tables: Tables;
}

export interface WaitOptions {
  readonly waitSecs: number;
  readonly signal?: AbortSignal | undefined;
}

interface Waiting {
  readonly jobId: string;
  /** Whether it waits on after the first look. */
  readonly isPatient: boolean;
  readonly resolve: (outcome: ReadOutcome) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Waits for the ends of jobs: one look at a time for all that are waited for, ever less often, and at once when one was recorded
 * here, or when the process that recorded it says so. Where nobody waits it does nothing.
 *
 * Others say so of jobs that `enqueueAndWait` enqueued, when a run has ended them or a Worker has given them up. What else
 * ends a job elsewhere is found by the next look: that it was cancelled while it waited, or deleted.
 */
export class OutcomeWaiter {
  readonly #options: OutcomeWaiterOptions;
  readonly #listener: EndsListener | undefined;
  readonly #waiting = new Set<Waiting>();
  #pauseMs = FIRST_PAUSE_MS;
  #isLooking = false;
  #isWanted = false;
  #cancelTimer = (): void => {};

  constructor(options: OutcomeWaiterOptions) {
    this.#options = options;
    const { driver, tables, wakeUp, warn } = options;
    if (wakeUp === 'poll') return;
    this.#listener = new EndsListener({
      driver,
      tables,
      onOver: (jobIds) => this.noteOver(jobIds),
      onListening: () => void this.#read(),
      onFailed: (error) => warn(POLL_ONLY_WARNING, error),
    });
  }

  /** Resolves to how the job has ended. @throws WaitTimeoutError, JobNotFoundError, DatabaseError, the reason of the signal */
  async wait(jobId: string, { waitSecs, signal }: WaitOptions): Promise<ReadOutcome> {
    signal?.throwIfAborted();
    const cancels: (() => void)[] = [];
    let waiting: Waiting | undefined;
    try {
      return await new Promise<ReadOutcome>((resolve, reject) => {
        waiting = { jobId, isPatient: waitSecs > 0, resolve, reject };
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
      if (this.#waiting.size === 0) {
        this.#cancelTimer();
        this.#listener?.rest();
      }
    }
  }

  /** Whether somebody waits. */
  get isBusy(): boolean {
    return this.#waiting.size > 0;
  }

  /** A Notifier listens from now on, and tells of the ends that it hears of, until the returned function is called. */
  leaveToNotifier(): () => void {
    return this.#listener?.leaveToNotifier() ?? (() => {});
  }

  /** The ends of these jobs were recorded, or they wait again. */
  noteOver(jobIds: readonly string[]): void {
    if (!this.isBusy) return;
    const over = new Set(jobIds);
    if ([...this.#waiting].some(({ jobId }) => over.has(jobId))) void this.#read();
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
      const found = await readOutcomes(this.#options.driver, this.#options.tables, { ids });
      for (const waiting of asked) {
        const { jobId, isPatient, resolve, reject } = waiting;
        const outcome = found.get(jobId);
        if (outcome === undefined) reject(new JobNotFoundError(jobId));
        else if (outcome.outcome !== null) resolve(outcome);
        else if (isPatient && this.#waiting.has(waiting)) this.#listener?.want();
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

const POLL_ONLY_WARNING =
  'a process that waits for the ends of jobs cannot listen for them: it asks for them instead, and learns of each up to a ' +
  "second late. Say wakeUp: 'poll' to accept this";
