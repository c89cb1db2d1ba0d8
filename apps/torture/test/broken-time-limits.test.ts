import { describe, expect, it } from '@jest/globals';
import type { History, Run } from '../src/checker/history.ts';
import { change, saidBy } from './support/stories.ts';
import { event, history, type JobStory, job } from './support/story.ts';

const RULES = [
  'time limits',
  'claims',
  'outcomes',
  'attempts',
  'events',
  'times',
  'failures',
  'one at a time',
] as const;
const abortedBy = 'JobTimeoutError: it took too long';
const plan = { maxRunSecs: 0.3, numAttempts: 2 } as const;

/** `h` was told to end at 310, ended at `to` in its first attempt, and was run again from `again` on. */
function limited(
  to: number,
  run: Partial<Run>,
  { group = null as string | null, recordedAt = to + 1, again = 6_000 } = {},
): JobStory {
  const story = job(
    'h',
    [
      { from: 10, to, how: 'failed' },
      { from: again, to: again + 10 },
    ],
    { ...plan, group, task: { does: 'overrun', ms: to - 10, fails: 0 } },
  );
  return change(story, {
    claims: story.claims.map((claim, i) => (i === 0 ? { ...claim, endedAt: recordedAt } : claim)),
    runs: story.runs.map((one, i) => (i === 0 ? { ...one, abortedAt: 310, abortedBy, ...run } : one)),
    events: story.events.map((one) => (one.type === 'WORKER_JOB_RUN_ERROR' ? { ...one, at: recordedAt + 1 } : one)),
    finals: story.finals.map((final) => ({ ...final, failures: [{ attempt: 1, died: false }] })),
  });
}

describe('a run with a time limit is in order', () => {
  it.each<[string, JobStory]>([
    ['that throws in its grace', limited(900, { outcome: 'aborted' })],
    [
      'that is left behind after its grace',
      limited(4_000, { outcome: 'succeeded' }, { recordedAt: 1_315, again: 1_400 }),
    ],
    ['that ends late, in a group', limited(4_000, { outcome: 'succeeded' }, { group: 'g' })],
    [
      'that succeeds in its grace',
      change(job('s', [{ from: 10, to: 900 }], plan), {
        runs: job('s', [{ from: 10, to: 900 }], plan).runs.map((run) => ({ ...run, abortedAt: 310, abortedBy })),
      }),
    ],
  ])('%s', (_how, story) => {
    for (const rule of RULES) expect([rule, saidBy(rule, history([story]))]).toEqual([rule, '']);
  });
});

describe('a run with a time limit is found', () => {
  it.each<[string, (typeof RULES)[number], History, string]>([
    [
      'that is told too early',
      'time limits',
      history([limited(900, { outcome: 'aborted', abortedAt: 200 })]),
      'h in P was told 110 ms too early',
    ],
    [
      'that is not told',
      'time limits',
      history([limited(4_000, { outcome: 'failed', abortedAt: null, abortedBy: null })]),
      'h in P was not told that its maxRunSecs of 0.3 were over',
    ],
    [
      'that keeps its claim',
      'time limits',
      history([limited(4_900, { outcome: 'succeeded' })]),
      'h in P kept its claim for 3000 ms after its grace',
    ],
    [
      'that is left behind in its grace',
      'claims',
      history([limited(4_000, { outcome: 'succeeded' }, { recordedAt: 900 })]),
      'the claim of h by P was ended while P ran it',
    ],
    [
      'that is left behind though it has a group',
      'claims',
      history([limited(4_000, { outcome: 'succeeded' }, { recordedAt: 1_315, group: 'g' })]),
      'the claim of h by P was ended while P ran it',
    ],
    [
      'that has no limit',
      'claims',
      history([
        change(job('n', [{ from: 10, to: 20 }]), {
          runs: job('n', [{ from: 10, to: 20 }]).runs.map((run) => ({ ...run, abortedAt: 15, abortedBy })),
        }),
      ]),
      'the signal of n was aborted in P',
    ],
    [
      'that counts as failed though it returned in time',
      'outcomes',
      history([limited(400, { outcome: 'succeeded', abortedAt: null, abortedBy: null, endedAt: 200 })]),
      'attempt 1 of h is to be repeated; its run (attempt 1, P) succeeded',
    ],
  ])('%s', (_how, rule, told, text) => {
    expect(saidBy(rule, told)).toContain(text);
  });

  it('where more run at a time than there are slots', () => {
    const running = (count: number): History =>
      history(Array.from({ length: count }, (_, i) => job(`r${i}`, [{ from: 100 + 10 * i, to: 900 }])));
    expect(saidBy('time limits', running(8))).toBe('');
    expect(saidBy('time limits', running(9))).toBe('P ran 9 jobs at a time in 8 slots, with r8');
  });
});

describe('a job that puts itself off', () => {
  const snoozed = (again: number, isSpent = false): History => {
    const story = job(
      'z',
      [
        { from: 10, to: 20, how: 'unspent' },
        { from: again, to: again + 10 },
      ],
      { task: { does: 'snooze', ms: 1_200, fails: 0 } },
    );
    return history([
      change(story, {
        claims: story.claims.map((claim, i) =>
          i === 0 ? { ...claim, end: 'returned', isSpent, endedAt: 21, isLeaseOver: false } : claim,
        ),
        runs: story.runs.map((run, i) => (i === 0 ? { ...run, endedAt: 20, outcome: 'snoozed' } : run)),
        events: [...story.events, event('WORKER_JOB_SNOOZE', 22, { jobId: 'z', attempt: 1 })],
      }),
    ]);
  };

  it('spends no attempt, and waits', () => {
    for (const rule of RULES) expect([rule, saidBy(rule, snoozed(1_300))]).toEqual([rule, '']);
    expect(saidBy('times', snoozed(900))).toBe('z was tried again 320 ms too early');
    expect(saidBy('outcomes', snoozed(1_300, true))).toContain(
      'attempt 1 of z is to be repeated; its run (attempt 1, P) snoozed',
    );
  });
});

describe('a pause that grows', () => {
  const pausing = (again: number, jitter: 'none' | 'half' | 'full'): string =>
    saidBy(
      'times',
      history([
        job(
          'b',
          [
            { from: 10, to: 20, how: 'failed' },
            { from: 520, to: 530, how: 'failed' },
            { from: again, to: again + 10 },
          ],
          { timeoutSecs: 300, backoff: { type: 'exponential', delaySecs: 0.4, maxSecs: 0.6, jitter } },
        ),
      ]),
    );

  it('is not cut short, but for what is drawn', () => {
    expect(pausing(1_140, 'none')).toBe('');
    expect(pausing(1_100, 'none')).toBe('b was tried again 30 ms too early');
    expect(pausing(840, 'half')).toBe('');
    expect(pausing(800, 'half')).toBe('b was tried again 30 ms too early');
    expect(pausing(540, 'full')).toBe('');
  });
});
