import { describe, expect, it } from '@jest/globals';
import { GroupYield } from './group-yield.ts';

const groups = (...jobs: readonly number[]) => jobs.map((one) => ({ jobs: one }));

describe('how many jobs a group gives', () => {
  it('is not told by a claim that got all it asked for', () => {
    const given = new GroupYield();
    given.note(groups(1, 1, 1), false);
    expect(given.jobs).toBeUndefined();
  });

  it('is what they gave to one that got less', () => {
    const given = new GroupYield();
    given.note(groups(20, 20, 17), true);
    expect(given.jobs).toBe(19);
  });

  it('is taken to be more after each claim that got all it asked for, until one gets less', () => {
    const given = new GroupYield();
    given.note(groups(1), true);
    const told = Array.from({ length: 5 }, () => {
      given.note(groups(1, 1), false);
      return given.jobs;
    });
    expect(told).toEqual([1, 1, 1, 2, 3]);
    given.note(groups(2, 1), true);
    expect(given.jobs).toBe(1);
  });

  it('is no less than they gave', () => {
    const given = new GroupYield();
    given.note(groups(1), true);
    given.note(groups(12, 8), false);
    expect(given.jobs).toBe(10);
  });
});
