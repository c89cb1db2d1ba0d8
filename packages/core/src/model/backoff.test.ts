import { describe, expect, it } from '@jest/globals';
import { type BackoffRule, pauseOf } from './backoff.ts';

const pauses = (rule: BackoffRule, random = 1) =>
  [1, 2, 3, 4, 1_000_000].map((attempt) => pauseOf(rule, attempt, random));

describe('the pause after a failed attempt', () => {
  it('is the same each time where it is fixed, and exact unless jitter is asked for', () => {
    expect(pauses({ type: 'fixed', delaySecs: 7 }, 0.3)).toEqual([7, 7, 7, 7, 7]);
    expect(pauses({ type: 'fixed', delaySecs: 8, jitter: 'half' }, 0.5)).toEqual([6, 6, 6, 6, 6]);
  });

  it('doubles where it is exponential, up to its maximum: a day unless told otherwise', () => {
    expect(pauses({ type: 'exponential', delaySecs: 5 })).toEqual([5, 10, 20, 40, 86_400]);
    expect(pauses({ type: 'exponential', delaySecs: 5, maxSecs: 15 })).toEqual([5, 10, 15, 15, 15]);
    expect(pauses({ type: 'exponential', delaySecs: 100_000 })).toEqual([100_000, 100_000, 100_000, 100_000, 100_000]);
    expect(pauses({ type: 'exponential', delaySecs: 0 })).toEqual([0, 0, 0, 0, 0]);
  });

  it('is drawn from all of that where it grows, from its upper half, or not at all', () => {
    const rule = { type: 'exponential', delaySecs: 8 } as const;
    const drawn = (jitter?: 'none' | 'half' | 'full') =>
      [0, 0.25, 1].map((random) => pauseOf({ ...rule, ...(jitter && { jitter }) }, 2, random));
    expect(drawn()).toEqual([0, 4, 16]);
    expect(drawn('full')).toEqual([0, 4, 16]);
    expect(drawn('half')).toEqual([8, 10, 16]);
    expect(drawn('none')).toEqual([16, 16, 16]);
  });
});
