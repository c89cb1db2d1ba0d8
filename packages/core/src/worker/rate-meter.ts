/**
 * How fast jobs are worked off, and how long one takes: exponentially weighted means over the last tenth of a second
 * or so. From them follows how far ahead to claim.
 */
export class RateMeter {
  #jobs = 0;
  #busyMs = 0;
  #since: number;
  #ratePerMs = 0;
  #meanMs: number | undefined;

  constructor(now: number) {
    this.#since = now;
  }

  /** A job was worked off in `durationMs`. */
  add(durationMs: number): void {
    this.#jobs += 1;
    this.#busyMs += durationMs;
  }

  /** Folds in what was added since the last call. */
  update(now: number): void {
    const elapsed = now - this.#since;
    if (elapsed < 1) return;
    const weight = 1 - Math.exp(-elapsed / WINDOW_MS);
    this.#ratePerMs += weight * (this.#jobs / elapsed - this.#ratePerMs);
    if (this.#jobs > 0) {
      const mean = this.#busyMs / this.#jobs;
      this.#meanMs = this.#meanMs === undefined ? mean : this.#meanMs + weight * (mean - this.#meanMs);
    }
    this.#jobs = 0;
    this.#busyMs = 0;
    this.#since = now;
  }

  /**
   * How many jobs to hold beyond those that can start at once: what is worked off in some tens of milliseconds, so that
   * fast jobs never wait for a round trip; none for jobs that take long, which another process may start sooner.
   */
  get ahead(): number {
    return Math.min(MAX_AHEAD, Math.floor(this.#ratePerMs * AHEAD_MS));
  }

  /** How many jobs of one group to take at once: as many as are done in some tens of milliseconds, one after another. */
  get run(): number {
    if (this.#meanMs === undefined) return 1;
    return Math.max(1, Math.min(MAX_RUN, Math.floor(AHEAD_MS / Math.max(this.#meanMs, 0.01))));
  }
}

const WINDOW_MS = 100;
const AHEAD_MS = 50;
const MAX_AHEAD = 500;
const MAX_RUN = 50;
