import { outside } from './async-context.ts';
import { type Clock, type Random, systemClock, systemRandom } from './clock.ts';
import { type PollLoopOptions, runPollLoop } from './poll-loop.ts';
import { Wake } from './wake.ts';

/** What every daemon is given. */
export interface DaemonOptions {
  /** For reports: `claimer`, `job-pruner`. */
  readonly name: string;
  /** Is told of every failed pass. `'over'` when no pass can succeed any more. */
  readonly onError: (daemon: string, error: unknown, failures: number) => 'over' | undefined;
  /** Is given each pass, and calls it. @defaultValue it is called as it is */
  readonly around?: (daemon: string, pass: () => Promise<number>) => Promise<number>;
  /** The longest pause after a failed pass, in milliseconds. @defaultValue 4,000 */
  readonly longestPauseMs?: number;
  readonly clock?: Clock;
  readonly random?: Random;
}

const FIRST_PAUSE_MS = 100;
/** Nothing wakes a daemon that pauses, so this is how long after an outage work may go on: within 5 s, at full rate. */
const LONGEST_PAUSE_MS = 4_000;

const asItIs: NonNullable<DaemonOptions['around']> = (_daemon, pass) => pass();

/**
 * A background task with one contract: `start()` once, `stop()` any number of times. A pass that fails is reported, and
 * tried again after a pause that doubles from 0.1 s to 4 s (or what a daemon says), with jitter. A daemon ends by itself
 * only when it is told that no pass can succeed any more, and never throws into the void.
 */
export abstract class Daemon {
  protected readonly clock: Clock;
  readonly #name: string;
  readonly #onError: DaemonOptions['onError'];
  readonly #around: NonNullable<DaemonOptions['around']>;
  readonly #longestPauseMs: number;
  readonly #random: Random;
  readonly #wake = new Wake();
  readonly #abort = new AbortController();
  #running: Promise<void> | undefined;
  #failure: unknown;

  constructor(options: DaemonOptions) {
    const { name, onError, around = asItIs, longestPauseMs = LONGEST_PAUSE_MS } = options;
    const { clock = systemClock, random = systemRandom } = options;
    this.#name = name;
    this.#onError = onError;
    this.#around = around;
    this.#longestPauseMs = longestPauseMs;
    this.clock = clock;
    this.#random = random;
  }

  /** One pass. Resolves to how many milliseconds to wait before the next. */
  protected abstract tick(signal: AbortSignal): Promise<number>;

  /** Called when the daemon ends by itself, with the reason: nobody may wait for it any longer. */
  protected ended(_error: unknown): void {}

  /** @param firstAfterMs how long to wait before the first pass, unless woken, in milliseconds. */
  start(firstAfterMs: number = 0): void {
    const options: PollLoopOptions = {
      clock: this.clock,
      wake: this.#wake,
      signal: this.#abort.signal,
      firstAfterMs,
      tick: async (signal) => {
        const pauseMs = await this.#around(this.#name, () => this.tick(signal));
        this.#failure = undefined;
        return pauseMs;
      },
      onError: (error, failures) => {
        this.#failure = error;
        if (this.#onError(this.#name, error, failures) !== 'over') return this.#pauseMs(failures);
        this.ended(error);
        return null;
      },
    };
    this.#running ??= outside(() => runPollLoop(options));
  }

  /** What the last pass failed with; `undefined` where it did not. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Has the next pass start now, or right after the one under way. */
  wake(): void {
    this.#wake.set();
  }

  /** Ends after the pass under way. Resolves once it has ended. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  #pauseMs(failures: number): number {
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), this.#longestPauseMs);
    return pause * this.jitter();
  }

  /** A factor between a half and one: processes that did the same at the same time do not do so again. */
  protected jitter(): number {
    return 0.5 + this.#random() / 2;
  }
}
