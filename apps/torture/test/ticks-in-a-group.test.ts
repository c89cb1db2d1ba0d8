import { describe, expect, it } from '@jest/globals';
import type { History } from '../src/checker/history.ts';
import { ALONE } from '../src/settings.ts';
import { change, saidBy } from './support/stories.ts';
import { event, history, type JobStory, job } from './support/story.ts';

/** The tick of a schedule, whose jobs are of one group, in the second `n`. */
const tick = (n: number, from: number, to: number): JobStory => {
  const story = job(`t${n}`, [{ from, to }]);
  const inserted = story.inserted.map((row) => ({ ...row, key: null, tick: { key: ALONE, dueAtMs: n * 1000 } }));
  return change(story, { inserted, events: story.events.slice(1) });
};
const ofTicks = (...stories: readonly JobStory[]): History => ({ ...history(stories), enqueues: [] });

describe('ticks that have a group', () => {
  it('run one at a time', () => {
    expect(saidBy('one at a time', ofTicks(tick(1, 10, 20), tick(2, 30, 40)))).toBe('');
    expect(saidBy('one at a time', ofTicks(tick(1, 10, 35), tick(2, 30, 40)))).toContain(
      'two runs at once of group alone',
    );
  });

  it('leave it miscounted where one is deleted by hand while it runs, and else never', () => {
    const text = `the job group "${ALONE}" was found miscounted, and fixed: perhaps a job of it was deleted by hand`;
    const fixed = (deleted: History['deleted']): History => {
      const told = ofTicks(tick(1, 10, 20));
      return { ...told, deleted, events: [...told.events, event('WARNING', 30, { text })] };
    };
    expect(saidBy('events', fixed([{ jobId: 't1', state: 'running', at: 15 }]))).toBe('');
    expect(saidBy('events', fixed([]))).toBe(`P told without reason: ${text}`);
  });
});
