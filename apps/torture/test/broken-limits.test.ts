import { describe, expect, it } from '@jest/globals';
import type { History } from '../src/checker/history.ts';
import { LIMITED } from '../src/settings.ts';
import { saidBy } from './support/stories.ts';
import { history, type JobStory, job } from './support/story.ts';

const limited = (id: string, from: number, to: number, group: string | null = null): JobStory =>
  job(id, [{ from, to }], { name: LIMITED.name, group });
const together = (count: number, group: string | null = null): readonly JobStory[] =>
  Array.from({ length: count }, (_, i) => limited(`j${i}`, 100 + 100 * i, 5_000, group));
const apart = (count: number, ms: number): readonly JobStory[] =>
  Array.from({ length: count }, (_, i) => limited(`j${i}`, 100 + ms * i, 101 + ms * i));

describe('a history is found to be broken by', () => {
  it.each<[string, History, RegExp]>([
    [
      'one job too many of a name',
      history(together(5)),
      /^5 jobs of LIMITED were held at a time, of which 4 may, with j4/,
    ],
    ['one too many of a group', history(together(4, 'w')), /^4 jobs of group w were held at a time, of which 3 may/],
    ['starts that come too fast', history(apart(16, 33)), /^16 jobs of LIMITED started within 495 ms, up to j15$/],
  ])('%s', (_what, told, words) => {
    expect(saidBy('limits', told)).toMatch(words);
  });

  it.each<[string, History]>([
    ['as many as may', history(together(4))],
    ['as many of a group as may', history(together(3, 'w'))],
    [
      'a group that was opened by force',
      history(together(4, 'w'), { unlocks: [{ group: 'w', at: 350, lockedSecs: 12 }] }),
    ],
    ['starts that are just far enough apart', history(apart(16, 34))],
  ])('and not by %s', (_what, told) => {
    expect(saidBy('limits', told)).toBe('');
  });
});

describe('a group that waits while another has turn after turn', () => {
  const turns = (from: number): readonly JobStory[] =>
    Array.from({ length: 6 }, (_, i) => job(`h${i}`, [{ from: from + 10 * i, to: from + 10 * i + 5 }], { group: 'h' }));
  const waiting = job('w', [{ from: 3_000, to: 3_001 }], { group: 'w', at: 100 });

  it('is found', () => {
    expect(saidBy('fairness', history([waiting, ...turns(2_000)]))).toBe(
      'group w had w ready and waited while group h had 6 turns',
    );
  });

  it.each<[string, History]>([
    ['while what made it ready may not be known yet', history([waiting, ...turns(1_000)])],
    [
      'in another lane',
      history([
        waiting,
        ...turns(2_000).map(({ enqueue, ...more }) => ({ enqueue: { ...enqueue, channel: 'D' }, ...more })),
      ]),
    ],
    [
      'but is at work itself',
      history([waiting, job('x', [{ from: 1_000, to: 2_990 }], { group: 'w' }), ...turns(2_000)]),
    ],
    [
      'while a transaction is kept open that may hold its first job',
      history([waiting, ...turns(2_000)], { heldOpen: [{ from: 1_000, to: 1_500 }] }),
    ],
    [
      'while the server is away',
      history([waiting, ...turns(2_000)], { troubles: [{ of: 'server', from: 1_000, to: 1_500 }] }),
    ],
  ])('is not, %s', (_what, told) => {
    expect(saidBy('fairness', told)).toBe('');
  });
});
