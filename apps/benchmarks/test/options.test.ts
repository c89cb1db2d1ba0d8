import { describe, expect, test } from '@jest/globals';
import { compareWith } from '../src/contestants/clone.ts';
import { parseOptions } from '../src/options.ts';

describe('options', () => {
  test('BearMQ alone drains 100,000, in three rounds, and writes nothing', () => {
    const { peers, rounds, out, profile } = parseOptions([]);
    expect({ peers, rounds, out, backlogs: profile.backlogs }).toEqual({
      peers: false,
      rounds: 3,
      out: undefined,
      backlogs: [100_000],
    });
  });

  test('beside its peers it drains up to a million', () => {
    expect(parseOptions(['--peers']).profile.backlogs).toEqual([10_000, 100_000, 1_000_000]);
  });

  test('sizes, rounds and names are as given', () => {
    const { rounds, only, profile } = parseOptions(['--quick', '--rounds', '2', '--jobs', '50,60', '--only', 'a,b']);
    expect({ rounds, only, backlogs: profile.backlogs }).toEqual({ rounds: 2, only: ['a', 'b'], backlogs: [50, 60] });
  });

  test('another clone is taken only when it is named, and only when it is one that was built', () => {
    expect(parseOptions([]).against).toBeUndefined();
    expect(parseOptions(['--against', '../before']).against).toBe('../before');
    expect(() => compareWith('/nowhere')).toThrow('name a clone in which `pnpm build` was run');
  });

  test('a number that is none is refused', () => {
    expect(() => parseOptions(['--jobs', '10,many'])).toThrow('--jobs takes whole numbers from 1 on, not "many"');
  });
});
