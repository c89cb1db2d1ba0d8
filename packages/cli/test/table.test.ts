import { describe, expect, it } from '@jest/globals';
import { type Column, plainLines, tableLines } from '../src/output/table.ts';

interface Row {
  readonly id: string;
  readonly n: number;
}

const columns: readonly Column<Row>[] = [
  { title: 'id', of: ({ id }) => id },
  { title: 'n', of: ({ n }) => String(n), side: 'right' },
];

describe('a table', () => {
  it('has numbers at the right, and a line for each row', () => {
    expect(
      tableLines(
        columns,
        [
          { id: 'abc', n: 1 },
          { id: 'd', n: 100 },
        ],
        80,
      ),
    ).toEqual(['id     n', 'abc    1', 'd    100']);
  });

  it('is no wider than the terminal: the widest cells are cut in the middle', () => {
    const lines = tableLines(columns, [{ id: '0190a6f4-7c1e-7d0e-9c43-0b8f5a6d7e21', n: 12 }], 20);
    expect(lines[1]).toBe('0190a6f4…a6d7e21  12');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(20);
  });

  describe('with a column that stays whole', () => {
    const id = '0190a6f4-7c1e-7d0e-9c43-0b8f5a6d7e21';
    const jobs: readonly Column<Row>[] = [
      { title: 'id', of: () => id, isWhole: true },
      { title: 'error', of: ({ id: error }) => error },
    ];
    const line = (width: number) => tableLines(jobs, [{ id: 'x'.repeat(100), n: 1 }], width)[1] ?? '';

    it.each([50, 60, 138])('cuts the others in %i columns', (width) => {
      expect(line(width)).toMatch(new RegExp(`^${id}  x+`));
      expect(line(width)).toHaveLength(Math.min(width, 138));
    });

    it('cuts it, too, where there is no room beside it', () => {
      expect(line(49)).not.toContain(id);
      expect(line(49)).toHaveLength(49);
    });
  });

  it('stays a table whatever is in a cell', () => {
    const odd = [{ id: 'a\tb\nc\u001b[2Jd', n: 1 }];
    expect(tableLines(columns, odd, 80)[1]).toBe('a b c [2Jd  1');
    expect(plainLines(columns, odd)).toEqual(['id\tn', 'a b c [2Jd\t1']);
  });

  it.each([1, 10, 20, 40])('ends, and keeps its columns apart, in %i columns', (width) => {
    const [, line = ''] = tableLines(columns, [{ id: 'x'.repeat(200), n: 123_456_789 }], width);
    expect(line.split('  ')).toHaveLength(2);
  });
});
