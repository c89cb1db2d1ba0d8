/**
 * How long a job takes and how large its payload is: exponentially weighted means over the last tenth of a second or so.
 * From it follows how far ahead to claim.
 */
export class JobMeter {
  #jobs = 0;
  #busyMs = 0;
  #chars = 0;
  #since: number;
  #meanMs: number | undefined;
  #meanChars = 0;
  /** The time that passes for each job while there is always one to start; 0 where that was not so. */
  #paceMs = 0;

  constructor(now: number) {
    this.#since = now;
  }

  /** A job with so many characters of payload was worked off in `durationMs`. */
  measure(durationMs: number, chars: number): void {
    this.#jobs += 1;
    this.#busyMs += durationMs;
    this.#chars += chars;
  }

  /**
   * Folds in what was added since the last call.
   *
   * @param isSaturated - whether there was a job to start all the time.
   */
  update(now: number, isSaturated: boolean = false): void {
    if (this.#jobs === 0) return;
    const weight = this.#meanMs === undefined ? 1 : 1 - Math.exp(-(now - this.#since) / WINDOW_MS);
    const before = this.#meanMs ?? 0;
    const paceMs = (now - this.#since) / this.#jobs;
    this.#paceMs = !isSaturated ? 0 : this.#paceMs === 0 ? paceMs : this.#paceMs + weight * (paceMs - this.#paceMs);
    this.#meanMs = before + weight * (this.#busyMs / this.#jobs - before);
    this.#meanChars += weight * (this.#chars / this.#jobs - this.#meanChars);
    this.#jobs = 0;
    this.#busyMs = 0;
    this.#chars = 0;
    this.#since = now;
  }

  /** Whether a run of so many jobs has taken so long that it may as well take for ever. */
  isOverdue(ageMs: number, jobs: number): boolean {
    return ageMs > Math.max(AHEAD_MS, OVERDUE_MEANS * this.#meanMsOrLeast * jobs);
  }

  /**
   * How many jobs to hold beyond those that can start at once: what so many slots, busy ones that are about to be free
   * among them, work off in some tens of milliseconds, so that fast jobs never wait for a round trip; none for jobs that
   * take long, which another process may start sooner. Of large payloads no more than fit into some megabytes; and where
   * slots wait for each other, for work functions that don't let go of the event loop, not much more than is really
   * worked off in that time.
   */
  ahead(slots: number): number {
    if (this.#meanMs === undefined) return 0;
    const paced = this.#paceMs === 0 ? MAX_AHEAD : (2 * AHEAD_MS) / this.#paceMs;
    return this.#atMost(Math.min(MAX_AHEAD, paced), (AHEAD_MS * slots) / this.#meanMsOrLeast);
  }

  /** How many jobs of one group to take at once: as many as are done in some tens of milliseconds, one after another. */
  get maxPerGroup(): number {
    return this.#meanMs === undefined ? 1 : Math.max(1, this.#atMost(MAX_PER_GROUP, AHEAD_MS / this.#meanMsOrLeast));
  }

  #atMost(limit: number, wanted: number): number {
    return Math.floor(Math.min(limit, wanted, AHEAD_CHARS / Math.max(1, this.#meanChars)));
  }

  get #meanMsOrLeast(): number {
    return Math.max(this.#meanMs ?? 0, 0.001);
  }
}

const WINDOW_MS = 100;
const AHEAD_MS = 50;
const OVERDUE_MEANS = 4;
/**
 * Two statements' worth, so that one is worked on while the next is claimed. A drain of 100,000 no-op jobs on two cores,
 * means of seven runs in turn: 500 give 30,700 jobs/s, 1,000 give 34,800, 2,000 give 37,100; the client's work for a job
 * falls from 14.6 to 12.7 and 11.7 microseconds. More would be held by one process while others are idle.
 */
const MAX_AHEAD = 1_000;
/** The most jobs of one group that are taken at once. */
export const MAX_PER_GROUP = 200;
/** Payloads that wait in memory. Of a thousand with 1 MB each a worker would hold a gigabyte. */
const AHEAD_CHARS = 16_000_000;
