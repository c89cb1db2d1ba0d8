import { describe, expect, it } from '@jest/globals';
import type { Final, History } from '../src/checker/history.ts';
import { change, killed, saidBy } from './support/stories.ts';
import { history, job } from './support/story.ts';

const task = { does: 'work', ms: 0, fails: 9 } as const;
const expired = job(
  'x',
  [
    { from: 10, to: 20, how: 'failed' },
    { from: 30, to: 40, how: 'failed' },
  ],
  { numAttempts: 2, task },
);
const keeping = (story: typeof expired, failures: NonNullable<Final['failures']>) =>
  change(story, { finals: story.finals.map((final) => ({ ...final, failures })) });
const failed = (attempt: number, died = false) => ({ attempt, died });

describe('the failures that a job keeps', () => {
  it('are those of its attempts, of a death too', () => {
    expect(saidBy('failures', history([keeping(expired, [failed(1), failed(2)])]))).toBe('');
    expect(saidBy('failures', history([keeping(killed, [failed(1, true)])]))).toBe('');
  });

  it.each<[string, NonNullable<Final['failures']>, string]>([
    ['one is missing', [failed(2)], 'x keeps the failures [2] in place of [1, 2]'],
    ['one is there twice', [failed(1), failed(1), failed(2)], 'x keeps the failures [1, 1, 2] in place of [1, 2]'],
    ['they are out of order', [failed(2), failed(1)], 'x keeps the failures [2, 1] in place of [1, 2]'],
    ['one is told as a death', [failed(1), failed(2, true)], 'x keeps the failures [1, 2 (died)] in place of [1, 2]'],
  ])('are wrong where %s', (_how, failures, text) => {
    expect(saidBy('failures', history([keeping(expired, failures)]))).toBe(text);
  });

  it('are the first and the latest nine', () => {
    const tries = Array.from({ length: 12 }, (_, n) => ({
      from: 10 + 20 * n,
      to: 20 + 20 * n,
      how: 'failed' as const,
    }));
    const many = job('m', tries, { numAttempts: 12, task });
    const kept = [1, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((attempt) => failed(attempt));
    expect(saidBy('failures', history([keeping(many, kept)]))).toBe('');
    expect(saidBy('failures', history([keeping(many, kept.slice(1))]))).toContain('m keeps the failures [4, 5');
  });
});

const teller = (n: number, failedId = 'x'): History['inserted'][number] => ({
  jobId: `t${n}`,
  key: null,
  name: 'TELL',
  tick: null,
  failedId,
  at: 41,
});
const toldBy = (story: typeof expired, ...tellers: History['inserted'][number][]) => {
  const told = history([story]);
  return { ...told, inserted: [...told.inserted, ...tellers] };
};

describe('jobs that tell of a failure', () => {
  it('are there once for each that failed', () => {
    expect(saidBy('told', toldBy(expired, teller(1)))).toBe('');
    expect(saidBy('told', toldBy(killed))).toBe('');
  });

  it('are missed', () => {
    expect(saidBy('told', toldBy(expired))).toBe('x has failed, and 0 jobs tell of it');
  });

  it('are found twice', () => {
    expect(saidBy('told', toldBy(expired, teller(1), teller(2)))).toBe('x has failed, and 2 jobs tell of it');
  });

  it('are found of a job that has not failed, or is not over', () => {
    expect(saidBy('told', toldBy(killed, teller(1, 'k')))).toBe('k has succeeded, and 1 jobs tell of it');
    expect(saidBy('told', toldBy(expired, teller(1), teller(2, 'y')))).toBe(
      't2 tells of the failure of y, which is not over',
    );
  });
});
