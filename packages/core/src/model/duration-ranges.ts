/**
 * How many ranges durations are counted in: below half a millisecond, then each wider than the one before by the square
 * root of two, and the last one for all above 70 minutes. They are the same for ever: what was counted by others could not
 * be added up.
 */
export const RANGES = 48;

const FIRST_MS = 0.5;

/** Which range a duration is in. */
export function rangeOf(ms: number): number {
  if (!(ms >= FIRST_MS)) return 0;
  return Math.min(RANGES - 1, 1 + Math.floor(2 * Math.log2(ms / FIRST_MS)));
}

/** Where a range ends, in milliseconds: it has what is less. `Infinity` for the last. */
export function endOfRange(range: number): number {
  return range >= RANGES - 1 ? Infinity : FIRST_MS * 2 ** (range / 2);
}

/**
 * The duration that a `share` (0 to 1) of what was counted did not exceed, in milliseconds; `null` where nothing was
 * counted. It is the middle of its range, so it is wrong by 19 % at most, and never more than the longest.
 */
export function percentileOf(counts: readonly number[], share: number, longestMs: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let left = Math.max(1, Math.ceil(total * share));
  const range = counts.findIndex((count) => {
    left -= count;
    return left <= 0;
  });
  if (range >= RANGES - 1) return longestMs;
  const middle = range === 0 ? FIRST_MS / 2 : endOfRange(range) / 2 ** 0.25;
  return Math.min(middle, longestMs);
}
