import { describe, expect, it } from '@jest/globals';
import { recoveredAfterMs, slope } from '../../src/figures/statistics.ts';

describe('a slope', () => {
  it('is that of most pairs, whatever a few values are', () => {
    const points = Array.from({ length: 60 }, (_, at) => ({ at, value: at % 10 === 0 ? 1_000 : 3 + 2 * at }));
    expect(slope(points)).toBeCloseTo(2, 0);
  });

  it('is none where there is one point, or none', () => {
    expect([slope([]), slope([{ at: 1, value: 1 }])]).toEqual([0, 0]);
  });
});

describe('a recovery', () => {
  const begins = Array.from({ length: 300 }, (_, i) => 2_000 + i * 10);
  const look = { begins, windowMs: 500, until: 5_000 };

  it('is over at the end of the first window with the rate', () => {
    expect(recoveredAfterMs({ ...look, from: 1_000, rate: 0.09 })).toBe(1_450);
    expect(recoveredAfterMs({ ...look, from: 3_000, rate: 0.1 })).toBe(500);
  });

  it('is none where no window reaches the rate', () => {
    expect(recoveredAfterMs({ ...look, from: 1_000, rate: 0.2 })).toBeNull();
  });
});
