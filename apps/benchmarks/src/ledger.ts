import { now } from './payload.ts';

/** Counts which job ran how often, independently of any queue's own bookkeeping. */
export class Ledger {
  /** Resolves when every job ran as often as it should. */
  readonly finished: Promise<void>;
  /** When a job ran last, by {@link now}; NaN before the first. */
  lastAt: number = Number.NaN;
  readonly #runs: Uint8Array;
  readonly #runsEach: number;
  #expected: number;
  #total = 0;
  #strangers = 0;
  #finish: () => void = () => {};

  /** `count` jobs, each of which has to run `runsEach` times: twice where it fails once. */
  constructor(count: number, runsEach: number = 1) {
    this.#runs = new Uint8Array(count);
    this.#runsEach = runsEach;
    this.#expected = count * runsEach;
    this.finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
    if (count === 0) this.#finish();
  }

  /** Runs so far, doubles included. */
  get total(): number {
    return this.#total;
  }

  /** Notes a run, and returns how often this job has run now. */
  add(n: number): number {
    const runs = (this.#runs[n] ?? 0) + 1;
    if (n in this.#runs) this.#runs[n] = runs;
    else this.#strangers += 1;
    this.#total += 1;
    this.lastAt = now();
    if (this.#total === this.#expected) this.#finish();
    return runs;
  }

  /** Jobs that ran as often as they should. */
  done(): number {
    return this.#runs.reduce((sum, runs) => sum + (runs === this.#runsEach ? 1 : 0), 0);
  }

  /** Takes over what another process's ledger counted. */
  merge(runs: Uint8Array): void {
    runs.forEach((count, n) => {
      this.#runs[n] = (this.#runs[n] ?? 0) + count;
      this.#total += count;
    });
  }

  /** What {@link merge} takes. */
  runs(): Uint8Array {
    return this.#runs;
  }

  /**
   * What is wrong, or undefined. `left` is how many jobs the queue itself calls not done: those that did not run, and
   * no others.
   */
  complaint(left: number): string | undefined {
    if (this.#strangers > 0) return `${this.#strangers} jobs ran that were not enqueued`;
    const over = this.#runs.reduce((sum, runs) => sum + (runs > this.#runsEach ? 1 : 0), 0);
    if (over > 0) return `${over} jobs ran too often`;
    const missing = this.#runs.length - this.done();
    if (left !== missing) return `${missing} jobs did not run, but the queue has ${left} left`;
    return undefined;
  }
}
