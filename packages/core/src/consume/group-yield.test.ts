import { describe, expect, it } from '@jest/globals';
import { GroupYield } from './group-yield.ts';
import { MAX_PER_GROUP } from './job-meter.ts';

const groups = (...jobs: readonly number[]) => jobs.map((one) => ({ jobs: one }));

describe('how many jobs a group gives', () => {
  it('is not told by a claim that got all it asked for', () => {
    const given = new GroupYield();
    given.note(groups(1, 1, 1), 'groups');
    expect(given.jobs).toBeUndefined();
  });

  it('is what they gave to one that got less', () => {
    const given = new GroupYield();
    given.note(groups(20, 20, 17), 'nobody');
    expect(given.jobs).toBe(19);
  });

  it('is taken to be more after each claim that got all it asked for, until one gets less', () => {
    const given = new GroupYield();
    given.note(groups(1), 'nobody');
    const told = Array.from({ length: 5 }, () => {
      given.note(groups(1, 1), 'groups');
      return given.jobs;
    });
    expect(told).toEqual([1, 1, 1, 2, 3]);
    given.note(groups(2, 1), 'nobody');
    expect(given.jobs).toBe(1);
  });

  it('is no less than they gave', () => {
    const given = new GroupYield();
    given.note(groups(1), 'nobody');
    given.note(groups(12, 8), 'groups');
    expect(given.jobs).toBe(10);
  });

  it('is what they gave where others filled the claim, and is taken to be no more until one gets less', () => {
    const given = new GroupYield();
    given.note(groups(4), 'nobody');
    given.note(groups(1, 1), 'others');
    for (let i = 0; i < 10; i += 1) given.note(groups(1, 1), 'groups');
    expect(given.jobs).toBe(1);
    given.note(groups(1, 1), 'nobody');
    for (let i = 0; i < 10; i += 1) given.note(groups(1, 1), 'groups');
    expect(given.jobs).toBeGreaterThan(1);
  });

  it('is one where groups have jobs that run side by side, and for some claims more', () => {
    const given = new GroupYield();
    given.noteClaim(true);
    given.note(groups(15, 15), 'nobody');
    expect(given.jobs).toBe(1);
    for (let i = 0; i < 99; i += 1) given.noteClaim(false);
    expect(given.jobs).toBe(1);
    given.noteClaim(false);
    expect(given.jobs).toBe(15);
  });

  it('is never taken to be more than a claim takes of one group', () => {
    const given = new GroupYield();
    given.note(groups(1), 'nobody');
    for (let i = 0; i < 4_000; i += 1) given.note(groups(1, 1), 'groups');
    expect(given.jobs).toBe(MAX_PER_GROUP);
  });
});
