import { describe, expect, it } from '@jest/globals';
import type { RuleName } from '../src/checker/check.ts';
import type { History } from '../src/checker/history.ts';
import { a, change, ofSchedule, ofTicks, saidBy, tick } from './support/stories.ts';
import { event, history, processOf } from './support/story.ts';

describe('ticks, events, the end: a history is found to be broken by', () => {
  it.each<[string, History, RuleName, RegExp]>([
    [
      'a tick that is enqueued twice',
      ofTicks(tick(1), { ...tick(1), jobId: 't2' }, tick(2)),
      'ticks',
      /was not enqueued, or twice/,
    ],
    ['a tick that is left out', ofTicks(tick(1), tick(3)), 'ticks', /the tick due at 2000 was not enqueued/],
    [
      'a tick of a schedule that is enqueued twice',
      ofSchedule('latest', 1, 5, 5),
      'ticks',
      /due at 5000 was enqueued twice/,
    ],
    [
      'a tick of a schedule that is left out',
      ofSchedule('all', 1, 2, 4),
      'ticks',
      /after the tick due at 2000, none until 4000/,
    ],
    [
      'a tick of a schedule off the second',
      ofSchedule('latest', 1, 2.5),
      'ticks',
      /due at 2500, which is no whole second/,
    ],
    ['a tick off the grid', ofTicks(tick(1, 1_005, 2_200)), 'ticks', /is due 1200 ms later/],
    ['a tick too early', ofTicks(tick(1, 900)), 'ticks', /a tick came 100 ms too early/],
    [
      'ticks that are made up for one by one',
      ofTicks(tick(1, 3_500, 2_000), tick(2, 3_500, 4_000)),
      'ticks',
      /fired at 3500, the next is due at 2000/,
    ],
    [
      'a tick without a job',
      { ...ofTicks(tick(1)), inserted: [], finals: [], runs: [] },
      'ticks',
      /the tick t1 has no job/,
    ],
    [
      'a run without its event',
      history([change(a, { events: a.events.filter(({ type }) => type !== 'WORKER_JOB_RUN') })]),
      'events',
      /0 events and 1 runs of attempt 1 of a in P/,
    ],
    [
      'an enqueue without its event',
      history([change(a, { events: a.events.slice(1) })]),
      'events',
      /a was told of 0 times as enqueued/,
    ],
    [
      'an event for a transaction of the caller’s',
      history([change(a, { enqueue: { ...a.enqueue, how: 'transaction' } })]),
      'events',
      /a was told of 1 times as enqueued/,
    ],
    [
      'an event before the commit',
      history([
        change(a, {
          events: a.events.map((one) => (one.type === 'WORKER_JOB_RUN_SUCCESS' ? { ...one, at: 15 } : one)),
        }),
      ]),
      'events',
      /P told WORKER_JOB_RUN_SUCCESS too early of a/,
    ],
    [
      'a success that is told twice',
      history([change(a, { events: [...a.events, event('WORKER_JOB_RUN_SUCCESS', 30, { jobId: 'a' })] })]),
      'events',
      /P told WORKER_JOB_RUN_SUCCESS 2 times instead of 1 of a/,
    ],
    [
      'a success that is not told',
      history([change(a, { events: a.events.filter(({ type }) => type !== 'WORKER_JOB_RUN_SUCCESS') })]),
      'events',
      /P told WORKER_JOB_RUN_SUCCESS 0 times instead of 1 of a/,
    ],
    [
      'a loss that did not happen',
      history([change(a, { events: [...a.events, event('WORKER_JOB_LOSE', 30, { jobId: 'a' })] })]),
      'events',
      /P told 1 losses too many of a/,
    ],
    [
      'a rescue that did not happen',
      history([change(a, { events: [...a.events, event('WORKER_JOB_RESCUE', 30, { jobId: 'a' })] })]),
      'events',
      /a was told of as rescued 1 times, too often/,
    ],
    [
      'an unlock that did not happen',
      history([change(a, { events: [...a.events, event('WORKER_JOB_GROUP_UNLOCK', 30, { group: 'g' })] })]),
      'events',
      /group g was told of as opened 1 times/,
    ],
    [
      'a tick that is told twice',
      {
        ...ofTicks(tick(1)),
        events: [
          ...ofTicks(tick(1)).events,
          ...[1, 2].map(() => event('ORCHESTRATOR_JOB_SCHEDULE', 1_020, { jobId: 't1' })),
        ],
      },
      'events',
      /t1 was told of as scheduled 2 times/,
    ],
    [
      'a job that is left',
      history([change(a, { finals: [], claims: [], runs: [], events: a.events.slice(0, 1) })], {
        remains: { jobs: [{ jobId: 'a', state: 'blocked' }], groups: [], workers: [] },
      }),
      'end state',
      /a is still blocked/,
    ],
    [
      'a group that is left',
      history([a], { remains: { jobs: [], groups: [{ name: 'g', running: 1 }], workers: [] } }),
      'end state',
      /group g is still there, held by 1 jobs/,
    ],
    [
      'a group of ticks that is held',
      history([a], { remains: { jobs: [], groups: [{ name: 'alone', running: 1 }], workers: [] } }),
      'end state',
      /group alone is still there, held by 1 jobs/,
    ],
    [
      'a lease that is left',
      history([a], { remains: { jobs: [], groups: [], workers: [{ lease: 'w', process: 'P' }] } }),
      'end state',
      /the lease w of P is still there/,
    ],
    [
      'a claim without an end',
      history([change(a, { claims: a.claims.map((claim) => ({ ...claim, end: null, endedAt: null })) })]),
      'end state',
      /the claim of a by P never ended/,
    ],
    [
      'a process that died by itself',
      history([a], { processes: [processOf('P'), processOf('producer', { end: 'died' })] }),
      'end state',
      /producer died by itself/,
    ],
    [
      'a process that stopped too early',
      history([change(a, { runs: a.runs.map((run) => ({ ...run, endedAt: null, outcome: null })) })]),
      'end state',
      /P stopped before its run of a was over/,
    ],
  ])('%s', (_, told, rule, complaint) => {
    expect(saidBy(rule, told)).toMatch(complaint);
  });
});
