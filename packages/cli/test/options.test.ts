import { describe, expect, it } from '@jest/globals';
import { count, duration, list, number, required, text, toggle } from '../src/options.ts';

describe('an option', () => {
  it.each([
    ['90', 90],
    ['90s', 90],
    ['1.5m', 90],
    ['6h', 21_600],
    ['7d', 604_800],
  ])('that is a duration reads %s', (given, secs) => {
    expect(duration('').read(given, '--since')).toBe(secs);
  });

  it.each(['', '-1s', '1w', 'h', '1 h', '1h30m'])('that is a duration refuses %j', (given) => {
    expect(() => duration('').read(given, '--since')).toThrow(`--since: ${JSON.stringify(given)}: give a duration`);
  });

  it('that is a number keeps its range, and is whole where it counts', () => {
    expect(number('', 0, 10).read('2.5', '--x')).toBe(2.5);
    expect(() => number('', 0, 10).read('11', '--x')).toThrow('--x: "11": give a number from 0 to 10');
    expect(() => number('', 0, 10).read(' ', '--x')).toThrow('give a number');
    expect(() => count('', 0, 10).read('2.5', '--x')).toThrow('--x: "2.5": give a whole number');
  });

  it('is undefined, or off, where it is not given', () => {
    expect(text('x', '').read(undefined, '--x')).toBeUndefined();
    expect(list('x', '').read(undefined, '--x')).toBeUndefined();
    expect(toggle('').read(undefined, '--x')).toBe(false);
  });

  it('may be needed', () => {
    expect(() => required(text('name', '')).read(undefined, '--x')).toThrow('--x: is missing: give --x <name>');
  });
});
