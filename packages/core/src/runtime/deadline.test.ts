import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { Deadline } from './deadline.ts';

function deadline() {
  const clock = new ManualClock();
  const passed: number[] = [];
  return { clock, passed, deadline: new Deadline(clock, () => passed.push(clock.now())) };
}

describe('a deadline', () => {
  it('passes once, at its time', async () => {
    const { clock, passed, deadline: one } = deadline();
    one.set(500);
    await clock.advance(499);
    expect(passed).toEqual([]);
    await clock.advance(1_000);
    expect(passed).toEqual([500]);
  });

  it('does not pass when it was lifted', async () => {
    const { clock, passed, deadline: one } = deadline();
    one.set(500);
    one.lift();
    await clock.advance(1_000);
    expect(passed).toEqual([]);
    expect(clock.waits).toEqual([]);
  });

  it('passes at the time that was set last, with one timer', async () => {
    const { clock, passed, deadline: one } = deadline();
    for (let i = 0; i < 10; i += 1) {
      one.set(500);
      expect(clock.waits).toHaveLength(1);
      await clock.advance(100);
      one.lift();
    }
    one.set(500);
    await clock.advance(2_000);
    expect(passed).toEqual([1_500]);
  });

  it('passes sooner when a sooner one is set', async () => {
    const { clock, passed, deadline: one } = deadline();
    one.set(5_000);
    one.set(10);
    await clock.advance(10_000);
    expect(passed).toEqual([10]);
  });

  it('is told how late it is noticed', () => {
    const late: number[] = [];
    const timers: (() => void)[] = [];
    let now = 0;
    const clock = {
      now: () => now,
      sleep: () => Promise.reject(new Error('nobody sleeps')),
      after: (_ms: number, callback: () => void) => {
        timers.push(callback);
        return () => {};
      },
    };
    const one = new Deadline(clock, (ms) => late.push(ms));
    one.set(500);
    now = 800;
    timers[0]?.();
    expect(late).toEqual([300]);
  });

  it('passes although its first timer was lost', () => {
    const passed: number[] = [];
    const timers: (() => void)[] = [];
    let now = 0;
    const clock = {
      now: () => now,
      sleep: () => Promise.reject(new Error('nobody sleeps')),
      after: (_ms: number, callback: () => void) => {
        timers.push(callback);
        return () => {};
      },
    };
    const one = new Deadline(clock, () => passed.push(now));
    one.set(500);
    now = 600; // and nothing happened
    one.set(500);
    now = 1_100;
    timers[1]?.();
    expect(passed).toEqual([1_100]);
  });
});
