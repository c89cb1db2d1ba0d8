import type { BackoffRule } from 'bearmq';

/** What a job is to be and to do; the whole of it is known before it is enqueued. */
export interface Plan {
  /** Names the job before it has an id, and stays with it: a part of its payload. */
  readonly key: string;
  readonly how: 'alone' | 'many' | 'transaction';
  readonly name: string;
  readonly channel: string;
  readonly group: string | null;
  readonly delaySecs: number;
  readonly numAttempts: number;
  readonly timeoutSecs: number;
  readonly task: Task;
  /** Its unique key; `null` where its name has none. */
  readonly unique: string | null;
  readonly priority: number;
  /** In place of `timeoutSecs`, where there is one. */
  readonly backoff: Required<BackoffRule> | null;
  readonly maxRunSecs: number | null;
}

/** What a work function does with a job. */
export interface Task {
  /**
   * `work`: takes `ms`, then fails in the first `fails` attempts. The others do something else in the first attempt:
   * `hang`: never returns; `give up`: never would, but for a time limit of its own; `block`: keeps the event loop busy for
   * `ms`; `throw`: throws what is no error; `leak`: leaves a promise behind that rejects; `transact`: has a transaction
   * of its own on a connection of the process's pool for `ms`; `snooze`: puts itself off for `ms`, once or several times;
   * `overrun`: goes on for `ms`, whatever it is told.
   *
   * In every attempt: `lead`: as `work`, and leaves a job to be enqueued with its success; `complete`: likewise, and writes an
   * entry and completes itself in one transaction, which takes `ms`, and which the first `fails` attempts roll back;
   * `complete late`: likewise, and throws after the commit.
   */
  readonly does:
    | 'work'
    | 'hang'
    | 'give up'
    | 'block'
    | 'throw'
    | 'leak'
    | 'transact'
    | 'snooze'
    | 'overrun'
    | 'lead'
    | 'complete'
    | 'complete late';
  readonly ms: number;
  readonly fails: number;
}

export type Outcome = 'succeeded' | 'failed' | 'aborted' | 'snoozed';

/** How a process reaches the database. */
export interface Reach {
  readonly way: 'direct' | 'linked' | 'pooled';
  readonly wakeUp: 'auto' | 'poll';
  readonly statementTimeoutMs: number | null;
}

/** What is out of order: the server, the link, or sessions that the server ended. */
export type Troubled = 'server' | 'link' | 'sessions';

/** What an operator pauses. */
export type Paused =
  | { readonly channel: string }
  | { readonly jobName: string }
  | { readonly jobGroup: string }
  | 'everything';

/** What an operator was told of a job that it cancelled. */
export type Cancelled = 'cancelled' | 'running' | 'over' | 'notFound' | 'busy';

/** What became of a job whose key another had. */
export type Met = 'skipped' | 'replaced' | 'restarted';

/** A fact as it is told; the ledger adds who tells it, and when. */
export type Telling =
  | { readonly kind: 'call'; readonly plan: Plan }
  /** The call resolved, or, for a transaction of the caller's, the commit. */
  | { readonly kind: 'committed'; readonly key: string; readonly jobId: string }
  /**
   * Likewise, but another job had its unique key, and stands for it, with its own payload or this one's: `jobId`. `commitAt` is the latest moment at which the
   * commit cannot have come about yet.
   */
  | {
      readonly kind: 'met';
      readonly key: string;
      readonly jobId: string;
      readonly became: Met;
      readonly commitAt: number;
    }
  /** The transaction was rolled back, or the server refused the statement: nothing may be left of it. */
  | { readonly kind: 'undone'; readonly key: string; readonly why: string }
  /** The connection was lost: it was enqueued or not. */
  | { readonly kind: 'unknown'; readonly key: string; readonly why: string }
  | {
      readonly kind: 'begin';
      readonly run: string;
      readonly jobId: string;
      readonly key: string | null;
      readonly attempt: number;
      readonly group: string;
    }
  | { readonly kind: 'abort'; readonly run: string; readonly jobId: string; readonly why: string }
  /** The transaction in which a run has completed its job is committed. */
  | { readonly kind: 'completed'; readonly run: string; readonly jobId: string }
  | { readonly kind: 'end'; readonly run: string; readonly jobId: string; readonly outcome: Outcome }
  | {
      readonly kind: 'event';
      readonly type: string;
      readonly jobId?: string;
      readonly attempt?: number;
      readonly group?: string;
      readonly text?: string;
    }
  | {
      readonly kind: 'spawn';
      readonly process: string;
      readonly role: string;
      readonly pid: number;
      readonly reach: Reach;
    }
  | { readonly kind: 'exit'; readonly process: string; readonly how: ProcessEnd; readonly text: string }
  /** `stop()` rejected, since the database did not take it: the lease has to run out. */
  | { readonly kind: 'stop refused'; readonly why: string }
  /** It stops, and waits for what runs no longer than that. */
  | { readonly kind: 'stopping'; readonly waitSecs: number }
  /** Its `stop()` has left that job behind. */
  | { readonly kind: 'still running'; readonly jobId: string }
  | { readonly kind: 'freeze' | 'thaw'; readonly process: string }
  /** Who tells it has all connections of its pool used otherwise for so long. */
  | { readonly kind: 'hog'; readonly ms: number }
  /** Who tells it keeps a transaction open for so long, in which it has enqueued jobs. */
  | { readonly kind: 'held open'; readonly ms: number }
  /** Its connections to the server stand on when it is killed. */
  | { readonly kind: 'kept'; readonly process: string }
  /** The event loop of who tells it had not turned for so long. */
  | { readonly kind: 'lag'; readonly ms: number }
  | { readonly kind: 'trouble'; readonly id: number; readonly of: Troubled; readonly phase: 'begins' | 'ends' }
  /** Some of what was committed between two moments is gone. */
  | { readonly kind: 'lost'; readonly from: number; readonly to: number }
  /** It was still to be done when faults were over, and no orchestrator was there. */
  | { readonly kind: 'left'; readonly jobId: string; readonly state: string }
  /** A pause or a resume is called, or has resolved. */
  | { readonly kind: 'pausing' | 'paused' | 'resuming' | 'resumed'; readonly what: Paused }
  /** A job is to be cancelled, or the call has resolved. */
  | { readonly kind: 'cancelling'; readonly jobId: string }
  | { readonly kind: 'cancel told'; readonly jobId: string; readonly became: Cancelled }
  | { readonly kind: 'fault'; readonly fault: string; readonly text: string }
  /** Both clocks at one moment, to translate the server's times. */
  | { readonly kind: 'clock' };

/** `stopped`: when asked, all its work done; `killed`: by us; `died`: by itself. */
export type ProcessEnd = 'stopped' | 'killed' | 'died';

export type Fact = Telling & {
  /** The process that tells it. */
  readonly by: string;
  /** When, by the machine's monotonic clock, in milliseconds. */
  readonly at: number;
  /** The time of day where it was told, in milliseconds: of a process whose clock is wrong, the wrong one. */
  readonly wall: number;
};
