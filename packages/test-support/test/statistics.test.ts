import { describe, expect, it } from '@jest/globals';
import { percentile } from '../src/statistics.ts';

describe('a percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);

  it('is the value that this share does not exceed', () => {
    expect([0, 0.5, 0.99, 1].map((share) => percentile(hundred, share))).toEqual([1, 50, 99, 100]);
    expect(percentile(Float64Array.from([3, 1, 2]), 0.5)).toBe(2);
  });

  it('of one value is that value', () => {
    expect(percentile([7], 0.99)).toBe(7);
  });

  it('of none is no number', () => {
    expect(percentile([], 0.5)).toBeNaN();
  });
});
