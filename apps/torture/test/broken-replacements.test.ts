import { describe, expect, it } from '@jest/globals';
import type { Enqueue, History } from '../src/checker/history.ts';
import type { Replacement } from '../src/checker/witnessed-rows.ts';
import { change, saidBy } from './support/stories.ts';
import { history, type JobStory, job } from './support/story.ts';

const unique = (name: string) => (id: string, at: number, from: number, to: number) =>
  job(id, [{ from, to }], { name, unique: 'u', at });
const latest = unique('LATEST_WAITS');
const debounced = unique('DEBOUNCED');

/** An enqueue that met `other`, and what the database saw of it. */
function met(other: JobStory, at: number, more: Partial<Enqueue> = {}): JobStory {
  const enqueue: Enqueue = {
    ...other.enqueue,
    key: 'later',
    fate: 'met',
    became: 'replaced',
    jobId: other.enqueue.jobId,
    calledAt: at,
    commitAt: at,
    committedAt: at + 2,
    ...more,
  };
  return { ...change(other, { inserted: [], claims: [], runs: [], finals: [], events: [] }), enqueue };
}
const given = (at: number, more: Partial<Replacement> = {}): Replacement => ({
  jobId: 'a',
  key: 'later',
  isRestart: false,
  dueAt: null,
  at,
  ...more,
});
const runAs = (story: JobStory, key: string): JobStory =>
  change(story, { runs: story.runs.map((run) => ({ ...run, key })) });
const waiting = latest('a', 0, 100, 200);
const told = (stories: readonly JobStory[], ...replacements: Replacement[]): History =>
  history(stories, { replacements });

/** One that was to be due at 10, and, begun anew at 50, is due 200 later; run at so many. */
function delayed(from: number, delaySecs = 0.2): History {
  const story = job('a', [{ from, to: from + 10 }], { name: 'DEBOUNCED', unique: 'u', at: 0, delaySecs: 0.06 });
  const again = met(story, 50, { key: 'later', became: 'restarted', delaySecs });
  return told([runAs(story, 'later'), again], given(51, { isRestart: true, dueAt: 51 + delaySecs * 1000 }));
}

describe('a waiting job that was replaced is found', () => {
  const replaced = runAs(waiting, 'later');
  it.each<[string, History, string]>([
    [
      'where it was run as it was before',
      told([waiting, met(waiting, 50)], given(51)),
      'a was run by P as key a, and is later since then',
    ],
    [
      'where it was given nothing, although somebody was told so',
      told([waiting, met(waiting, 50)]),
      'later was replaced with a, which was given it 0 times',
    ],
    [
      'where it was claimed before that was committed',
      told([replaced, met(waiting, 50, { commitAt: 150 })], given(51)),
      'later was to replace a, which was claimed 52 ms before that was committed',
    ],
    [
      'where it was claimed before that',
      told([replaced, met(waiting, 50)], given(110)),
      'a was replaced by later 12 ms after it had been claimed',
    ],
    [
      'where the enqueue was undone',
      told([replaced, met(waiting, 50, { fate: 'undone', jobId: null, committedAt: null })], given(51)),
      'a was replaced by later, which is undone',
    ],
    [
      'where another was enqueued by it',
      told([replaced, met(waiting, 50, { jobId: 'b' }), latest('b', 60, 110, 120)], given(51)),
      'b, which was given it 0 times',
    ],
    [
      'where it was to be skipped',
      told(
        [runAs(unique('ONE_WAITS')('a', 0, 100, 200), 'later'), met(unique('ONE_WAITS')('a', 0, 100, 200), 50)],
        given(51),
      ),
      'a was replaced by later, which was to be skipped',
    ],
    [
      'where one that was to replace it was skipped',
      told([debounced('a', 0, 100, 200), met(debounced('a', 0, 100, 200), 50, { became: 'skipped' })]),
      'later was skipped for a, which waited, and was to be replaced',
    ],
    [
      'where its delay was begun anew, and was to go on',
      told([replaced, met(waiting, 50)], given(51, { isRestart: true, dueAt: 60 })),
      'a has its delay begun anew by later, which was not to do so',
    ],
    [
      'where it was put off for longer than it may be',
      told(
        [
          runAs(debounced('a', 0, 5_100, 5_200), 'later'),
          met(debounced('a', 0, 5_100, 5_200), 50, { became: 'restarted' }),
        ],
        given(51, { isRestart: true, dueAt: 5_001 }),
      ),
      'a was put off by later for 3500 ms more than it may be',
    ],
  ])('%s', (_how, broken, text) => {
    expect(saidBy('unique', broken)).toContain(text);
  });

  it.each<[string, History]>([
    ['where it is run as what it was given', told([replaced, met(waiting, 50)], given(51))],
    [
      'where two replaced it, and the latter is run',
      told([replaced, met(waiting, 30, { key: 'sooner' }), met(waiting, 50)], given(31, { key: 'sooner' }), given(51)),
    ],
    [
      'where nobody knows of the enqueue, and it came about',
      told([replaced, met(waiting, 50, { fate: 'unknown', jobId: null, committedAt: null })], given(51)),
    ],
    ['where the word of it is undone', { ...told([waiting, met(waiting, 50)]), losses: [{ from: 51, to: 60 }] }],
    [
      'where it runs already, and the other is skipped',
      told([debounced('a', 0, 100, 200), met(debounced('a', 0, 100, 200), 150, { became: 'skipped' })]),
    ],
    ['where its delay was begun anew', delayed(260)],
  ])('in order %s', (_how, sound) => {
    expect(saidBy('unique', sound)).toBe('');
  });
});

describe('a delay that was begun anew', () => {
  it('is not cut short, but for its bound', () => {
    expect(saidBy('times', delayed(260))).toBe('');
    expect(saidBy('times', delayed(150))).toBe('a was run 100 ms before its delay was over');
    expect(saidBy('times', delayed(1_501, 9))).toBe('');
    expect(saidBy('times', delayed(1_400, 9))).toBe('a was run 100 ms before its delay was over');
  });
});

describe('what a replaced job is to do', () => {
  it('is what it was given: its plan is that of the last one', () => {
    const failing = { does: 'work', ms: 0, fails: 1 } as const;
    const tries = [
      { from: 100, to: 110, how: 'failed' as const },
      { from: 130, to: 140 },
    ];
    const story = runAs(job('a', tries, { name: 'LATEST_WAITS', unique: 'u', at: 0 }), 'later');
    const replacing = met(story, 50, { task: failing });
    expect(saidBy('outcomes', told([story, replacing], given(51)))).toBe('');
    expect(saidBy('outcomes', history([story]))).toBe('attempt 1 of a failed, which was not planned');
  });
});
