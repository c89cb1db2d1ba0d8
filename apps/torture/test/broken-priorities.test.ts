import { describe, expect, it } from '@jest/globals';
import type { History } from '../src/checker/history.ts';
import { saidBy } from './support/stories.ts';
import { history, type JobStory, job } from './support/story.ts';

describe('a job of a higher priority', () => {
  const low = (n: number): JobStory => job(`l${n}`, [{ from: 6_000 + 10 * n, to: 6_005 + 10 * n }]);
  const many = Array.from({ length: 5 }, (_, n) => low(n));
  const high = (from: number, more: Parameters<typeof job>[2] = {}): JobStory =>
    job('h', [{ from, to: from + 1 }], { priority: 3, ...more });

  it('is found to be passed over', () => {
    expect(saidBy('priorities', history([high(7_000), ...many]))).toBe(
      'h of priority 3 waited while 5 claims took jobs of a lower one',
    );
  });

  it.each<[string, History]>([
    ['where it was claimed before', history([high(5_000), ...many])],
    ['where few went before it', history([high(7_000), ...many.slice(1)])],
    ['where it came late', history([high(7_000, { at: 3_000 }), ...many])],
    ['where its priority is the same', history([high(7_000, { priority: 0 }), ...many])],
    [
      'where something was paused',
      history([high(7_000), ...many], { pauses: [{ what: 'everything', process: 'o', from: 5_500, to: 5_600 }] }),
    ],
  ])('is not, %s', (_how, told) => {
    expect(saidBy('priorities', told)).toBe('');
  });

  it('goes first in its group, and takes turns from others', () => {
    const first = job('a', [{ from: 30, to: 40 }], { group: 'g' });
    const later = (priority: number): JobStory => job('b', [{ from: 10, to: 20 }], { group: 'g', at: 5, priority });
    expect(saidBy('order', history([first, later(1)]))).toBe('');
    expect(saidBy('order', history([first, later(0)]))).toContain('in group g, b was claimed before a');
    const highFirst = job('a', [{ from: 30, to: 40 }], { group: 'g', priority: 2 });
    expect(saidBy('order', history([highFirst, later(1)]))).toContain('in group g, b was claimed before a');
    const turns = (priority: number): readonly JobStory[] =>
      Array.from({ length: 6 }, (_, i) =>
        job(`h${i}`, [{ from: 2_000 + 10 * i, to: 2_005 + 10 * i }], { group: 'h', priority }),
      );
    const waiting = job('w', [{ from: 3_000, to: 3_001 }], { group: 'w', at: 100 });
    expect(saidBy('fairness', history([waiting, ...turns(1)]))).toBe('');
    expect(saidBy('fairness', history([waiting, ...turns(0)]))).toContain('group h had 6 turns');
  });
});
