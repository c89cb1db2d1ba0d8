import { check, type RuleName } from '../../src/checker/check.ts';
import type { History } from '../../src/checker/history.ts';
import { history, type JobStory, job } from './story.ts';

export const said = (told: History): readonly string[] => check(told).map(({ rule, text }) => `${rule}: ${text}`);
export const change = (story: JobStory, more: Partial<JobStory>): JobStory => ({ ...story, ...more });

export const a = job('a', [{ from: 10, to: 20 }], { group: 'g' });
export const b = job('b', [{ from: 30, to: 40 }], { group: 'g', at: 5 });
export const retried = job(
  'r',
  [
    { from: 10, to: 20, how: 'failed' },
    { from: 30, to: 40 },
  ],
  { task: { does: 'work', ms: 0, fails: 1 } },
);
export const killed = job(
  'k',
  [
    { from: 14_000, to: 18_000, how: 'lost', process: 'dead' },
    { from: 18_010, to: 18_020 },
  ],
  { group: 'g' },
);
export const tick = (n: number, firedAt = n * 1000 + 5, nextAt = (n + 1) * 1000): History['ticks'][number] => ({
  name: 'T',
  jobId: `t${n}`,
  dueAt: n * 1000,
  firedAt,
  nextAt,
});
export const ticked = (n: number): JobStory => {
  const { inserted, events, ...story } = job(`t${n}`, [{ from: n * 1000 + 10, to: n * 1000 + 11 }]);
  return { ...story, inserted: inserted.map((row) => ({ ...row, key: null })), events: events.slice(1) };
};
/** A job that has failed for good, and the one that tells of it. */
export const failedAndTold = (failed: JobStory): History => {
  const id = failed.enqueue.jobId ?? '';
  const { inserted, events, ...story } = job(`teller-of-${id}`, [{ from: 50, to: 51 }]);
  const teller: JobStory = {
    ...story,
    inserted: inserted.map((row) => ({ ...row, key: null, name: 'TELL', failedId: id })),
    events: events.slice(1),
  };
  return { ...history([failed, teller]), enqueues: [failed.enqueue] };
};
export const ofTicks = (...ticks: History['ticks'][number][]): History => ({
  ...history(
    ticks.map(({ dueAt }) => ticked(dueAt / 1000)),
    { ticks },
  ),
  enqueues: [],
});

/** Jobs of the ticks of a schedule, due at so many seconds. */
export const ofSchedule = (key: string, ...seconds: readonly number[]): History => ({
  ...history(
    seconds.map((second, i) => {
      const story = ticked(i);
      const tick = { key, dueAtMs: second * 1000 };
      return { ...story, inserted: story.inserted.map((row) => ({ ...row, tick })) };
    }),
  ),
  enqueues: [],
});

/** What one rule has to say of a history. */
export const saidBy = (rule: RuleName, told: History): string =>
  check(told)
    .filter((violation) => violation.rule === rule)
    .map(({ text }) => text)
    .join('\n');
