import { describe, expect, it } from '@jest/globals';
import type { RuleName } from '../src/checker/check.ts';
import type { History } from '../src/checker/history.ts';
import { change, killed, said, saidBy } from './support/stories.ts';
import { event, history, job, processOf } from './support/story.ts';

/** `k` ended at 14,200 in the process `dead`, from which it is taken at 18,000; it told of the success at `toldAt`. */
const forgotten = (toldAt: number | null, isLeaseOver = false) =>
  change(killed, {
    runs: killed.runs.map((run, i) => (i === 0 ? { ...run, endedAt: 14_200, outcome: 'succeeded' } : run)),
    claims: killed.claims.map((claim, i) => (i === 0 ? { ...claim, isLeaseOver } : claim)),
    events: [
      ...killed.events,
      ...(toldAt === null
        ? []
        : [event('WORKER_JOB_RUN_SUCCESS', toldAt, { process: 'dead', jobId: 'k', attempt: 1 })]),
    ],
  });
const stoppedAt = (endedAt: number) => [
  processOf('P'),
  processOf('producer'),
  processOf('dead', { endedAt, mayLeaveLease: true }),
];

describe('forgotten records: a history is found to be broken by', () => {
  it.each<[string, History, RuleName, RegExp]>([
    [
      'a job that is taken from a process that has not recorded it yet',
      history([forgotten(null)], { losses: [{ from: 14_100, to: 14_400 }] }),
      'claims',
      /k was taken back from dead, which held its lease and ran it/,
    ],
    [
      'a job that is taken from who stopped in order, though what it recorded was not lost',
      history([forgotten(15_000, true)], {
        losses: [{ from: 12_000, to: 12_100 }],
        processes: stoppedAt(16_000),
      }),
      'living',
      /k was taken from dead, which lived/,
    ],
  ])('%s', (_, broken, rule, complaint) => {
    expect(saidBy(rule, broken)).toMatch(complaint);
  });
});

describe('forgotten records: a history is in order with a success', () => {
  it.each<[string, History]>([
    ['that was recorded, told and lost', history([forgotten(14_210)], { losses: [{ from: 14_100, to: 14_400 }] })],
    [
      'that was recorded, told and lost long after its run',
      history([forgotten(17_000)], { losses: [{ from: 16_900, to: 17_400 }] }),
    ],
    [
      'that was recorded, told and lost, as its lease was over when it came back',
      history([forgotten(15_000, true)], {
        losses: [{ from: 14_900, to: 15_100 }],
        processes: stoppedAt(20_000),
      }),
    ],
    [
      'that was recorded, told and lost, its process stopped since',
      history([forgotten(15_000, true)], {
        losses: [{ from: 14_900, to: 15_100 }],
        processes: stoppedAt(16_000),
      }),
    ],
  ])('%s', (_, fine) => {
    expect(said(fine)).toEqual([]);
  });
});

describe('forgotten records: a success that is told of a job that is gone', () => {
  const gone = job('g', [{ from: 1_000, to: 1_010 }]);
  const [ran] = gone.runs;
  const toldOf = (lags: readonly { readonly from: number; readonly to: number }[]) =>
    saidBy(
      'events',
      history(
        [
          change(gone, {
            inserted: [],
            claims: [],
            finals: [],
            runs: ran === undefined ? [] : [ran],
            events: gone.events.map((one) => (one.type === 'WORKER_JOB_RUN_SUCCESS' ? { ...one, at: 5_000 } : one)),
          }),
        ],
        { losses: [{ from: 900, to: 1_100 }], processes: [processOf('P', { lags }), processOf('producer')] },
      ),
    );

  it('was recorded before that, where its process stood still since', () => {
    expect(toldOf([{ from: 1_050, to: 4_900 }])).toBe('');
  });

  it('is not right where its process had time to tell it', () => {
    expect(toldOf([])).toMatch(/P told WORKER_JOB_RUN_SUCCESS 1 times instead of 0 of g/);
    expect(toldOf([{ from: 3_000, to: 4_900 }])).toMatch(/P told WORKER_JOB_RUN_SUCCESS 1 times instead of 0 of g/);
  });
});

describe('forgotten records: an attempt of a killed process', () => {
  const unspent = job('u', [
    { from: 12_500, to: 18_000, how: 'unspent', process: 'dead' },
    { from: 18_010, to: 18_020 },
  ]);
  const lostFrom = (from: number) => saidBy('attempts', history([unspent], { losses: [{ from, to: 15_500 }] }));

  it('need not count where commits were lost soon after it began', () => {
    expect(lostFrom(14_000)).toBe('');
  });

  it('counts where commits were lost long after it began', () => {
    expect(lostFrom(14_800)).toMatch(/had run for 2500 ms when dead was killed, and was not counted/);
  });
});
