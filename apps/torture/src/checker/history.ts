import type { Cancelled, Met, Outcome, Paused, Plan, ProcessEnd, Reach, Troubled } from '../ledger/facts.ts';
import type { Deleted, Entry, KeptFailure, Replacement, Tick, Unlock } from './witnessed-rows.ts';

// All times are of the machine's monotonic clock, in milliseconds; those that the database told are translated.

/** A job that a producer tried to enqueue. */
export interface Enqueue extends Plan {
  readonly by: string;
  readonly calledAt: number;
  /** `met`: another job had its unique key, and stands for it. */
  readonly fate: 'committed' | 'met' | 'undone' | 'unknown';
  readonly committedAt: number | null;
  /** Its own; of one that was met, that of the other. */
  readonly jobId: string | null;
  /** What became of one that was met. */
  readonly became?: Met | null;
  /** Of one that was met: when its commit cannot have come about yet. */
  readonly commitAt: number | null;
}

/** A work function's call. */
export interface Run {
  readonly run: string;
  readonly jobId: string;
  /** What its payload said; `null` for a tick. */
  readonly key: string | null;
  readonly attempt: number;
  /** As its metadata said; of a job without one, a random name. */
  readonly group: string;
  readonly process: string;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly outcome: Outcome | null;
  readonly abortedAt: number | null;
  /** When it knew that the transaction in which it has completed its job is committed. */
  readonly completedAt?: number | null;
  /** Why its signal was aborted: the reason's name and words. */
  readonly abortedBy?: string | null;
}

/** One claim of one job by one process, as the database saw it. */
export interface Claim {
  readonly jobId: string;
  /** The fence: rises with each claim of the job. */
  readonly fence: number;
  readonly process: string;
  /** The lease that it was made under. */
  readonly lease: string;
  /** Which attempt a run under this claim is. */
  readonly attempt: number;
  readonly at: number;
  /** When it counts as made: what rates are reckoned by. The server's own time, not translated. */
  readonly startAt: number;
  /** Claims with the same number were made by one statement. */
  readonly tx: string;
  readonly endedAt: number | null;
  /**
   * `returned`: by the process that held it, to be run again; `taken back`: by a rescue or a reconciliation; `deleted`:
   * its job was deleted by hand.
   */
  readonly end: 'finalized' | 'returned' | 'taken back' | 'deleted' | null;
  /** Whether the attempt was spent when the claim ended. */
  readonly isSpent: boolean;
  /** Of one that was taken back: whether its lease had run out. */
  readonly isLeaseOver: boolean;
}

/** A row that was inserted, and committed. */
export interface Inserted {
  readonly jobId: string;
  /** `null` for a tick. */
  readonly key: string | null;
  readonly name: string;
  /** The job whose failure it tells of; `null` for one that is enqueued by a producer, and for a tick. */
  readonly failedId?: string | null;
  /** The job that has left it to be enqueued with its success; `null` for all others. */
  readonly leaderId?: string | null;
  /** The tick of a schedule; `null` for other jobs, those of `repeatSecs` among them. In the server's own time. */
  readonly tick: { readonly key: string; readonly dueAtMs: number } | null;
  readonly at: number;
}

export interface Final {
  readonly jobId: string;
  readonly outcome: string;
  readonly attempt: number;
  readonly numAttempts: number;
  readonly failures?: readonly KeptFailure[];
  readonly at: number;
}

export interface Event {
  readonly at: number;
  readonly process: string;
  readonly type: string;
  readonly jobId: string | null;
  readonly attempt: number | null;
  readonly group: string | null;
  readonly text: string | null;
}

/** Those of them that tell of an attempt that was given back. */
export const UNSPENT: readonly string[] = ['WORKER_JOB_RELEASE', 'WORKER_JOB_SNOOZE'];

