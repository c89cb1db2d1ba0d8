import { describe, expect, it } from '@jest/globals';
import { endOfRange, percentileOf, RANGES, rangeOf } from './duration-ranges.ts';

const counted = (durations: readonly number[]): readonly number[] => {
  const counts = new Array<number>(RANGES).fill(0);
  for (const ms of durations) counts[rangeOf(ms)] = (counts[rangeOf(ms)] ?? 0) + 1;
  return counts;
};

describe('the ranges of durations', () => {
  it('are as they have been for ever', () => {
    expect([-1, 0, 0.49, 0.5, 0.7, 0.71, 1, 1000, 60_000, 4_194_303, 4_194_305, Infinity].map(rangeOf)).toEqual([
      0, 0, 0, 1, 1, 2, 3, 22, 34, 46, 47, 47,
    ]);
    expect(rangeOf(Number.NaN)).toBe(0);
  });

  it('follow each other without a gap', () => {
    for (let range = 0; range < RANGES - 1; range += 1) {
      const end = endOfRange(range);
      expect([rangeOf(end * 0.999_999), rangeOf(end * 1.000_001)]).toEqual([range, range + 1]);
    }
    expect(endOfRange(RANGES - 1)).toBe(Infinity);
  });

  it('tell percentiles within 19 %', () => {
    const durations = Array.from({ length: 1_000 }, (_, i) => 1.01 ** i);
    for (const share of [0.01, 0.5, 0.95, 0.99]) {
      const exact = durations[Math.ceil(share * 1_000) - 1] ?? 0;
      const found = percentileOf(counted(durations), share, 1.01 ** 999) ?? 0;
      expect(Math.abs(Math.log2(found / exact))).toBeLessThanOrEqual(0.25 + 1e-9);
    }
  });

  it('tell no percentile of nothing, and none above the longest', () => {
    expect(percentileOf(counted([]), 0.5, 0)).toBeNull();
    expect(percentileOf(counted([1000]), 0.5, 1000)).toBeLessThanOrEqual(1000);
    expect(percentileOf(counted([1e9]), 0.99, 1e9)).toBe(1e9);
  });
});
