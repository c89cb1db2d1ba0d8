import { describe, expect, it } from '@jest/globals';
import type { History } from '../src/checker/history.ts';
import { a, b, change, failedAndTold, killed, ofSchedule, ofTicks, retried, said, tick } from './support/stories.ts';
import { history, job, processOf } from './support/story.ts';

describe('a history in order', () => {
  it.each<[string, History]>([
    ['jobs of a group one after the other', history([a, b])],
    ['a retry', history([retried])],
    [
      'a job that failed for good',
      failedAndTold(
        job('f', [{ from: 10, to: 20, how: 'failed' }], { numAttempts: 1, task: { does: 'work', ms: 0, fails: 9 } }),
      ),
    ],
    ['a job whose process was killed', history([killed])],
    [
      'an attempt that was not recorded before its process was killed',
      history([
        job('u', [
          { from: 14_900, to: 18_000, how: 'unspent', process: 'dead' },
          { from: 18_010, to: 18_020 },
        ]),
      ]),
    ],
    [
      'attempts that were not recorded since a job blocked the event loop until its process was killed',
      history([
        job(
          'blocks',
          [
            { from: 12_000, to: 18_000, how: 'unspent', process: 'dead' },
            { from: 18_010, to: 18_020 },
          ],
          { task: { does: 'block', ms: 9_000, fails: 0 } },
        ),
        job('beside', [
          { from: 11_999, to: 18_000, how: 'unspent', process: 'dead' },
          { from: 18_010, to: 18_020 },
        ]),
      ]),
    ],
    [
      'an enqueue of unknown fate that did not come about',
      history([
        change(a, {
          enqueue: { ...a.enqueue, fate: 'unknown', committedAt: null, jobId: null },
          inserted: [],
          claims: [],
          runs: [],
          finals: [],
          events: [],
        }),
      ]),
    ],
    [
      'a process that goes on for a while without its lease, its group at work elsewhere',
      history(
        [
          change(killed, {
            runs: killed.runs.map((run, i) =>
              i === 0 ? { ...run, endedAt: 19_000, outcome: 'aborted', abortedAt: 18_500 } : run,
            ),
          }),
        ],
        {
          processes: [
            processOf('P'),
            processOf('producer'),
            processOf('dead', { frozen: [{ from: 14_100, to: 18_400 }] }),
          ],
        },
      ),
    ],
    [
      'a failed attempt that is told as lost, since its answer was and the job was claimed again',
      history([
        change(retried, {
          events: retried.events.map((one) =>
            one.type === 'WORKER_JOB_RUN_ERROR' ? { ...one, type: 'WORKER_JOB_LOSE' } : one,
          ),
        }),
      ]),
    ],
    [
      'the same, where a claim came in between that was taken back before its process knew of it',
      history([
        change(retried, {
          claims: retried.claims.flatMap((claim) =>
            claim.attempt === 1
              ? [
                  claim,
                  { ...claim, fence: 2, attempt: 2, at: 22, endedAt: 25, end: 'taken back' as const, isSpent: false },
                ]
              : [claim],
          ),
          events: retried.events.map((one) =>
            one.type === 'WORKER_JOB_RUN_ERROR' ? { ...one, type: 'WORKER_JOB_LOSE' } : one,
          ),
        }),
      ]),
    ],
    [
      'a lease that could not be given up',
      history([a], {
        remains: { jobs: [], groups: [], workers: [{ lease: 'w', process: 'R' }] },
        processes: [processOf('P'), processOf('producer'), processOf('R', { mayLeaveLease: true })],
      }),
    ],
    [
      'a group that was opened by force',
      history(
        [
          job('a', [{ from: 10, to: 15_000 }], { group: 'g' }),
          job('b', [{ from: 13_000, to: 13_010, process: 'Q' }], { group: 'g', at: 5 }),
        ],
        { unlocks: [{ group: 'g', at: 12_500, lockedSecs: 12.5 }] },
      ),
    ],
    [
      'the group of ticks that came until the last orchestrator had stopped',
      history([a], { remains: { jobs: [], groups: [{ name: 'alone', running: 0 }], workers: [] } }),
    ],
    ['ticks of a schedule, all of them', ofSchedule('all', 1, 2, 3)],
    ['ticks of a schedule, the last for those that were missed', ofSchedule('latest', 1, 5, 6)],
    ['ticks, one of them for three', ofTicks(tick(1), tick(2, 4_500, 5_000), tick(5))],
  ])('%s', (_, told) => {
    expect(said(told)).toEqual([]);
  });
});
