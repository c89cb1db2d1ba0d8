import { describe, expect, it } from '@jest/globals';
import { count, duration, instant, list, number, required, text, toggle } from '../src/options.ts';

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

  it('that is a duration keeps its range', () => {
    const every = duration('', ['0.1s', '1d']);
    expect([every.read('0.1', '--every'), every.read('24h', '--every')]).toEqual([0.1, 86_400]);
    for (const given of ['0', '0.09s', '30d', '9'.repeat(400)]) {
      expect(() => every.read(given, '--every')).toThrow(
        `--every: ${JSON.stringify(given)}: give a duration from 0.1s to 1d`,
      );
    }
  });

  it.each(['2024-02-29', '2026-11-30T09:00:00Z', '2026-11-30T09:00:00+02:00', '2026-11'])(
    'that is a moment reads %s',
    (given) => {
      expect(instant('').read(given, '--since')).toEqual(new Date(given));
    },
  );

  it.each(['99999999999999d', '2026-11-31', '2026-02-29T00:00:00Z', '2026-11-00', '2026-13-01', 'now', ''])(
    'that is a moment refuses %j',
    (given) => {
      expect(() => instant('').read(given, '--since')).toThrow(`--since: ${JSON.stringify(given)}: give a moment`);
    },
  );

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
