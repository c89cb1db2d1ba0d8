import { describe, expect, it } from '@jest/globals';
import type { History } from '../src/checker/history.ts';
import { change, saidBy } from './support/stories.ts';
import { history, type JobStory, job } from './support/story.ts';

const unique = (name: string) => (id: string, at: number, from: number, to: number) =>
  job(id, [{ from, to }], { name, unique: 'u', at });
const waits = unique('ONE_WAITS');
const lives = unique('ONE_LIVES');
const throttled = unique('THROTTLED');
/** Nobody was told that it is over: its process was killed. */
const untold = (story: JobStory): JobStory =>
  change(story, { events: story.events.filter(({ type }) => type !== 'WORKER_JOB_RUN_SUCCESS') });
/** An enqueue that was skipped, since `other` had its key. */
const skipped = (other: JobStory, calledAt: number, commitAt: number, jobId = other.enqueue.jobId): JobStory => ({
  ...change(other, { inserted: [], claims: [], runs: [], finals: [], events: [] }),
  enqueue: { ...other.enqueue, key: 'skipped', fate: 'met', jobId, calledAt, commitAt, committedAt: commitAt + 1 },
});

describe('jobs with a key are found', () => {
  const first = waits('a', 0, 100, 200);
  it.each<[string, History, string]>([
    [
      'where two wait at a time',
      history([first, waits('b', 50, 110, 120)]),
      'b was enqueued while a held the key ONE_WAITS u',
    ],
    [
      'where two are not over at a time, and one may be',
      history([lives('a', 0, 100, 200), lives('b', 150, 210, 220)]),
      'b was enqueued while a held the key ONE_LIVES u',
    ],
    [
      'where what stands for another was claimed before that was committed',
      history([first, skipped(first, 50, 150)]),
      'skipped was skipped for a, which was claimed 52 ms before that was committed',
    ],
    [
      'where what stands for another was over',
      history([lives('a', 0, 100, 200), skipped(lives('a', 0, 100, 200), 1_250, 1_250)]),
      'skipped was skipped for a, which was over 1048 ms before',
    ],
    [
      'where what stands for another was over a moment before, as somebody knew',
      history([lives('a', 0, 100, 200), skipped(lives('a', 0, 100, 200), 210, 210)]),
      'skipped was skipped for a, which was over 8 ms before',
    ],
    [
      'where what stands for another was over, as the next with its key shows',
      history([untold(lives('a', 0, 100, 200)), lives('b', 240, 300, 400), skipped(lives('a', 0, 100, 200), 260, 260)]),
      'skipped was skipped for a, which was over 19 ms before',
    ],
    [
      'where one is enqueued within the time for which another holds the key',
      history([throttled('a', 0, 100, 200), throttled('b', 900, 910, 920)]),
      'b was enqueued while a held the key THROTTLED u',
    ],
    [
      'where one is skipped after that time',
      history([throttled('a', 0, 100, 200), skipped(throttled('a', 0, 100, 200), 1_050, 1_050)]),
      'skipped was skipped for a, which was over 49 ms before',
    ],
    [
      'where what stands for another is not there',
      history([first, skipped(first, 50, 60, 'z')]),
      'skipped was skipped for z, which is not there',
    ],
    [
      'where what stands for another has another key',
      history([
        first,
        job('c', [{ from: 100, to: 200 }], { name: 'ONE_WAITS', unique: 'v' }),
        skipped(first, 9, 9, 'c'),
      ]),
      'skipped was skipped for c, which has the key ONE_WAITS v',
    ],
  ])('%s', (_how, told, text) => {
    expect(saidBy('unique', told)).toBe(text);
  });

  it.each<[string, History]>([
    ['where the first was claimed', history([first, waits('b', 150, 210, 220)])],
    ['where the first was over', history([lives('a', 0, 100, 200), lives('b', 250, 260, 270)])],
    [
      'where the first was deleted',
      history([change(first, { claims: [], runs: [], finals: [] }), waits('b', 60, 70, 80)], {
        deleted: [{ jobId: 'a', state: 'ready', at: 40 }],
      }),
    ],
    [
      'where their keys differ',
      history([first, job('b', [{ from: 110, to: 120 }], { name: 'ONE_WAITS', unique: 'v', at: 50 })]),
    ],
    [
      'where what stands for another may not be gone yet: nobody was told that it is over',
      history([untold(lives('a', 0, 100, 200)), skipped(lives('a', 0, 100, 200), 1_250, 1_250)]),
    ],
    [
      'where one is enqueued after the time for which another held the key',
      history([throttled('a', 0, 100, 200), throttled('b', 1_050, 1_060, 1_070)]),
    ],
    [
      'where one is skipped within it',
      history([throttled('a', 0, 100, 200), skipped(throttled('a', 0, 100, 200), 900, 900)]),
    ],
    ['where what stands for another is claimed after its commit', history([first, skipped(first, 50, 60)])],
    [
      'where what stands for another runs, and lives',
      history([lives('a', 0, 100, 200), skipped(lives('a', 0, 100, 200), 150, 160)]),
    ],
    [
      'where the word of it is undone',
      history([first, skipped(first, 50, 60, 'z')], { losses: [{ from: 55, to: 65 }] }),
    ],
  ])('in order %s', (_how, told) => {
    expect(saidBy('unique', told)).toBe('');
  });

  it('where one that was skipped is there all the same', () => {
    const other = waits('a', 0, 100, 200);
    const both = history([other, skipped(other, 50, 60)]);
    const twice = { jobId: 'd', key: 'skipped', name: 'ONE_WAITS', tick: null, at: 55 };
    expect(saidBy('kept', { ...both, inserted: [...both.inserted, twice] })).toContain(
      'skipped is met, and was inserted 1 times',
    );
  });
});
