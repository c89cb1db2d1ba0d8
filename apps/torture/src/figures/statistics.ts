import { percentile } from '@bearmq/test-support';

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** A value, and when it was taken. */
export interface Point {
  readonly at: number;
  readonly value: number;
}

/** How much the values rise in one unit of `at`: the median of the slopes between all pairs, which no outlier moves. */
export function slope(points: readonly Point[]): number {
  const slopes = points.flatMap((a, i) =>
    points.slice(i + 1).flatMap((b) => (a.at === b.at ? [] : [(b.value - a.value) / (b.at - a.at)])),
  );
  return slopes.length === 0 ? 0 : percentile(slopes, 0.5);
}

export interface RecoveryOptions {
  /** When each job began, in milliseconds, in order. */
  readonly begins: readonly number[];
  readonly from: number;
  /** Jobs in a millisecond that count as recovered. */
  readonly rate: number;
  readonly windowMs: number;
  readonly until: number;
}

const STEP_MS = 50;

/** How long after `from` the first window has ended in which the rate was reached; null if none has before `until`. */
export function recoveredAfterMs({ begins, from, rate, windowMs, until }: RecoveryOptions): number | null {
  for (let end = from + windowMs; end <= until; end += STEP_MS) {
    const count = countBetween(begins, end - windowMs, end);
    if (count >= rate * windowMs) return end - from;
  }
  return null;
}

export function countBetween(times: readonly number[], from: number, to: number): number {
  return times.filter((at) => at >= from && at < to).length;
}
