/**
 * How long a job takes: an exponentially weighted mean over the last tenth of a second or so. From it follows how far
 * ahead to claim.
 */
export class DurationMeter {
  #jobs = 0;
  #busyMs = 0;
  #since: number;
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
    if (this.#jobs === 0) return;
    const mean = this.#busyMs / this.#jobs;
    const weight = 1 - Math.exp(-(now - this.#since) / WINDOW_MS);
    this.#meanMs = this.#meanMs === undefined ? mean : this.#meanMs + weight * (mean - this.#meanMs);
    this.#jobs = 0;
    this.#busyMs = 0;
    this.#since = now;
  }

  /**
   * How many jobs to hold beyond those that can start at once: what so many slots work off in some tens of milliseconds,
   * so that fast jobs never wait for a round trip; none for jobs that take long, which another process may start sooner.
   */
  ahead(slots: number): number {
    return this.#meanMs === undefined ? 0 : Math.min(MAX_AHEAD, Math.floor((AHEAD_MS * slots) / this.#meanMsOrLeast));
  }

  /** How many jobs of one group to take at once: as many as are done in some tens of milliseconds, one after another. */
  get run(): number {
    return this.#meanMs === undefined ? 1 : Math.max(1, Math.min(MAX_RUN, Math.floor(AHEAD_MS / this.#meanMsOrLeast)));
  }

  get #meanMsOrLeast(): number {
    return Math.max(this.#meanMs ?? 0, 0.001);
  }
}

const WINDOW_MS = 100;
const AHEAD_MS = 50;
const MAX_AHEAD = 500;
const MAX_RUN = 200;
