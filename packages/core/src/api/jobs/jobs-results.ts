import type { JobCount, OutcomeCount } from '../../statements/count-jobs.ts';

/** How many jobs there are. */
export interface JobCounts {
  /** Of jobs that are not over, by channel, name and state. */
  readonly unfinished: readonly JobCount[];
  /** Of jobs that ended in the last hour, by name and outcome. */
  readonly lastHour: readonly OutcomeCount[];
}

/** What became of jobs that were to be cancelled: how many there were of each. */
export interface CancelResult {
  /** They waited, and are over. */
  readonly cancelled: number;
  /** They run: their processes are told, and what becomes of them is told by events and by `get`. */
  readonly running: number;
  /** They were over already, and are as they were. */
  readonly over: number;
  readonly notFound: number;
  /** A transaction of somebody holds them, and went on to for a second: they are as they were. */
  readonly busy: number;
  /** Where to go on with the jobs of a filter; `null` where that was all. */
  readonly next: string | null;
}

/** What became of jobs that were to be retried. */
export interface RetryResult {
  readonly retried: number;
  readonly notFound: number;
  /** They are as they were. */
  readonly refused: readonly { readonly jobId: string; readonly why: 'succeeded' | 'unfinished' | 'busy' }[];
  readonly next: string | null;
}

/** What became of jobs that were to be deleted. */
export interface DeleteResult {
  readonly deleted: number;
  /** They run, and are as they were: cancel them. */
  readonly running: number;
  readonly notFound: number;
  readonly busy: number;
  readonly next: string | null;
}

/** What became of waiting jobs that were to be given another priority or channel. */
export interface ChangeResult {
  readonly changed: number;
  readonly running: number;
  readonly over: number;
  readonly notFound: number;
  readonly busy: number;
  readonly next: string | null;
}

/** What became of scheduled jobs that were to run now. */
export interface RunNowResult {
  /** They were scheduled, and are ready: they run as soon as a Worker is idle. */
  readonly promoted: number;
  /** They were not scheduled: they wait for something else, and are as they were. */
  readonly waiting: number;
  readonly running: number;
  readonly over: number;
  readonly notFound: number;
  /** A transaction of somebody holds them, and went on to for a second: they are as they were. */
  readonly busy: number;
  readonly next: string | null;
}
