import { describe, expect, it } from '@jest/globals';
import type { RuleName } from '../src/checker/check.ts';
import type { History, Process } from '../src/checker/history.ts';
import { change, killed, said, saidBy } from './support/stories.ts';
import { history, type JobStory, job, processOf } from './support/story.ts';

/** A job of P that ends at 20,000, and is recorded so much later. */
const recordedAfter = (ms: number): JobStory => {
  const story = job('s', [{ from: 19_900, to: 20_000 }], { at: 19_800 });
  return change(story, {
    claims: story.claims.map((claim) => ({ ...claim, endedAt: 20_000 + ms })),
    finals: story.finals.map((final) => ({ ...final, at: 20_000 + ms })),
    events: story.events.map((one) => (one.type === 'WORKER_JOB_RUN_SUCCESS' ? { ...one, at: 20_001 + ms } : one)),
  });
};
const by = (more: Partial<Process>): History['processes'] => [processOf('P', more), processOf('producer')];
const cancels = { way: 'direct', wakeUp: 'auto', statementTimeoutMs: 150 } as const;
const SLOWED = [{ process: 'P', from: 10_000, to: 30_000 }];
/** The process `dead` stopped in order, having given up what it could not record. */
const givenUp = change(killed, {
  runs: killed.runs.map((run, i) => (i === 0 ? { ...run, endedAt: 14_200, outcome: 'succeeded' } : run)),
});
const stoppedEarly = [processOf('P'), processOf('producer'), processOf('dead', { endedAt: 15_000 })];

describe('records: a history is found to be broken by', () => {
  it.each<[string, History, RuleName, RegExp]>([
    ['an end that is recorded late', history([recordedAfter(4_000)]), 'recorded', /s in P was recorded 4000 ms later/],
    [
      'one that is late while others are refused',
      history([recordedAfter(4_000)], { refused: [{ jobId: 'another', from: 18_000, to: 24_000 }] }),
      'recorded',
      /s in P was recorded 4000 ms later/,
    ],
    [
      'one that waits until the database is fast again',
      history([recordedAfter(8_000)], { slowed: SLOWED, processes: by({ reach: cancels }) }),
      'recorded',
      /s in P was recorded 8000 ms later/,
    ],
    [
      'one that is late long after a trouble',
      history([recordedAfter(4_000)], { troubles: [{ of: 'server', from: 5_000, to: 6_000 }] }),
      'recorded',
      /s in P was recorded 4000 ms later/,
    ],
    [
      'a claim that a process leaves behind when it stops, although nothing was refused',
      history([givenUp], { processes: stoppedEarly }),
      'living',
      /k was taken from dead/,
    ],
  ])('%s', (_, told, rule, complaint) => {
    expect(saidBy(rule, told)).toMatch(complaint);
  });
});

describe('records: a history is in order with', () => {
  it.each<[string, History]>([
    ['an end that is recorded soon', history([recordedAfter(2_000)])],
    [
      'a late one that was refused meanwhile',
      history([recordedAfter(8_000)], { refused: [{ jobId: 's', from: 18_000, to: 27_900 }] }),
    ],
    [
      'a late one after a trouble',
      history([recordedAfter(4_000)], { troubles: [{ of: 'server', from: 18_000, to: 19_000 }] }),
    ],
    [
      'a late one of a process whose pool is used up',
      history([recordedAfter(4_000)], { processes: by({ hogs: [{ from: 19_000, to: 23_500 }] }) }),
    ],
    [
      'a late one of a process for which the database takes its time',
      history([recordedAfter(5_000)], { slowed: SLOWED, processes: by({ reach: cancels }) }),
    ],
    [
      'a refused one that is run again once its process has stopped',
      history([givenUp], { processes: stoppedEarly, refused: [{ jobId: 'k', from: 14_100, to: 16_000 }] }),
    ],
  ])('%s', (_, told) => {
    expect(said(told)).toEqual([]);
  });
});
