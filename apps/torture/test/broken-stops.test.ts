import { describe, expect, it } from '@jest/globals';
import type { History } from '../src/checker/history.ts';
import { change, saidBy } from './support/stories.ts';
import { event, history, type JobStory, job, processOf } from './support/story.ts';

describe('a process that stops soon', () => {
  const hasty = (endedAt: number, stillRunning: readonly string[] = []) => [
    processOf('P', {
      endedAt,
      haste: { at: 100, waitSecs: 0.3 },
      stillRunning,
      mayLeaveLease: stillRunning.length > 0,
    }),
    processOf('Q'),
    processOf('producer'),
  ];
  const stopping = { abortedAt: 410, abortedBy: 'WorkerStoppingError: it stops' };
  /** It gave up at 500, and was run elsewhere. */
  const gaveUp = (isSpent: boolean): JobStory => {
    const story = job('v', [
      { from: 10, to: 500, how: 'unspent' },
      { from: 600, to: 610, process: 'Q' },
    ]);
    return change(story, {
      claims: story.claims.map((claim, i) =>
        i === 0 ? { ...claim, end: 'returned', isSpent, isLeaseOver: false, endedAt: 501 } : claim,
      ),
      runs: story.runs.map((run, i) => (i === 0 ? { ...run, ...stopping, endedAt: 500, outcome: 'aborted' } : run)),
      events: [...story.events, event('WORKER_JOB_RELEASE', 502, { jobId: 'v', attempt: 1 })],
    });
  };
  /** It was left, and run elsewhere once the lease was over. */
  const left = (how: 'lost' | 'unspent'): JobStory => {
    const story = job('v', [
      { from: 10, to: 9_000, how },
      { from: 9_010, to: 9_020, process: 'Q' },
    ]);
    return change(story, { runs: story.runs.map((run, i) => (i === 0 ? { ...run, ...stopping } : run)) });
  };

  it('gives attempts back in the grace, and leaves the rest to its lease', () => {
    const given = history([gaveUp(false)], { processes: hasty(600) });
    const behind = history([left('lost')], { processes: hasty(1_500, ['v']) });
    for (const rule of [
      'outcomes',
      'claims',
      'attempts',
      'events',
      'failures',
      'one at a time',
      'stops',
      'living',
      'end state',
    ] as const) {
      expect([rule, saidBy(rule, given), saidBy(rule, behind)]).toEqual([rule, '', '']);
    }
  });

  it.each<[string, History, string]>([
    [
      'an attempt is spent all the same',
      history([gaveUp(true)], { processes: hasty(600) }),
      'v gave up for the stop of P, and its attempt was spent',
    ],
    [
      'an attempt of what it left is not spent',
      history([left('unspent')], { processes: hasty(1_500, ['v']) }),
      'v was left running by P, and its attempt not spent',
    ],
    ['it takes too long', history([], { processes: hasty(12_000) }), 'P took 11900 ms to stop within 0.3 s'],
  ])('is found where %s', (_how, told, text) => {
    expect(saidBy('stops', told)).toBe(text);
  });

  it('may have left more where the database refused its stop', () => {
    const [first, ...others] = hasty(1_500);
    if (first === undefined) throw new Error('there is no process');
    const refused = history([left('lost')], { processes: [{ ...first, mayLeaveLease: true }, ...others] });
    for (const rule of ['stops', 'living', 'end state'] as const) {
      expect([rule, saidBy(rule, refused)]).toEqual([rule, '']);
    }
  });

  it('has told of all that it left', () => {
    expect(saidBy('end state', history([left('lost')], { processes: hasty(1_500) }))).toContain(
      'P stopped before its run of v was over',
    );
  });
});
