import { describe, expect, it } from '@jest/globals';
import type { RuleName } from '../src/checker/check.ts';
import type { History } from '../src/checker/history.ts';
import {
  again,
  deletedInVain,
  ghost,
  gone,
  goneOn,
  haunted,
  hauntedLate,
  LOSSES,
  releasedInVain,
  releasedLate,
  retried,
  retriedAnew,
  told,
  toldInVain,
} from './support/lost-stories.ts';
import { b, change, said, saidBy } from './support/stories.ts';
import { event, history, job } from './support/story.ts';

describe('lost commits: a history is found to be broken by', () => {
  it.each<[string, History, RuleName, RegExp]>([
    [
      'a settlement that ends the run of somebody else',
      history(
        [
          change(haunted, {
            claims: again.claims.map((claim) => ({ ...claim, endedAt: 3_051 })),
            events: again.events,
          }),
        ],
        { losses: LOSSES },
      ),
      'claims',
      /the claim of k by Q was ended while Q ran it/,
    ],
    [
      'a group that it opens beside that run',
      history(
        [haunted, job('later', [{ from: 3_070, to: 3_080 }], { group: 'g', at: 600 })].map((story) => ({
          ...story,
          claims: story.claims.map((claim) => (claim.jobId === 'k' ? { ...claim, endedAt: 3_051 } : claim)),
        })),
        { losses: LOSSES },
      ),
      'one at a time',
      /two runs at once of group g: later \(P\) began before k \(Q\) was over/,
    ],
    [
      'a process that begins its own job anew',
      history(
        [
          change(haunted, {
            claims: again.claims.map((claim) => ({ ...claim, process: 'P' })),
            runs: haunted.runs.map((run) => ({ ...run, process: 'P' })),
          }),
        ],
        { losses: LOSSES },
      ),
      'one at a time',
      /P ran k twice at once/,
    ],
    [
      'a success that is told of a claim that is not its own',
      history(
        [
          change(haunted, {
            events: [...again.events, told, event('WORKER_JOB_RUN_SUCCESS', 3_060, { jobId: 'k', attempt: 1 })],
          }),
        ],
        { losses: LOSSES },
      ),
      'events',
      /P told WORKER_JOB_RUN_SUCCESS 1 times instead of 0 of k/,
    ],
    [
      'a release of what its process had not claimed, where nothing was lost before',
      history([releasedInVain], { losses: [{ from: 2_700, to: 2_900 }] }),
      'events',
      /P told WORKER_JOB_RELEASE 1 times instead of 0 of k/,
    ],
    [
      'a run without a claim that begins when the server is there again',
      history([hauntedLate], { losses: LOSSES, troubles: [{ of: 'server', from: 850, to: 1_400 }] }),
      'claims',
      /k was run by P, which had not/,
    ],
    ['a run without a claim, where nothing was lost', history([haunted]), 'claims', /k was run by P, which had not/],
    [
      'a job that is gone, where its enqueue was not lost',
      history([gone], { losses: [{ from: 2_000, to: 2_100 }] }),
      'kept',
      /key a is committed, and was inserted 0 times/,
    ],
    [
      'a job that never ends since its settlement was lost',
      history([change(again, { claims: again.claims.map((claim) => ({ ...claim, end: null, endedAt: null })) })], {
        losses: LOSSES,
      }),
      'end state',
      /the claim of k by Q never ended/,
    ],
  ])('%s', (_, broken, rule, complaint) => {
    expect(saidBy(rule, broken)).toMatch(complaint);
  });
});

