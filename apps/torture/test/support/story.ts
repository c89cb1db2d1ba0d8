import type { Claim, Enqueue, Event, Final, History, Inserted, Process, Run } from '../../src/checker/history.ts';

/** A job's whole account; each part can be told otherwise. */
export interface JobStory {
  readonly enqueue: Enqueue;
  readonly inserted: readonly Inserted[];
  readonly claims: readonly Claim[];
  readonly runs: readonly Run[];
  readonly finals: readonly Final[];
  readonly events: readonly Event[];
}

/** One attempt of a job: when its run began and ended, where, and how. */
export interface Try {
  readonly from: number;
  readonly to: number;
  readonly process?: string;
  /** `lost`: it was cut off, and its claim taken back at `to`; `unspent`: likewise, and its attempt was given back. */
  readonly how?: 'succeeded' | 'failed' | 'lost' | 'unspent';
}

/** A job that was enqueued at `at` and run in these tries, all as it should be. */
export function job(
  id: string,
  tries: readonly Try[],
  plan: Partial<Enqueue> & { readonly at?: number } = {},
): JobStory {
  const { at = 0, ...more } = plan;
  const key = `key ${id}`;
  const enqueue: Enqueue = {
    key,
    how: 'alone',
    name: 'N',
    channel: 'C',
    group: null,
    delaySecs: 0,
    numAttempts: 3,
    timeoutSecs: 0,
    task: { does: 'work', ms: 0, fails: 0 },
    unique: null,
    commitAt: null,
    priority: 0,
    backoff: null,
    maxRunSecs: null,
    by: 'producer',
    calledAt: at,
    fate: 'committed',
    committedAt: at + 2,
    jobId: id,
    ...more,
  };
  let spent = 0;
  const parts = tries.map((one, i) => {
    const part = tryStory(id, key, enqueue, one, {
      attempt: spent + 1,
      fence: 2 * i + 1,
      isLast: i === tries.length - 1,
    });
    if (one.how !== 'unspent') spent += 1;
    return part;
  });
  const last = tries.at(-1);
  return {
    enqueue,
    inserted: [{ jobId: id, key, name: enqueue.name, tick: null, at: at + 1 }],
    claims: parts.map(({ claim }) => claim),
    runs: parts.map(({ run }) => run),
    finals: [
      {
        jobId: id,
        outcome: last?.how ?? 'succeeded',
        attempt: spent,
        numAttempts: enqueue.numAttempts,
        at: last?.to ?? 0,
      },
    ],
    events: [
      event('JOB_DEFINITION_JOB_ENQUEUE', at + 3, { process: 'producer', jobId: id }),
      ...parts.flatMap((p) => p.events),
    ],
  };
}

interface Place {
  readonly attempt: number;
  readonly fence: number;
  readonly isLast: boolean;
}

function tryStory(
  id: string,
  key: string,
  { group }: Enqueue,
  { from, to, process = 'P', how = 'succeeded' }: Try,
  { attempt, fence, isLast }: Place,
): { claim: Claim; run: Run; events: readonly Event[] } {
  const isCut = how === 'lost' || how === 'unspent';
  const endedAt = isCut ? to : to + 1;
  const about = { process, jobId: id };
  return {
    claim: {
      jobId: id,
      fence,
      process,
      lease: `lease of ${process}`,
      attempt,
      at: from - 2,
      startAt: from - 2,
      tx: `${id} ${fence}`,
      endedAt,
      end: isCut ? 'taken back' : isLast ? 'finalized' : 'returned',
      isSpent: how !== 'unspent',
      isLeaseOver: isCut,
    },
    run: {
      run: `${id} ${fence}`,
      jobId: id,
      key,
      attempt,
      group: group ?? `own ${id}`,
      process,
      startedAt: from,
      endedAt: isCut ? null : to,
      outcome: isCut ? null : how,
      abortedAt: null,
    },
    events: [
      event('WORKER_JOB_RUN', from - 1, { ...about, attempt }),
      ...(how === 'succeeded' ? [event('WORKER_JOB_RUN_SUCCESS', endedAt + 1, { ...about, attempt })] : []),
      ...(how === 'failed' ? [event('WORKER_JOB_RUN_ERROR', endedAt + 1, { ...about, attempt })] : []),
      ...(how === 'failed' && isLast ? [event('WORKER_JOB_EXPIRE', endedAt + 1, about)] : []),
    ],
  };
}

export function event(type: string, at: number, more: Partial<Event> = {}): Event {
  return { type, at, process: 'P', jobId: null, attempt: null, group: null, text: null, ...more };
}

export function processOf(name: string, more: Partial<Process> = {}): Process {
  return {
    name,
    role: 'worker',
    startedAt: 0,
    endedAt: 100_000,
    end: 'stopped',
    mayLeaveLease: false,
    reach: { way: 'direct', wakeUp: 'auto', statementTimeoutMs: null },
    frozen: [],
    isKept: false,
    hogs: [],
    lags: [],
    ...more,
  };
}

/** A history of these jobs. Processes `P` and `producer` stopped in order; `dead` was killed at its end. */
export function history(jobs: readonly JobStory[], more: Partial<History> = {}): History {
  return {
    settings: { leaseSecs: 3, blockedSecs: 7, groupUnlockSecs: 12, repeatSecs: 1, graceSecs: 1 },
    enqueues: jobs.map(({ enqueue }) => enqueue),
    inserted: jobs.flatMap(({ inserted }) => inserted),
    claims: jobs.flatMap(({ claims }) => claims),
    runs: jobs.flatMap(({ runs }) => runs),
    finals: jobs.flatMap(({ finals }) => finals),
    events: jobs.flatMap(({ events }) => events),
    processes: [
      processOf('P'),
      processOf('Q'),
      processOf('producer'),
      processOf('dead', { end: 'killed', endedAt: 15_000 }),
    ],
    troubles: [],
    losses: [],
    left: [],
    heldOpen: [],
    pauses: [],
    cancels: [],
    deleted: [],
    refused: [],
    slowed: [],
    entries: [],
    replacements: [],
    ticks: [],
    unlocks: [],
    remains: { jobs: [], groups: [], workers: [] },
    ...more,
  };
}
