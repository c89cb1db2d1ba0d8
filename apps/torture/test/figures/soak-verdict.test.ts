import { describe, expect, it } from '@jest/globals';
import { type Metric, type Series, soakTable, verdicts } from '../../src/figures/soak-verdict.ts';

const MINUTES = 30;

function series(unit: Metric['unit'], value: (minute: number) => number): Series {
  const points = Array.from({ length: MINUTES * 6 }, (_, i) => ({ at: (i + 1) * 10_000, value: value((i + 1) / 6) }));
  return { name: 'it', unit, points };
}

const verdict = (one: Series): string | undefined => verdicts([one])[0]?.verdict;

describe('the verdict of a soak', () => {
  it('is that what rises all the time grew', () => {
    expect(verdict(series('MB', (minute) => 80 + minute))).toBe('grew');
    expect(verdict(series('ms', (minute) => 5 + minute))).toBe('grew');
  });

  it('is that what rose at first and stayed there is steady', () => {
    expect(verdict(series('MB', (minute) => Math.min(60 + 5 * minute, 100)))).toBe('steady');
  });

  it('is that what goes up and down is steady', () => {
    expect(verdict(series('', (minute) => 5_000 * (minute % 1)))).toBe('steady');
  });

  it('does not take a few bytes for growth, whatever their share', () => {
    expect(verdict(series('MB', (minute) => 0.1 + minute / 100))).toBe('steady');
  });

  it('shows no row for what hardly is, unless it grew', () => {
    expect(soakTable(verdicts([series('MB', () => 0.1)])).split('\n')).toHaveLength(2);
    expect(soakTable(verdicts([series('MB', (minute) => minute)])).split('\n')).toHaveLength(3);
  });
});
