/**
 * How a claim looks for jobs without a group:
 * - `full`: everywhere;
 * - `wide`: everywhere but before the marks of the lanes that are known;
 * - `narrow`: in those lanes only, after their marks.
 */
export type Scan = 'full' | 'wide' | 'narrow';

/** What a scan came to. */
export interface Scanned {
  /** How long the database took to find out where there are jobs, in milliseconds. */
  readonly scanMs: number;
  /** Of which demands fewer jobs were found than were asked for. */
  readonly short: 'none' | 'some' | 'all';
  /** It brought no job. */
  readonly isEmpty: boolean;
  /** It made jobs ready, without taking them, where the next claim may not scan. */
  readonly isLeftBehind: boolean;
}

/** A scan that takes longer than this, in milliseconds, is not made for every claim. */
const SLOW_MS = 1;

/** Slow full scans may use at most 1/50 of the time, 1/20 while the claims between them find nothing; likewise wide ones. */
const SHARE_OF_TIME = 50;
const SHARE_OF_TIME_WHEN_EMPTY = 20;

/** But a full scan is made at least so often, in milliseconds, if there are claims at all. */
const LONGEST_MS = 3_000;

/**
 * Decides how much of the index each claim may scan, by how long scans take.
 *
 * A full scan is exact, and quick as long as vacuum keeps up, so that is what claims do. While an old snapshot is held it
 * walks over all that was claimed since. Then it is made from time to time only, and the claims between leave out what
 * this process knows to be over. What they miss the next full scan finds, at most 3 s and one scan later.
 */
export class ScanBudget {
  #isFullWanted = true;
  /** When the next full scan is due, and the soonest that one may be made because others find nothing. */
  #fullAt = -Infinity;
  #earliestFullAt = -Infinity;
  #nextWideAt = -Infinity;
  /** Whether the last full scan did not come to an end: then there is more where it was. */
  #isUnfinished = false;

  /** When a full scan is due, by this process's clock; in the past where every scan is one. */
  get fullAt(): number {
    return this.#fullAt;
  }

  /** The next scan, for a process that knows lanes to keep to. */
  next(now: number): Scan {
    if (this.#isFullWanted || now >= this.#fullAt) return this.full();
    return now >= this.#nextWideAt ? 'wide' : 'narrow';
  }

  /** The next scan, for a process that knows none. */
  full(): Scan {
    this.#isFullWanted = false;
    return 'full';
  }

  /** Jobs may be ready again anywhere: the next scan is a full one. */
  wantFull(): void {
    this.#isFullWanted = true;
  }

  /** Learns from a scan that was made. */
  note(scan: Scan, { scanMs, short, isEmpty, isLeftBehind }: Scanned, now: number): void {
    const isSlow = scanMs > SLOW_MS;
    const next = now + Math.min(LONGEST_MS, scanMs * SHARE_OF_TIME);
    if (scan === 'full') {
      this.#isUnfinished = short !== 'all';
      this.#fullAt = isSlow ? next : -Infinity;
      this.#earliestFullAt = now + Math.min(LONGEST_MS, scanMs * SHARE_OF_TIME_WHEN_EMPTY);
      return;
    }
    if (scan === 'wide' && isSlow) this.#nextWideAt = next;
    if (isLeftBehind || isEmpty) this.#fullAt = Math.min(this.#fullAt, this.#earliestFullAt);
    if (this.#isUnfinished && short !== 'none') this.#fullAt = Math.min(this.#fullAt, now);
  }
}
