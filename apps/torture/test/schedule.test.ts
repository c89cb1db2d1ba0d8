import { describe, expect, it } from '@jest/globals';
import { FAULTS } from '../src/faults/index.ts';
import { parseOptions } from '../src/options.ts';
import { Random } from '../src/random.ts';
import { schedule } from '../src/run/schedule.ts';

const told = (seed: number): readonly string[] =>
  schedule(FAULTS, seed, 60).map(({ atMs, fault }) => `${atMs} ${fault.name}`);

describe('a schedule', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(told(1)).toEqual(told(1));
    expect(told(1)).not.toEqual(told(2));
  });

  it('gives each fault its turn before one comes again', () => {
    const names = schedule(FAULTS, 3, 120).map(({ fault }) => fault.name);
    expect(new Set(names.slice(0, FAULTS.length)).size).toBe(FAULTS.length);
  });

  it('ends with the time, and is empty without faults', () => {
    expect(schedule(FAULTS, 4, 20).every(({ atMs }) => atMs < 20_000)).toBe(true);
    expect(schedule([], 4, 20)).toEqual([]);
  });
});

describe('a source of random numbers', () => {
  it('has branches that do not depend on each other', () => {
    const draw = (random: Random): readonly number[] => [random.next(), random.next()];
    expect(draw(new Random(1, 'a', 1))).toEqual(draw(new Random(1, 'a', 1)));
    expect(draw(new Random(1, 'a', 1))).not.toEqual(draw(new Random(1, 'a', 2)));
  });

  it('keeps to its bounds, and shuffles without loss', () => {
    const random = new Random(5);
    const drawn = Array.from({ length: 1_000 }, () => random.whole(2, 4));
    expect(new Set(drawn)).toEqual(new Set([2, 3, 4]));
    expect([...random.shuffled([1, 2, 3, 4])].sort()).toEqual([1, 2, 3, 4]);
    expect(() => random.pick([])).toThrow(RangeError);
  });
});

describe('the options', () => {
  it('choose faults by name', () => {
    const names = (...args: string[]): readonly string[] => parseOptions(args).faults.map(({ name }) => name);
    expect(names('--only', 'net-cut,hang')).toEqual(['net-cut', 'hang']);
    expect(names('--except', 'hang')).toHaveLength(FAULTS.length - 1);
    expect(names('--none')).toEqual([]);
  });

  it('add the failover, and leave out what would make its standby worthless', () => {
    const names = parseOptions(['--failover']).faults.map(({ name }) => name);
    expect(names).toContain('failover');
    expect(names).not.toContain('statement-timeout');
    expect(names).not.toContain('slow-records');
    expect(FAULTS.map(({ name }) => name)).not.toContain('failover');
  });

  it('choose figures by name, all of them without one, and how long a soak takes', () => {
    expect(parseOptions(['--figures']).figures.names).toEqual(['rerun', 'blocked', 'recovery']);
    expect(parseOptions(['--figures', 'rerun', '--soak', '5']).figures).toEqual({ names: ['rerun'], soakMinutes: 5 });
    expect(parseOptions(['--soak']).figures).toEqual({ names: [], soakMinutes: 30 });
  });

  it.each([
    [['--figures', 'speed'], /no figure "speed"/],
    [['recovery'], /"recovery" is not understood/],
    [['--only', 'flood'], /no fault "flood"/],
    [['--secs', '0'], /--secs takes a whole number from 1 on/],
    [['--seed', 'x'], /--seed takes a whole number from 0 on/],
  ])('refuse %j', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });
});
