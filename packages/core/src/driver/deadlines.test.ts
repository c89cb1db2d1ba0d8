import '../../test/support/fake-time.ts';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Deadlines } from './deadlines.ts';

beforeEach(() => void jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] }));
afterEach(() => void jest.useRealTimers());

describe('deadlines', () => {
  it('tell of what is not over in time, each at its own time, and once', () => {
    const deadlines = new Deadlines();
    const told: string[] = [];
    deadlines.begin(() => told.push('second'), 2_000);
    deadlines.begin(() => told.push('first'), 1_000);
    deadlines.begin(() => told.push('third'), 3_000);
    jest.advanceTimersByTime(990);
    expect(told).toEqual([]);
    jest.advanceTimersByTime(20);
    expect(told).toEqual(['first']);
    jest.advanceTimersByTime(1_000);
    expect(told).toEqual(['first', 'second']);
    jest.advanceTimersByTime(10_000);
    expect(told).toEqual(['first', 'second', 'third']);
  });

  it('do not tell of what was over', () => {
    const deadlines = new Deadlines();
    const late = jest.fn();
    deadlines.begin(late, 1_000);
    deadlines.end(late);
    jest.advanceTimersByTime(10_000);
    expect(late).not.toHaveBeenCalled();
  });

  it('take one timer for all, and none when all is over', () => {
    const deadlines = new Deadlines();
    for (let i = 0; i < 100; i += 1) {
      const late = () => undefined;
      deadlines.begin(late, 1_000);
      deadlines.end(late);
      expect(jest.getTimerCount()).toBe(1);
    }
    jest.advanceTimersByTime(2_000);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('keep their time for what begins when a timer for something else is under way, or was', () => {
    const deadlines = new Deadlines();
    const early = jest.fn();
    deadlines.begin(early, 1_000);
    deadlines.end(early);
    jest.advanceTimersByTime(900);
    const late = jest.fn();
    deadlines.begin(late, 1_000);
    jest.advanceTimersByTime(990);
    expect(late).not.toHaveBeenCalled();
    jest.advanceTimersByTime(20);
    expect(late).toHaveBeenCalledTimes(1);
    expect(early).not.toHaveBeenCalled();
  });

  it('may begin again when told', () => {
    const deadlines = new Deadlines();
    const told: number[] = [];
    const late = (): void => {
      told.push(told.length);
      if (told.length < 3) deadlines.begin(late, 500);
    };
    deadlines.begin(late, 1_000);
    jest.advanceTimersByTime(5_000);
    expect(told).toEqual([0, 1, 2]);
  });
});
