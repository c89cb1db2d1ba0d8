import { describe, expect, test } from '@jest/globals';
import { median, pairedRatio, spread } from '../src/statistics.ts';

describe('median', () => {
  test('is the middle of an odd number of values, in any order', () => expect(median([9, 1, 5])).toBe(5));
  test('lies between the two in the middle of an even number', () => expect(median([4, 1, 2, 10])).toBe(3));
  test('of none is no number', () => expect(median([])).toBeNaN());
});

describe('spread', () => {
  test('is how far the farthest value lies from the median', () => expect(spread([90, 100, 130])).toBeCloseTo(0.3));
  test('of one value is none', () => expect(spread([5])).toBe(0));
});

describe('paired ratio', () => {
  test('compares what was measured in the same round, however the machine changed between rounds', () => {
    const ours = new Map([
      [1, 200],
      [2, 20],
      [3, 2_000],
    ]);
    const theirs = new Map([
      [1, 100],
      [2, 10],
      [3, 1_000],
    ]);
    expect(pairedRatio(ours, theirs)).toBe(2);
  });

  test('leaves out rounds that only one has', () => {
    expect(pairedRatio(new Map([[1, 6], [2, 9]]), new Map([[2, 3]]))).toBe(3); // biome-ignore format: one line reads better
  });

  test('without a common round is no number', () => expect(pairedRatio(new Map([[1, 6]]), new Map())).toBeNaN());
});
