import { describe, expect, test } from '@jest/globals';
import type { Sent } from '../src/contestant.ts';
import { wayThere } from '../src/legs.ts';

const enqueue = (at: number, answeredAt: number): Sent => ({ what: 'enqueue', at, answeredAt, jobs: 0 });
const claim = (at: number, answeredAt: number, jobs = 1): Sent => ({ what: 'claim', at, answeredAt, jobs });

describe('the way of single jobs', () => {
  test('is told by the insert that followed the call, and by the last claim that brought a job before it started', () => {
    const figures = wayThere(
      [{ at: 100, startedAt: 110 }],
      [enqueue(50, 60), enqueue(101, 103)],
      [claim(70, 80), claim(102, 104, 0), claim(105, 109), claim(111, 120)],
    );
    expect(figures).toEqual([
      { what: 'insert answered after', value: 3, unit: 'ms' },
      { what: 'claim sent after', value: 5, unit: 'ms' },
      { what: 'claim answered after', value: 9, unit: 'ms' },
    ]);
  });

  test('is not told where one side cannot tell what it sent', () => {
    expect(wayThere([{ at: 1, startedAt: 2 }], undefined, [claim(1, 2)])).toEqual([]);
    expect(wayThere([{ at: 1, startedAt: 2 }], [enqueue(1, 2)], undefined)).toEqual([]);
  });
});
