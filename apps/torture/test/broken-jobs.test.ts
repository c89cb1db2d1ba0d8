import { describe, expect, it } from '@jest/globals';
import type { RuleName } from '../src/checker/check.ts';
import type { History } from '../src/checker/history.ts';
import { a, change, retried, saidBy } from './support/stories.ts';
import { history, job } from './support/story.ts';

describe('what became of jobs: a history is found to be broken by', () => {
  it.each<[string, History, RuleName, RegExp]>([
    [
      'a job that was lost',
      history([change(a, { inserted: [], claims: [], runs: [], finals: [], events: [] })]),
      'kept',
      /key a is committed, and was inserted 0 times/,
    ],
    [
      'a job that was enqueued twice',
      history([
        a,
        change(job('c', [{ from: 50, to: 60 }]), {
          enqueue: a.enqueue,
          inserted: [{ jobId: 'c', key: 'key a', tick: null, name: 'N', at: 1 }],
        }),
      ]),
      'kept',
      /key a is committed, and was inserted 2 times/,
    ],
    [
      'a job of a transaction that was rolled back',
      history([change(a, { enqueue: { ...a.enqueue, fate: 'undone', committedAt: null, jobId: null } })]),
      'kept',
      /key a is undone, and was inserted 1 times/,
    ],
    [
      'a wrong id',
      history([change(a, { enqueue: { ...a.enqueue, jobId: 'x' } })]),
      'kept',
      /gave the id x, its row has a/,
    ],
    ['a job of nobody', { ...history([a]), enqueues: [] }, 'kept', /a was enqueued by nobody/],
    ['a job that vanished', history([change(a, { finals: [] })]), 'kept', /a was finalized 0 times/],
    [
      'a job that is over and is not',
      history([a], { remains: { jobs: [{ jobId: 'a', state: 'ready' }], groups: [], workers: [] } }),
      'kept',
      /a was finalized 1 times, and is still to be done/,
    ],
    [
      'a success without a run',
      history([change(a, { runs: [], events: a.events.filter(({ type }) => type !== 'WORKER_JOB_RUN') })]),
      'outcomes',
      /a succeeded in attempt 1; its run was never begun/,
    ],
    [
      'a failure that was recorded as a success',
      history([change(a, { runs: a.runs.map((run) => ({ ...run, outcome: 'failed' })) })]),
      'outcomes',
      /a succeeded in attempt 1; its run .* failed/,
    ],
    [
      'a failure with attempts left',
      history([change(retried, { finals: [{ jobId: 'r', outcome: 'failed', attempt: 2, numAttempts: 3, at: 41 }] })]),
      'outcomes',
      /r failed in attempt 2 of 3/,
    ],
    [
      'a failure that nobody planned',
      history([change(retried, { enqueue: { ...retried.enqueue, task: a.enqueue.task } })]),
      'outcomes',
      /not planned/,
    ],
    [
      'a job that was run and released',
      history([
        change(retried, { claims: retried.claims.map((claim) => ({ ...claim, isSpent: claim.end !== 'returned' })) }),
      ]),
      'outcomes',
      /released, although it was run/,
    ],
    [
      'a claim under which a job was run twice',
      history([change(a, { runs: [...a.runs, { ...a.runs[0], run: 'again', startedAt: 21, endedAt: 22 } as never] })]),
      'outcomes',
      /a was run 2 times under one claim/,
    ],
    [
      'an attempt that was skipped',
      history([change(a, { finals: [{ jobId: 'a', outcome: 'succeeded', attempt: 2, numAttempts: 3, at: 21 }] })]),
      'attempts',
      /attempt 2 of a was spent 0 times/,
    ],
    [
      'an attempt that was spent twice',
      history([change(retried, { claims: retried.claims.map((claim) => ({ ...claim, attempt: 1 })) })]),
      'attempts',
      /attempt 1 of r was spent 2 times/,
    ],
    [
      'an attempt past the last',
      history([
        change(retried, { finals: [{ jobId: 'r', outcome: 'succeeded', attempt: 2, numAttempts: 1, at: 41 }] }),
      ]),
      'attempts',
      /r was run in attempt 2 of 1/,
    ],
    [
      'attempts that count down',
      history([change(retried, { claims: retried.claims.map((claim, i) => ({ ...claim, attempt: 2 - i })) })]),
      'attempts',
      /attempt 1 of r came after attempt 2/,
    ],
    [
      'a killed attempt that does not count',
      history([
        job('u', [
          { from: 12_500, to: 18_000, how: 'unspent', process: 'dead' },
          { from: 18_010, to: 18_020 },
        ]),
      ]),
      'attempts',
      /had run for 2500 ms when dead was killed, and was not counted/,
    ],
    [
      'a delay that is not kept',
      history([job('a', [{ from: 900, to: 910 }], { delaySecs: 1 })]),
      'times',
      /a was run 100 ms before its delay was over/,
    ],
    [
      'a retry that comes too early',
      history([change(retried, { enqueue: { ...retried.enqueue, timeoutSecs: 0.5 } })]),
      'times',
      /r was tried again 490 ms too early/,
    ],
  ])('%s', (_, told, rule, complaint) => {
    expect(saidBy(rule, told)).toMatch(complaint);
  });
});
