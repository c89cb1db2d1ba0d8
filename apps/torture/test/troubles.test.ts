import { describe, expect, it } from '@jest/globals';
import type { RuleName } from '../src/checker/check.ts';
import type { History, Process } from '../src/checker/history.ts';
import { killed, said, saidBy } from './support/stories.ts';
import { history, processOf } from './support/story.ts';

/** The job `k` is taken from the process `dead` at 18,000, which has lived on. */
const survived = (more: Partial<Process> = {}, troubles: History['troubles'] = []): History =>
  history(
    [
      {
        ...killed,
        runs: killed.runs.map((run, i) =>
          i === 0 ? { ...run, endedAt: 18_600, outcome: 'aborted', abortedAt: 18_500 } : run,
        ),
      },
    ],
    { processes: [processOf('P'), processOf('producer'), processOf('dead', more)], troubles },
  );
const polls = { way: 'direct', wakeUp: 'poll', statementTimeoutMs: null } as const;

describe('troubles: a history is found to be broken by', () => {
  it.each<[string, History, RuleName, RegExp]>([
    ['a job that is taken from the living', survived(), 'living', /k was taken from dead, which lived/],
    [
      'one that is taken after an outage of the server',
      survived({}, [{ of: 'server', from: 14_500, to: 18_000 }]),
      'living',
      /k was taken from dead/,
    ],
    [
      'one that is taken after a trouble of the link, which was not its own',
      survived({}, [{ of: 'link', from: 14_500, to: 18_000 }]),
      'living',
      /k was taken from dead/,
    ],
    [
      'one that is taken from a process that blocks, while its session stands',
      survived({ lags: [{ from: 14_000, to: 18_500 }] }),
      'living',
      /k was taken from dead/,
    ],
    [
      'one that is taken long after the process was stopped',
      survived({ frozen: [{ from: 1_000, to: 9_000 }] }),
      'living',
      /k was taken from dead/,
    ],
  ])('%s', (_, told, rule, complaint) => {
    expect(saidBy(rule, told)).toMatch(complaint);
  });
});

describe('troubles: a history is in order with a job that is taken', () => {
  it.each<[string, History]>([
    ['from a process that was stopped', survived({ frozen: [{ from: 14_100, to: 18_400 }] })],
    [
      'from a process that was cut off',
      survived({ reach: { ...polls, way: 'linked' } }, [{ of: 'link', from: 14_000, to: 18_300 }]),
    ],
    ['from a process that blocked, and only polls', survived({ reach: polls, lags: [{ from: 14_000, to: 18_500 }] })],
    [
      'from a process that blocked, its sessions ended',
      survived({ lags: [{ from: 14_000, to: 18_500 }] }, [{ of: 'sessions', from: 15_000, to: 15_001 }]),
    ],
    ['from a process whose statements were cancelled', survived({ reach: { ...polls, statementTimeoutMs: 10 } })],
  ])('%s', (_, told) => {
    expect(said(told)).toEqual([]);
  });
});
