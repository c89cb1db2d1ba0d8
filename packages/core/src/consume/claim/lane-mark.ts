/**
 * How long a `seq` that was drawn may take to be committed, in milliseconds, and how many may be drawn meanwhile. What
 * takes longer (a caller's transaction that stays open) is found by the next full scan.
 */
const GRACE_MS = 250;
const GRACE_JOBS = 1_000;

/** Up to where a lane's jobs of one priority are over, allowing for enqueues that are not committed yet. */
export class LaneMark {
  #seq: number;
  /** What `#seq` was at two earlier times, each at least the grace before the next. */
  #before: number;
  #longBefore: number;
  #since: number;

  constructor(seq: number, now: number) {
    this.#seq = seq;
    this.#before = 0;
    this.#longBefore = 0;
    this.#since = now;
  }

  /** All jobs up to this one have been seen. */
  raise(seq: number, now: number): void {
    this.#age(now);
    this.#seq = Math.max(this.#seq, seq);
  }

  /** A job up to this one may be ready after all. */
  lower(seq: number): void {
    this.#seq = Math.min(this.#seq, seq);
    this.#before = Math.min(this.#before, seq);
    this.#longBefore = Math.min(this.#longBefore, seq);
  }

  /** Where to begin, if the database has drawn numbers up to `latest`. */
  from(latest: number, now: number): number {
    this.#age(now);
    return Math.max(this.#longBefore, Math.min(this.#seq, latest - GRACE_JOBS), 0);
  }

  #age(now: number): void {
    const passed = now - this.#since;
    if (passed < GRACE_MS) return;
    this.#longBefore = passed < 2 * GRACE_MS ? this.#before : this.#seq;
    this.#before = this.#seq;
    this.#since = now;
  }
}
