import { describe, expect, it } from '@jest/globals';
import { type Scan, ScanBudget, type Scanned } from './scan-budget.ts';

const quick: Scanned = { scanMs: 0.1, short: 'none', isEmpty: false, isLeftBehind: false };
const slow: Scanned = { ...quick, scanMs: 10 };

/** What is known of the scans before: when each was made, and what it came to. */
type History = readonly (readonly [at: number, scanned: Scanned, scan?: Scan])[];

/** A budget that has made those scans, each as it decided itself. */
function after(history: History): ScanBudget {
  const budget = new ScanBudget();
  for (const [at, scanned, expected] of history) {
    const scan = budget.next(at);
    if (expected !== undefined) expect([at, scan]).toEqual([at, expected]);
    budget.note(scan, scanned, at);
  }
  return budget;
}

const done: Scanned = { ...slow, short: 'all' };

describe('the next scan', () => {
  it.each<[string, History, number, Scan]>([
    ['full at first', [], 0, 'full'],
    [
      'full as long as that is quick',
      [
        [0, quick],
        [1, quick],
        [2, quick],
      ],
      3,
      'full',
    ],
    ['wide once a full one was slow', [[0, slow]], 0, 'wide'],
    [
      'wide until the slow one was a fiftieth of the time',
      [
        [0, slow],
        [1, quick],
      ],
      499,
      'wide',
    ],
    [
      'full from then on',
      [
        [0, slow],
        [1, quick],
      ],
      500,
      'full',
    ],
    [
      'full for good when that was quick again',
      [
        [0, slow],
        [500, quick, 'full'],
      ],
      501,
      'full',
    ],
    ['wide for three seconds, however slow the full one was', [[0, { ...slow, scanMs: 60_000 }]], 2_999, 'wide'],
    ['full every three seconds, however slow', [[0, { ...slow, scanMs: 60_000 }]], 3_000, 'full'],
    [
      'wide still, when the last found nothing a moment ago',
      [
        [0, done],
        [1, { ...quick, isEmpty: true }],
      ],
      199,
      'wide',
    ],
    [
      'full after a twentieth of the time when others find nothing',
      [
        [0, done],
        [1, { ...quick, isEmpty: true }],
      ],
      200,
      'full',
    ],
    [
      'full as soon when jobs were made ready and left',
      [
        [0, done],
        [1, { ...quick, isLeftBehind: true }],
      ],
      200,
      'full',
    ],
    [
      'full at once when the last full one had not come to an end',
      [
        [0, slow],
        [1, { ...quick, short: 'all' }],
      ],
      1,
      'full',
    ],
    [
      'full at once also when some found enough',
      [
        [0, { ...slow, short: 'some' }],
        [1, { ...quick, short: 'some' }],
      ],
      1,
      'full',
    ],
    [
      'wide when the last full one had come to an end',
      [
        [0, done],
        [1, { ...quick, short: 'all' }],
      ],
      1,
      'wide',
    ],
    [
      'narrow when a wide one was slow',
      [
        [0, { ...slow, scanMs: 40 }],
        [1, { ...quick, scanMs: 2 }, 'wide'],
      ],
      2,
      'narrow',
    ],
    [
      'wide again when that was a fiftieth of the time',
      [
        [0, { ...slow, scanMs: 40 }],
        [1, { ...quick, scanMs: 2 }, 'wide'],
      ],
      101,
      'wide',
    ],
  ])('is %s', (_what, history, now, expected) => {
    expect(after(history).next(now)).toBe(expected);
  });

  it('is full, once, when jobs may be ready again anywhere, also if that was said during a scan', () => {
    const budget = after([[0, slow]]);
    const scan = budget.next(1);
    budget.wantFull();
    budget.note(scan, quick, 2);
    expect([scan, budget.next(3), budget.next(4)]).toEqual(['wide', 'full', 'wide']);
  });

  it('is full, and that is done with, where no lane is known', () => {
    const budget = after([[0, slow]]);
    budget.wantFull();
    expect([budget.full(), budget.next(1)]).toEqual(['full', 'wide']);
  });

  it('is due at a time that is known beforehand', () => {
    expect(after([[0, quick]]).fullAt).toBe(-Infinity);
    expect(after([[0, slow]]).fullAt).toBe(500);
    expect(
      after([
        [0, done],
        [1, { ...quick, isEmpty: true }],
      ]).fullAt,
    ).toBe(200);
  });
});
