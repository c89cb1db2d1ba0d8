import { describe, expect, it } from '@jest/globals';
import { LanePosition } from './lane-mark.ts';

describe('where to begin in a lane', () => {
  it('is at the last job that was seen, where the database has drawn many numbers since', () => {
    const position = new LanePosition(500, 0);
    expect(position.from(100_000, 1)).toBe(500);
    position.raise(900, 2);
    expect(position.from(100_000, 3)).toBe(900);
    position.raise(700, 4);
    expect(position.from(100_000, 5)).toBe(900);
  });

  it('is before what was drawn last, which may not be committed yet', () => {
    const position = new LanePosition(5_000, 0);
    expect(position.from(5_000, 1)).toBe(4_000);
    expect(position.from(5_500, 1)).toBe(4_500);
    expect(position.from(10, 1)).toBe(0);
  });

  it('moves up to it when some time has passed', () => {
    const position = new LanePosition(5_000, 0);
    position.raise(5_001, 100);
    expect(position.from(5_001, 249)).toBe(4_001);
    expect(position.from(5_001, 1_000)).toBe(5_001);
  });

  it('never passes what was seen within the last quarter of a second, however much that is', () => {
    const position = new LanePosition(1, 0);
    for (let now = 1; now <= 2_000; now += 1) {
      position.raise(now * 10, now);
      expect(position.from(now * 10, now)).toBeLessThanOrEqual(Math.max(0, (now - 250) * 10, now * 10 - 1_000));
    }
    expect(position.from(20_000, 2_000)).toBeGreaterThan((2_000 - 501) * 10);
  });

  it('goes back to a job that is ready again', () => {
    const position = new LanePosition(5_000, 0);
    position.lower(100);
    expect(position.from(9_000, 1_000)).toBe(100);
    position.raise(6_000, 1_001);
    expect(position.from(9_000, 1_002)).toBe(6_000);
  });
});