/** The types of events by which a process tells that the end of a claim was recorded. */
export const RECORDED = [
  'WORKER_JOB_RUN_SUCCESS',
  'WORKER_JOB_RUN_ERROR',
  'WORKER_JOB_EXPIRE',
  'WORKER_JOB_RELEASE',
  'WORKER_JOB_CANCEL',
  'WORKER_JOB_SNOOZE',
] as const;

export interface Process {
  readonly name: string;
  readonly role: string;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly end: ProcessEnd | null;
  /**
   * Its `stop()` was refused by the database, or it had asked for a lease, was not answered, and took another: the request
   * may have come late. Such a lease is left to run out.
   */
  readonly mayLeaveLease: boolean;
  /** When it was told to wait for what runs no longer than so many seconds, and what its `stop()` left behind. */
  readonly haste?: { readonly at: number; readonly waitSecs: number } | null;
  readonly stillRunning?: readonly string[];
  readonly reach: Reach;
  /** Its connections to the server stood on when it was killed. */
  readonly isKept: boolean;
  /** When something else had all connections of its pool. */
  readonly hogs: readonly Interval[];
  /** When it had no processor. */
  readonly frozen: readonly Interval[];
  /** When its event loop did not turn for long, as it wrote down itself. */
  readonly lags: readonly Interval[];
}

export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** A way to the database was out of order, or connections ended at one moment. */
export interface Trouble extends Interval {
  readonly of: Troubled;
}

/** A pause, from when it had resolved to when a resume of the same was called. */
export interface Pause extends Interval {
  readonly what: Paused;
  readonly process: string;
}

/** That somebody cancelled a job; with `null`, the call was not answered. */
export interface Cancel {
  readonly jobId: string;
  readonly process: string;
  readonly calledAt: number;
  readonly toldAt: number | null;
  readonly became: Cancelled | null;
}

/** What was still in the database when all was to be over. */
export interface Remains {
  /** Ids of jobs that are not finalized, and their state. */
  readonly jobs: readonly { readonly jobId: string; readonly state: string }[];
  readonly groups: readonly { readonly name: string; readonly running: number }[];
  /** Leases, and whose they are. */
  readonly workers: readonly { readonly lease: string; readonly process: string | null }[];
}

/** What the database saw, and what is in it at the end. Times are in milliseconds. */
export interface Witnessed {
  readonly inserted: readonly Inserted[];
  readonly claims: readonly Claim[];
  readonly entries: readonly Entry[];
  readonly replacements: readonly Replacement[];
  readonly ticks: readonly Tick[];
  readonly unlocks: readonly Unlock[];
  readonly deleted: readonly Deleted[];
  /** Jobs of which the database refused to record the end. */
  readonly refused: readonly (Interval & { readonly jobId: string })[];
  /** Processes for which it took its time to record an end. */
  readonly slowed: readonly (Interval & { readonly process: string })[];
  readonly finals: readonly Final[];
  readonly remains: Remains;
}

/** All that happened, from every side that was there to see it. */
export interface History extends Witnessed {
  readonly settings: {
    readonly leaseSecs: number;
    readonly blockedSecs: number;
    readonly groupUnlockSecs: number;
    readonly repeatSecs: number;
    /** How long a run that was told to end is waited for. */
    readonly graceSecs: number;
  };
  readonly enqueues: readonly Enqueue[];
  readonly runs: readonly Run[];
  readonly events: readonly Event[];
  readonly processes: readonly Process[];
  readonly troubles: readonly Trouble[];
  /** When transactions were kept open in which jobs were enqueued: what these met does not start meanwhile. */
  readonly heldOpen: readonly Interval[];
  readonly pauses: readonly Pause[];
  readonly cancels: readonly Cancel[];
  /** What was committed meanwhile may be gone, from some moment on. */
  readonly losses: readonly Interval[];
  /** What nobody had done when faults were over and no orchestrator was there any more, and its state. */
  readonly left: readonly { readonly jobId: string; readonly state: string }[];
}

/** Times that the database told are translated from its time of day, which has whole milliseconds at our end. */
export const TRANSLATION_MS = 3;
