import type { NewJob } from './job.ts';

/** When a unique key is to be had again. */
export type KeyHeldUntil = 'started' | 'finished' | 'deleted';

/** What becomes of a job whose unique key is held. */
export type OnConflict = 'skip' | 'replace' | 'restart' | 'throw';

/** How the keys of a definition are held, and what becomes of a job that meets one. */
export interface KeyRule {
  readonly until: KeyHeldUntil;
  readonly forSecs: number;
  readonly onConflict: OnConflict;
  readonly maxRestartSecs: number | null;
}

/** The unique key of a job. */
export interface JobKey extends KeyRule {
  readonly key: string;
}

/** A job that is about to be inserted unless its unique key is held; one without a key is inserted. */
export interface KeyedJob extends NewJob {
  readonly unique?: JobKey | null;
}

/** What became of a job that was submitted. */
export interface SubmitOutcome {
  /** The id of the job that does the work: the new one, or the one that holds the unique key. */
  readonly jobId: string;
  /**
   * - `enqueued`: it is a new job;
   * - `skipped`: the job that holds the key stands for it;
   * - `replaced`: that job has its payload, headers and settings of a run from now on;
   * - `restarted`: and its delay began anew as well.
   */
  readonly outcome: 'enqueued' | 'skipped' | 'replaced' | 'restarted';
}
