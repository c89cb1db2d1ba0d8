import { describe, expect, it } from '@jest/globals';
import { LaneMark } from './lane-mark.ts';

describe('a mark in a lane', () => {
  it('is at the last job that was seen, where the database has drawn many numbers since', () => {
    const mark = new LaneMark(500, 0);
    expect(mark.from(100_000, 1)).toBe(500);
    mark.raise(900, 2);
    expect(mark.from(100_000, 3)).toBe(900);
    mark.raise(700, 4);
    expect(mark.from(100_000, 5)).toBe(900);
  });

  it('is before what was drawn last, which may not be committed yet', () => {
    const mark = new LaneMark(5_000, 0);
    expect(mark.from(5_000, 1)).toBe(4_000);
    expect(mark.from(5_500, 1)).toBe(4_500);
    expect(mark.from(10, 1)).toBe(0);
  });

  it('moves up to it when some time has passed', () => {
    const mark = new LaneMark(5_000, 0);
    mark.raise(5_001, 100);
    expect(mark.from(5_001, 249)).toBe(4_001);
    expect(mark.from(5_001, 1_000)).toBe(5_001);
  });

  it('never passes what was seen within the last quarter of a second, however much that is', () => {
    const mark = new LaneMark(1, 0);
    for (let now = 1; now <= 2_000; now += 1) {
      mark.raise(now * 10, now);
      expect(mark.from(now * 10, now)).toBeLessThanOrEqual(Math.max(0, (now - 250) * 10, now * 10 - 1_000));
    }
    expect(mark.from(20_000, 2_000)).toBeGreaterThan((2_000 - 501) * 10);
  });

  it('goes back to a job that is ready again', () => {
    const mark = new LaneMark(5_000, 0);
    mark.lower(100);
    expect(mark.from(9_000, 1_000)).toBe(100);
    mark.raise(6_000, 1_001);
    expect(mark.from(9_000, 1_002)).toBe(6_000);
  });
});
