import { describe, expect, it } from '@jest/globals';
import type { History } from '../src/checker/history.ts';
import type { Entry } from '../src/checker/witnessed-rows.ts';
import { change, killed, said, saidBy } from './support/stories.ts';
import { history, type JobStory, job } from './support/story.ts';

const completing = { does: 'complete', ms: 0, fails: 0 } as const;
const done = job('c', [{ from: 10, to: 20 }], { task: completing });
const failed = job('c', [{ from: 10, to: 20, how: 'failed' }], { task: completing, numAttempts: 1 });
const leading = job('c', [{ from: 10, to: 20 }], { task: { ...completing, does: 'lead' } });
/** Its process was killed after the commit, and a rescue has recorded it, or its process stood still meanwhile. */
const rescued: JobStory = change(done, {
  runs: done.runs.map((run) => ({ ...run, process: 'dead', endedAt: null, outcome: null })),
  claims: done.claims.map((claim) => ({ ...claim, process: 'dead', endedAt: 18_000 })),
  finals: done.finals.map((final) => ({ ...final, at: 18_000 })),
  events: done.events.filter(({ type }) => type !== 'WORKER_JOB_RUN_SUCCESS').map((one) => ofDead(one)),
});
function ofDead<T extends { readonly type: string; readonly process: string }>(event: T): T {
  return event.type === 'WORKER_JOB_RUN' ? { ...event, process: 'dead' } : event;
}

const entry = (attempt = 1, run = `c ${2 * attempt - 1}`): Entry => ({ jobId: 'c', run, attempt });
/** A history of a job, with what was written and how many jobs follow. */
function following(story: JobStory, entries: readonly Entry[], followers: number, leaderId = 'c'): History {
  const told = history([story], { entries });
  const row = (n: number) => ({ jobId: `f${n}`, key: null, name: 'FOLLOW', tick: null, leaderId, at: 20 });
  return { ...told, inserted: [...told.inserted, ...Array.from({ length: followers }, (_, n) => row(n))] };
}
const toldOfCommit = (story: JobStory): JobStory =>
  change(story, { runs: story.runs.map((run) => ({ ...run, completedAt: 19 })) });

describe('what is to be there with a success is in order', () => {
  it.each<[string, History]>([
    ['where it is there once', following(toldOfCommit(done), [entry()], 1)],
    ['where it failed, and nothing is there', following(failed, [], 0)],
    ['where it has no transaction, and one job follows', following(leading, [], 1)],
    [
      'where the work function threw after the commit',
      following(change(done, { runs: done.runs.map((run) => ({ ...run, outcome: 'failed' })) }), [entry()], 1),
    ],
    ['where its process was killed after the commit', following(rescued, [entry()], 1)],
    [
      'where it was deleted after the commit',
      { ...following(change(done, { finals: [] }), [entry()], 1), deleted: [{ jobId: 'c', state: 'running', at: 30 }] },
    ],
    [
      'where the commit was lost after it was told of',
      { ...following(toldOfCommit(done), [], 1), losses: [{ from: 15, to: 25 }] },
    ],
  ])('%s', (_how, told) => {
    expect(saidBy('completions', told)).toBe('');
  });

  it('for all rules, where the function throws late, or the process is killed', () => {
    const late = change(done, { runs: done.runs.map((run) => ({ ...run, outcome: 'failed' })) });
    const follower = job('f0', [{ from: 40, to: 50 }]);
    for (const story of [late, rescued]) {
      const told = history([story, change(follower, { inserted: [], events: follower.events.slice(1) })], {
        entries: [entry()],
      });
      const enqueues = told.enqueues.filter(({ key }) => key === 'key c');
      const row = { jobId: 'f0', key: null, name: 'FOLLOW', tick: null, leaderId: 'c', at: 20 };
      expect(said({ ...told, enqueues, inserted: [...told.inserted, row] })).toEqual([]);
    }
  });
});

describe('a success that its process gave up, since the database refused to record it, and that a rescue has recorded', () => {
  const givenUp = change(done, {
    claims: done.claims.map((claim) => ({ ...claim, endedAt: 18_000 })),
    finals: done.finals.map((final) => ({ ...final, at: 18_000 })),
    events: done.events.map((one) =>
      one.type === 'WORKER_JOB_RUN_SUCCESS' ? { ...one, type: 'WORKER_JOB_SETTLE_ERROR' } : one,
    ),
  });
  const missing = 'P told WORKER_JOB_RUN_SUCCESS 0 times instead of 1 of c';

  it('need not be told of as one', () => {
    const refused = [{ jobId: 'c', from: 20, to: 40 }];
    expect(saidBy('events', history([givenUp], { entries: [entry()], refused }))).toBe('');
    expect(saidBy('events', history([givenUp], { refused }))).toBe(missing);
    expect(saidBy('events', history([givenUp], { entries: [entry()] }))).toBe(missing);
  });
});

describe('what is to be there with a success is found', () => {
  it.each<[string, History, string]>([
    [
      'twice',
      following(done, [entry(), entry()], 1),
      'c has succeeded, and what it writes with its success is there 2 times',
    ],
    [
      'lost',
      following(done, [], 1),
      'c has succeeded, and what it writes with its success is there 0 times\n' +
        'c is followed by 1 jobs that are to be there with its success, in place of 0',
    ],
    [
      'with a failure',
      following(failed, [entry()], 1),
      'c has failed, and what it writes with its success is there 1 times',
    ],
    [
      'of another attempt',
      following(
        job(
          'c',
          [
            { from: 10, to: 20, how: 'failed' },
            { from: 30, to: 40 },
          ],
          { task: completing },
        ),
        [entry(1)],
        1,
      ),
      'c succeeded in attempt 2, and what it writes with that is of attempt 1',
    ],
    [
      'undone, although its commit was told of',
      following(toldOfCommit(failed), [], 0),
      'P was told that attempt 1 of c is committed, and what it wrote is not there',
    ],
    [
      'of a job that writes nothing',
      following(leading, [entry()], 1),
      'c has succeeded, and what it writes with its success is there 1 times',
    ],
    [
      'without the job that follows',
      following(done, [entry()], 0),
      'c is followed by 0 jobs that are to be there with its success, in place of 1',
    ],
    [
      'with two jobs that follow',
      following(leading, [], 2),
      'c is followed by 2 jobs that are to be there with its success, in place of 1',
    ],
    [
      'with a job that follows a failure',
      following(change(failed, { enqueue: { ...failed.enqueue, task: leading.enqueue.task } }), [], 1),
      'c is followed by 1 jobs that are to be there with its success, in place of 0',
    ],
    [
      'with a job that follows what is not there',
      following(killed, [], 1, 'x'),
      'x is followed by 1 jobs that are to be there with its success, in place of 0',
    ],
  ])('%s', (_how, told, text) => {
    expect(saidBy('completions', told)).toBe(text);
  });
});
