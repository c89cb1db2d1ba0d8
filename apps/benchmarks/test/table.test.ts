import { describe, expect, test } from '@jest/globals';
import type { Measurement } from '../src/figure.ts';
import { collect } from '../src/results.ts';
import { markdownTable, show } from '../src/table.ts';

const titles = {
  contestants: new Map([
    ['bearmq', 'BearMQ'],
    ['peer', 'A peer'],
  ]),
  scenarios: new Map([['drain', 'drain 50']]),
};

function measured(contestant: string, round: number, value: number, more: Partial<Measurement> = {}): Measurement {
  const figures = [{ what: 'drained', value, unit: 'jobs/s' as const }];
  return { round, scenario: 'drain', contestant, figures, ...more };
}

/** The one row of the table, and the footnotes. */
function table(...measurements: readonly Measurement[]): { cells: readonly string[]; notes: readonly string[] } {
  const [, , row = '', , ...notes] = markdownTable(collect(measurements), titles).split('\n');
  const cells = row.split('|').map((cell) => cell.trim());
  return { cells: cells.slice(1, -1), notes: notes.map((note) => note.trim()) };
}

describe('table', () => {
  test('has the median, its spread, and the ratio to BearMQ of the same rounds', () => {
    const { cells, notes } = table(
      measured('bearmq', 1, 1_000),
      measured('peer', 1, 500),
      measured('bearmq', 2, 2_000),
      measured('peer', 2, 1_000),
      measured('bearmq', 3, 3_000),
      measured('peer', 3, 1_500),
    );
    expect(cells).toEqual(['drain 50', 'drained (jobs/s)', '2,000 ±50 %', '1,000 ±50 % (0.50 ×)']);
    expect(notes).toEqual([]);
  });

  test('one round has no spread', () => {
    expect(table(measured('bearmq', 1, 10), measured('peer', 1, 20)).cells.slice(2)).toEqual(['10.0', '20.0 (2.00 ×)']);
  });

  test('a measurement that failed its check is invalid, in whichever round', () => {
    const { cells, notes } = table(
      measured('bearmq', 1, 10),
      measured('peer', 1, 20),
      measured('bearmq', 2, 10),
      measured('peer', 2, 900, { complaint: '1 jobs ran too often' }),
    );
    expect(cells[3]).toBe('invalid [1]');
    expect(notes).toEqual(['[1] 1 jobs ran too often']);
  });

  test('what was not measured is a dash with its reason', () => {
    const absent = { figures: [], absent: 'has no groups' };
    const { cells, notes } = table(measured('bearmq', 1, 10), measured('peer', 1, 0, absent));
    expect(cells[3]).toBe('– [1]');
    expect(notes).toEqual(['[1] has no groups']);
  });

  test('a note about a figure is a footnote', () => {
    const figures = [{ what: 'drained', value: 5, unit: 'jobs/s' as const, note: 'stopped after 7 jobs in 1 s' }];
    const { cells, notes } = table(measured('bearmq', 1, 10), measured('peer', 1, 5, { figures }));
    expect(cells[3]).toBe('5.00 (0.50 ×) [1]');
    expect(notes).toEqual(['[1] stopped after 7 jobs in 1 s']);
  });
});

describe('numbers', () => {
  test('have the digits that matter', () => {
    expect([28_705.4, 100, 99.94, 3.043, 0, Number.NaN].map(show)).toEqual([
      '28,705',
      '100',
      '99.9',
      '3.04',
      '0.00',
      '–',
    ]);
  });
});
