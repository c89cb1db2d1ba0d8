import { describe, expect, it } from '@jest/globals';
import type { RuleName } from '../src/checker/check.ts';
import type { History } from '../src/checker/history.ts';
import { a, b, change, killed, saidBy } from './support/stories.ts';
import { history, job } from './support/story.ts';

describe('who ran what when: a history is found to be broken by', () => {
  it.each<[string, History, RuleName, RegExp]>([
    [
      'two runs of a job at once',
      history([
        change(killed, {
          runs: killed.runs.map((run, i) => (i === 1 ? { ...run, startedAt: 14_500 } : run)),
          claims: killed.claims.map((claim, i) => (i === 1 ? { ...claim, at: 14_490 } : claim)),
        }),
      ]),
      'one at a time',
      /two runs at once of job k/,
    ],
    [
      'two runs of a group at once',
      history([a, job('b', [{ from: 15, to: 40, process: 'Q' }], { group: 'g', at: 5 })]),
      'one at a time',
      /two runs at once of group g: b \(Q\) began before a \(P\) was over/,
    ],
    [
      'a group in two hands',
      history([a, change(b, { claims: b.claims.map((claim) => ({ ...claim, at: 19, lease: 'another' })) })]),
      'one at a time',
      /group g was given to P while P held it/,
    ],
    [
      'a group at work elsewhere before its lease was lost',
      history([killed, job('b', [{ from: 14_500, to: 14_505 }], { group: 'g', at: 10_000 })]),
      'one at a time',
      /two runs at once of group g/,
    ],
    [
      'a later job that is claimed first',
      history([
        job('a', [{ from: 30, to: 40 }], { group: 'g' }),
        job('b', [{ from: 10, to: 20 }], { group: 'g', at: 5 }),
      ]),
      'order',
      /in group g, b was claimed before a/,
    ],
    [
      'a later job that is run first',
      history([
        change(a, {
          claims: a.claims.map((claim) => ({ ...claim, tx: 'one' })),
          runs: a.runs.map((run) => ({ ...run, startedAt: 50, endedAt: 60 })),
        }),
        change(b, { claims: b.claims.map((claim) => ({ ...claim, tx: 'one' })) }),
      ]),
      'order',
      /in group g, b was run before a/,
    ],
    [
      'a run without a claim',
      history([change(a, { claims: [] })]),
      'claims',
      /a was run by P, which had not claimed it/,
    ],
    [
      'a run that began after its claim was lost',
      history([change(killed, { runs: killed.runs.map((run, i) => (i === 0 ? { ...run, startedAt: 18_100 } : run)) })]),
      'claims',
      /dead began k after its claim had been taken back/,
    ],
    [
      'a process that is not told',
      history([
        change(killed, {
          runs: killed.runs.map((run, i) =>
            i === 0 ? { ...run, process: 'Q', endedAt: 60_000, outcome: 'succeeded' } : run,
          ),
          claims: killed.claims.map((claim, i) => (i === 0 ? { ...claim, process: 'Q' } : claim)),
        }),
      ]),
      'claims',
      /Q was not told for 42000 ms that it had lost k/,
    ],
    [
      'a signal without a reason',
      history([change(a, { runs: a.runs.map((run) => ({ ...run, abortedAt: 15 })) })]),
      'claims',
      /the signal of a was aborted in P/,
    ],
    [
      'a claim that is taken from the living',
      history([change(killed, { claims: killed.claims.map((claim) => ({ ...claim, isLeaseOver: false })) })]),
      'claims',
      /k was taken back from dead, which held its lease and ran it/,
    ],
    [
      'a group that is opened too early',
      history([a], { unlocks: [{ group: 'x', at: 15, lockedSecs: 11 }] }),
      'claims',
      /group x was opened by force after 11 s/,
    ],
  ])('%s', (_, told, rule, complaint) => {
    expect(saidBy(rule, told)).toMatch(complaint);
  });
});