describe('lost commits: a history is in order', () => {
  it.each<[string, History]>([
    ['with an enqueue that was lost', history([gone, b], { losses: LOSSES })],
    ['with a job that was run, and is run again', history([haunted], { losses: LOSSES })],
    [
      'with a job that its process is given again, and goes on with',
      history(
        [
          change(again, {
            claims: again.claims.map((claim) => ({ ...claim, process: 'P', at: 2_000, endedAt: 3_051 })),
            runs: [ghost],
            finals: again.finals.map((final) => ({ ...final, at: 3_051 })),
            events: [
              ...again.events.filter(({ process }) => process === 'producer'),
              told,
              event('WORKER_JOB_RUN_SUCCESS', 3_060, { jobId: 'k', attempt: 1 }),
            ],
          }),
        ],
        { losses: LOSSES },
      ),
    ],
    [
      'with a job that its process is given again when it has ended, and was not recorded',
      history(
        [
          change(again, {
            claims: again.claims.map((claim) => ({ ...claim, process: 'P', at: 3_052, endedAt: 3_055 })),
            runs: [ghost],
            finals: again.finals.map((final) => ({ ...final, at: 3_055 })),
            events: [
              ...again.events.filter(({ process }) => process === 'producer'),
              told,
              event('WORKER_JOB_RUN_SUCCESS', 3_060, { jobId: 'k', attempt: 1 }),
            ],
          }),
        ],
        { losses: LOSSES },
      ),
    ],
    [
      'with a failure that its process has recorded under a claim made anew, and a retry',
      history([retriedAnew], { losses: LOSSES }),
    ],
    [
      'with a retry that was claimed before its process learned that the failure is recorded',
      history(
        [
          change(retried, {
            claims: retried.claims.map((claim) => (claim.attempt === 2 ? { ...claim, at: 1_012 } : claim)),
            events: retried.events.map((one) => (one.type === 'WORKER_JOB_RUN_ERROR' ? { ...one, at: 1_050 } : one)),
          }),
        ],
        { losses: LOSSES },
      ),
    ],
    [
      'with a job that was released, claimed again and run, of which the first claim is left',
      history(
        [
          change(again, {
            claims: [
              ...job('k', [{ from: 850, to: 3_000, how: 'unspent' }]).claims,
              ...again.claims.map((claim) => ({ ...claim, fence: 3, process: 'P', at: 3_052, endedAt: 3_055 })),
            ],
            runs: [ghost],
            finals: again.finals.map((final) => ({ ...final, at: 3_055 })),
            events: [
              ...again.events.filter(({ process }) => process === 'producer'),
              event('WORKER_JOB_RELEASE', 950, { jobId: 'k' }),
              told,
              event('WORKER_JOB_RUN_SUCCESS', 3_060, { jobId: 'k', attempt: 1 }),
            ],
          }),
        ],
        { losses: LOSSES },
      ),
    ],
    [
      'with a job that goes on under a claim made anew, when one before it in its group was run again',
      history(goneOn, { losses: LOSSES }),
    ],
    [
      'with a success that was lost, of a job that is run again by a process that is killed before it tells',
      history([toldInVain], { losses: LOSSES }),
    ],
    [
      'with a job of a lost claim that has its turn while the server is away',
      history([hauntedLate], { losses: LOSSES, troubles: [{ of: 'server', from: 850, to: 2_400 }] }),
    ],
    [
      'with a claim that its process had learned to be lost, which was lost',
      history([deletedInVain], { losses: LOSSES }),
    ],
    ['with a release of a claim that was lost', history([releasedInVain], { losses: LOSSES })],
    [
      'with a release that its process learned of when it had claimed the job again',
      history([releasedLate], { losses: [{ from: 900, to: 2_000 }] }),
    ],
  ])('%s', (_, fine) => {
    expect(said(fine)).toEqual([]);
  });

  it('with a younger job that ran as its group was opened, which was lost, and done again', () => {
    const older = job(
      'k',
      [
        { from: 14_900, to: 28_000, how: 'lost', process: 'dead' },
        { from: 28_010, to: 28_020 },
      ],
      {
        group: 'g',
      },
    );
    const younger = job('y', [{ from: 27_600, to: 27_610, process: 'Q' }], { group: 'g', at: 600 });
    const early = { ...ghost, run: 'early', jobId: 'y', key: 'key y', startedAt: 27_010, endedAt: 27_020 };
    const opened = (more: Partial<History>) =>
      history([change(older, { runs: older.runs.slice(1) }), change(younger, { runs: [early, ...younger.runs] })], {
        unlocks: [{ group: 'g', at: 27_500, lockedSecs: 12.6 }],
        ...more,
      });
    expect(saidBy('order', opened({ losses: [{ from: 26_900, to: 27_200 }] }))).toBe('');
    expect(saidBy('order', opened({ losses: [{ from: 26_900, to: 27_200 }], unlocks: [] }))).toMatch(
      /y was run before k/,
    );
  });
});
