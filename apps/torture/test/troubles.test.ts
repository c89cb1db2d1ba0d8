import { describe, expect, it } from '@jest/globals';
import type { RuleName } from '../src/checker/check.ts';
import type { History, Process } from '../src/checker/history.ts';
import { a, b, change, killed, said, saidBy } from './support/stories.ts';
import { event, history, type JobStory, job, processOf } from './support/story.ts';

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
/** A job whose run was under way when it was deleted by hand, at 25. */
const deletedRun = change(job('d', [{ from: 10, to: 40 }], { group: 'g' }), {
  claims: job('d', [{ from: 10, to: 25 }]).claims.map((claim) => ({ ...claim, endedAt: 25, end: 'deleted' })),
  finals: [],
  events: [
    event('JOB_DEFINITION_JOB_ENQUEUE', 3, { process: 'producer', jobId: 'd' }),
    event('WORKER_JOB_RUN', 9, { jobId: 'd', attempt: 1 }),
    event('WORKER_JOB_LOSE', 42, { jobId: 'd' }),
  ],
});
const withDeleted = (...jobs: readonly JobStory[]): History =>
  history(jobs, { deleted: [{ jobId: 'd', state: 'running', at: 25 }] });
/** The running job `d` of the group `g` is deleted at 25, and a sweep tells of groups that it fixes. */
const mendedAt = (...fixes: readonly { readonly at: number; readonly how?: string; readonly group?: string }[]) =>
  withDeleted(
    change(deletedRun, {
      events: [
        ...deletedRun.events,
        ...fixes.map(({ at, how = 'miscounted', group = 'g' }) =>
          event('WARNING', at, {
            text: `the job group "${group}" was found ${how}, and fixed: perhaps a job of it was deleted by hand`,
          }),
        ),
      ],
    }),
  );
/** The job `k` of the process `dead`, which is killed at 15,000, is taken from it at this time. */
const takenAt = (at: number, more: Partial<Process> = {}, troubles: History['troubles'] = []): History =>
  history(
    [
      job('k', [
        { from: 14_000, to: at, how: 'lost', process: 'dead' },
        { from: at + 10, to: at + 20 },
      ]),
    ],
    {
      processes: [
        processOf('P'),
        processOf('producer'),
        processOf('dead', { end: 'killed', endedAt: 15_000, ...more }),
      ],
      troubles,
    },
  );
const polls = { way: 'direct', wakeUp: 'poll', statementTimeoutMs: null } as const;
/** One of a name had no processor for two seconds while somebody was to be rescued. */
const whileBusy = (told: History, name: string, role: string): History => ({
  ...told,
  processes: [...told.processes, processOf(name, { role, lags: [{ from: 20_000, to: 22_000 }] })],
});

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
    ['a rescue that comes too late', takenAt(27_500), 'rescued', /k was taken from dead, which was dead, 1500 ms late/],
    [
      'a rescue that comes too late while others had no processor who look out for nobody',
      whileBusy(takenAt(27_500), 'R', 'producer'),
      'rescued',
      /1500 ms late/,
    ],
    [
      'a rescue that comes too late while two had no processor at the same time, which counts once',
      whileBusy(whileBusy(takenAt(29_000), 'R', 'worker'), 'S', 'orchestrator'),
      'rescued',
      /1000 ms late/,
    ],
    [
      'a rescue that comes too late although the dead seemed to hold a session',
      takenAt(30_000, { isKept: true }),
      'rescued',
      /k was taken from dead, which was dead, 1500 ms late/,
    ],
    [
      'a rescue that comes too late after a trouble',
      takenAt(35_000, {}, [{ of: 'server', from: 15_000, to: 18_000 }]),
      'rescued',
      /500 ms late/,
    ],
    ['a job that is deleted by nobody', history([deletedRun]), 'kept', /d was finalized 0 times/],
    [
      'a job that is finalized after it was deleted',
      withDeleted(change(job('d', [{ from: 10, to: 40 }]), {})),
      'kept',
      /d was finalized 1 times, although it had been deleted/,
    ],
    [
      'a success that is told of a job that was deleted',
      withDeleted(
        change(deletedRun, {
          events: deletedRun.events.map((one) =>
            one.type === 'WORKER_JOB_LOSE' ? { ...one, type: 'WORKER_JOB_RUN_SUCCESS' } : one,
          ),
        }),
      ),
      'events',
      /P told WORKER_JOB_RUN_SUCCESS 1 times instead of 0 of d/,
    ],
    [
      'a group that had to be fixed before a job of it was deleted',
      mendedAt({ at: 15 }),
      'events',
      /P told without reason: the job group "g" was found miscounted/,
    ],
    ['a group of which no job was deleted', mendedAt({ at: 30, group: 'h' }), 'events', /the job group "h"/],
    [
      'a group that had to be fixed twice',
      mendedAt({ at: 30, how: 'stuck' }, { at: 60, how: 'stuck' }),
      'events',
      /"g" was found stuck/,
    ],
    [
      'jobs that need an orchestrator to go on',
      history([a], { left: [{ jobId: 'a', state: 'blocked' }] }),
      'end state',
      /a was still blocked when all was to be done, without an orchestrator/,
    ],
  ])('%s', (_, told, rule, complaint) => {
    expect(saidBy(rule, told)).toMatch(complaint);
  });
});

describe('troubles: a history is in order with a job that is deleted', () => {
  it.each<[string, History]>([
    ['while it is run, its group at work meanwhile', withDeleted(deletedRun, b)],
    [
      'before its run began, which nobody could know',
      withDeleted(change(deletedRun, { runs: deletedRun.runs.map((run) => ({ ...run, startedAt: 30 })) })),
    ],
    ['while it is run, its group fixed', mendedAt({ at: 30 }, { at: 30, how: 'stuck' })],
    [
      'while a process holds it that was never told so, its group fixed',
      withDeleted(
        change(deletedRun, {
          runs: [],
          claims: deletedRun.claims.map((claim) => ({ ...claim, isSpent: false })),
          events: [...deletedRun.events.slice(0, 1), ...mendedAt({ at: 9_000 }).events.slice(-1)],
        }),
      ),
    ],
    [
      'while it waits',
      withDeleted(change(deletedRun, { claims: [], runs: [], events: deletedRun.events.slice(0, 1) })),
    ],
  ])('%s', (_, told) => {
    expect(said(told)).toEqual([]);
  });
});

describe('troubles: a history is in order with a job that is taken', () => {
  it.each<[string, History]>([
    ['from a dead process that was watched for six seconds', takenAt(25_500)],
    ['from a dead process while another had no processor', whileBusy(takenAt(27_500), 'R', 'worker')],
    ['from a dead process that seems to hold a session', takenAt(27_000, { isKept: true })],
    ['from a dead process after a trouble', takenAt(30_000, {}, [{ of: 'server', from: 15_000, to: 18_000 }])],
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
