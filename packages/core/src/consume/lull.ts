import type { Clock } from '../runtime/clock.ts';
import type { Holdings } from './holdings.ts';

export interface LullOptions {
  readonly clock: Clock;
  /** How many more runs there may be, whatever is held; `Infinity` for no limit. */
  readonly runsLeft: () => number;
  /** There is nothing to do. */
  readonly onNothing: () => void;
}

/**
 * How long to wait for a process that gives no sign of life, in milliseconds: a rescue watches it for six seconds before it
 * takes it for dead. One that lives and is only blocked is not waited for any longer.
 */
const LONGEST_WATCH_MS = 10_000;

/**
 * Finds out that a process has nothing to do: it holds nothing, all that it ran is recorded, nobody seems to be dead whose jobs
 * it could take over, and a scan of everything that began after all of this has found nothing. What a job has enqueued,
 * and what has waited for its group, was committed before its outcome came back, so that scan sees it.
 */
export class Lull {
  readonly #options: LullOptions;
  readonly #watchUntil: number;
  #isWatching = true;
  #holdings: Holdings | undefined;
  #lookAgain = (): void => {};

  constructor(options: LullOptions) {
    this.#options = options;
    this.#watchUntil = options.clock.now() + LONGEST_WATCH_MS;
  }

  /** Of the process that it is about: what it holds, and how to have it scan everything. */
  attach(holdings: Holdings, lookAgain: () => void): void {
    this.#holdings = holdings;
    this.#lookAgain = lookAgain;
  }

  /** Whether there is nothing to do, unless a scan that begins now finds something. */
  get isIdle(): boolean {
    const isWatching = this.#isWatching && this.#options.clock.now() < this.#watchUntil;
    return !isWatching && this.#holdings?.phases().length === 0;
  }

  /** How many more jobs may be claimed. */
  get room(): number {
    const left = this.#options.runsLeft();
    return left === Infinity
      ? left
      : left - (this.#holdings?.phases() ?? []).filter((phase) => phase === 'held' || phase === 'next').length;
  }

  /** A rescue has looked; `isAnyOverdue` where it watches a process. */
  readonly looked = (isAnyOverdue: boolean): void => {
    this.#isWatching = isAnyOverdue;
    this.#lookAgain();
  };

  onNothing(): void {
    this.#options.onNothing();
  }
}
