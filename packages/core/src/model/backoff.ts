/** How long to wait after a failed attempt, depending on how many there have been. */
export interface BackoffRule {
  /** `fixed`: the same pause each time. `exponential`: twice as long after each further attempt. */
  readonly type: 'fixed' | 'exponential';
  /** The pause after the first attempt, in seconds: from 0 to 100 years. */
  readonly delaySecs: number;
  /**
   * The longest pause, in seconds: from `delaySecs` to 100 years.
   *
   * @defaultValue 86,400 (a day), or `delaySecs` if that is more
   */
  readonly maxSecs?: number;
  /**
   * How much of the pause is random, so that jobs that failed together do not come back together. `none`: exact.
   * `half`: at least half of it. `full`: anything from no pause to all of it.
   *
   * @defaultValue `full` where it grows, `none` where it is fixed
   */
  readonly jitter?: 'none' | 'half' | 'full';
}

/** What a backoff function is told of an attempt that failed, and was not the last. */
export interface FailedAttempt<TParams> {
  /** Whatever the work function threw or rejected with. */
  readonly error: unknown;
  /** Which attempt it was; 1 for the first. */
  readonly attempt: number;
  readonly numAttempts: number;
  readonly payload: TParams;
}

/**
 * A rule, or a function that gives the seconds until the next attempt (from 0 to 100 years), or `'give-up'` for none.
 * If a function throws, or gives anything else, a `WARNING` says so once, and the job waits for its `timeoutSecs`.
 */
export type Backoff<TParams> = BackoffRule | ((failed: FailedAttempt<TParams>) => number | 'give-up');

/** A day, in seconds. */
const LONGEST_SECS = 86_400;

/** Doublings past which a pause is beyond any maximum; more would end in infinity, which times zero is no number. */
const MOST_DOUBLINGS = 64;

/**
 * The pause after an attempt, in seconds. No number where somebody changed a stored rule by hand.
 *
 * @param random from 0 to 1.
 */
export function pauseOf(rule: BackoffRule, attempt: number, random: number): number {
  const { type, delaySecs, maxSecs = Math.max(LONGEST_SECS, delaySecs) } = rule;
  const { jitter = type === 'fixed' ? 'none' : 'full' } = rule;
  const doublings = type === 'fixed' ? 0 : Math.min(attempt - 1, MOST_DOUBLINGS);
  const longest = Math.min(maxSecs, delaySecs * 2 ** doublings);
  if (jitter === 'none') return longest;
  return jitter === 'half' ? longest * (0.5 + random / 2) : longest * random;
}
