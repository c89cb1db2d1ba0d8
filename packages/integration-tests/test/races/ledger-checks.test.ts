import { describe, expect, it } from '@jest/globals';
import type { Claim, Ledger, Run } from './support/ledger.ts';
import { checkLedger } from './support/ledger-checks.ts';

const run = (jobId: string, startedMs: number, endedMs: number | null, more: Partial<Run> = {}): Run => ({
  jobId,
  attempt: 1,
  process: 'P',
  startedMs,
  endedMs,
  outcome: endedMs === null ? null : 'succeeded',
  ...more,
});
const claim = (jobId: string, atMs: number, more: Partial<Claim> = {}): Claim => ({
  jobId,
  process: 'P',
  attempt: 1,
  atMs,
  takenBackMs: null,
  isSpent: false,
  ...more,
});
const ledger = (runs: readonly Run[], claims: readonly Claim[], finalAttempt = 1): Ledger => ({
  enqueued: ['a', 'b'].map((id, i) => ({ id, group: 'g', nth: i + 1, fails: 0 })),
  runs,
  claims,
  finalized: [
    { id: 'a', outcome: 'succeeded', attempt: finalAttempt, numAttempts: 4 },
    { id: 'b', outcome: 'succeeded', attempt: 1, numAttempts: 4 },
  ],
});
const both = [claim('a', 0), claim('b', 0)];

/** The judge of the process race must be able to say no. */
describe('the account of a process race', () => {
  it('is in order when each job ran once, after the other', () => {
    expect(checkLedger(ledger([run('a', 1, 2), run('b', 3, 4)], both))).toEqual({ broken: [], strays: [] });
  });

  it.each<[string, Ledger, RegExp]>([
    [
      'two runs of a group at once',
      ledger([run('a', 1, 5), run('b', 3, 6)], both),
      /in g, b .* began before a .* was over/,
    ],
    ['a later job first', ledger([run('a', 3, 4), run('b', 1, 2)], both), /in g, number 1 .* after number 2/],
    ['a job that was not run', ledger([run('a', 1, 2)], both), /b succeeded in attempt 1, by runs in $/m],
    ['a job that succeeded twice', ledger([run('a', 1, 2), run('a', 3, 4), run('b', 5, 6)], both), /by runs in 1,1/],
    ['an attempt that was not made', ledger([run('a', 1, 2), run('b', 3, 4)], both, 2), /a made attempt 2 0 times/],
    ['a run without an end', ledger([run('a', 1, 2), run('b', 3, null)], both), /a run of b never ended/],
    [
      'a run without a claim',
      ledger([run('a', 1, 2), run('b', 3, 4, { process: 'Q' })], both),
      /b was run without a claim/,
    ],
    [
      'a job that is not finalized',
      { ...ledger([run('a', 1, 2), run('b', 3, 4)], both), finalized: [] },
      /finalized 0 times/,
    ],
  ])('shows %s', (_, account, complaint) => {
    expect(checkLedger(account).broken.join('\n')).toMatch(complaint);
  });

  it('lets a run end when its claim is given up, and its attempt be spent by that', () => {
    const claims = [
      claim('a', 0, { takenBackMs: 2, isSpent: true }),
      claim('a', 3, { process: 'Q', attempt: 2 }),
      both[1] as Claim,
    ];
    const runs = [run('a', 1, 9), run('a', 4, 5, { process: 'Q', attempt: 2 }), run('b', 6, 7)];
    expect(checkLedger(ledger(runs, claims, 2))).toEqual({ broken: [], strays: [] });
  });

  it('tells of a run that began after its claim was given up', () => {
    const claims = [claim('a', 0, { takenBackMs: 2 }), claim('a', 3, { process: 'Q' }), both[1] as Claim];
    const stray = run('a', 4, 5);
    const runs = [stray, run('a', 4, 5, { process: 'Q' }), run('b', 6, 7)];
    expect(checkLedger(ledger(runs, claims))).toMatchObject({ broken: [], strays: [stray] });
  });
});
