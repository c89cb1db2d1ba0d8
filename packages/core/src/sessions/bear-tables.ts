/** A moment as a client reads it: most give a Date. */
type Moment = Date;

interface CommonColumns {
  readonly id: string;
  /** In the order of enqueues. */
  readonly seq: string;
  readonly enqueued_at: Moment;
  readonly ready_at: Moment | null;
  readonly claimed_at: Moment | null;
  readonly timeout_secs: number;
  readonly attempt: number;
  readonly num_attempts: number;
  readonly fence: number;
  readonly deaths: number | null;
  readonly priority: number;
  readonly process_id: string | null;
  readonly name: string;
  readonly channel: string;
  readonly job_group: string | null;
  readonly failures: unknown;
  readonly extras: unknown;
  readonly payload: unknown;
}

/** A row of `job`: one that is not over. */
export interface JobRow extends CommonColumns {
  readonly state: 'scheduled' | 'ready' | 'blocked' | 'pending' | 'running';
  readonly run_at: Moment | null;
  readonly started: boolean;
  readonly last_error: string | null;
  readonly cancel: unknown;
}

/** A row of `finalized_job`: one that is over. */
export interface FinalizedJobRow extends CommonColumns {
  readonly outcome: 'succeeded' | 'failed' | 'cancelled';
  readonly finalized_at: Moment;
  readonly error: string | null;
  readonly result: unknown;
}

/** A row of `job_group`. */
export interface JobGroupRow {
  readonly name: string;
  readonly running: number;
  readonly locked_at: Moment | null;
}

/** A row of `process`: a program that runs Workers, for as long as it holds one lease. */
export interface ProcessRow {
  readonly id: string;
  readonly started_at: Moment;
  readonly renewed_at: Moment;
  readonly expires_at: Moment;
  readonly host: string | null;
  readonly pid: number | null;
  readonly release: string | null;
  readonly takes: unknown;
}

/** A row of the view `jobs`: a job, whether it is over or not. */
export interface JobsViewRow {
  /** Its id, as `enqueue` returned it. */
  readonly id: string;
  /** The name of its definition. */
  readonly job_name: string;
  /** Its channel. */
  readonly channel: string;
  /** Its group; null where it was given none. */
  readonly job_group: string | null;
  /** `blocked`: it waits in its group. `pending`: it is claimed, and does not run yet. */
  readonly state: 'scheduled' | 'ready' | 'blocked' | 'pending' | 'running' | 'over';
  /** How it ended; null as long as it is not over. */
  readonly outcome: 'succeeded' | 'failed' | 'cancelled' | null;
  /** Higher ones start first. */
  readonly priority: number;
  /** How many attempts it has spent. */
  readonly attempt: number;
  /** How many attempts it has in all. */
  readonly num_attempts: number;
  /** When it was enqueued. */
  readonly enqueued_at: Moment;
  /** From when on it may run; null unless it is scheduled. */
  readonly run_at: Moment | null;
  /** When it was last claimed. */
  readonly claimed_at: Moment | null;
  /** When it was over. */
  readonly finalized_at: Moment | null;
  /** The process that holds it, or that ended it. */
  readonly process_id: string | null;
  /** The error of its last failed attempt; of a cancelled job, the reason. */
  readonly error: string | null;
  /** Its payload, as it is stored: what a codec encoded is encoded here. */
  readonly payload: unknown;
  /** What is kept of what its work function returned. */
  readonly result: unknown;
  /** Its headers; null for none. */
  readonly headers: unknown;
}

/** A row of the view `queues`: the jobs of one name in one channel that are not over. */
export interface QueuesViewRow {
  /** The channel. */
  readonly channel: string;
  /** The name. */
  readonly job_name: string;
  /** How many jobs may start now. Counts are `bigint`: clients give them as a string, or as a number or a bigint where they are set so. */
  readonly ready: string | number | bigint;
  /** How many wait for their turn in their group. */
  readonly blocked: string | number | bigint;
  /** How many wait for their delay or their next attempt. */
  readonly scheduled: string | number | bigint;
  /** How many are claimed, and do not run yet. */
  readonly pending: string | number | bigint;
  /** How many run. */
  readonly running: string | number | bigint;
  /** Since when the oldest of those that are ready or blocked has been so; null for none. */
  readonly oldest_ready_at: Moment | null;
  /** When the next scheduled one is due; null for none. */
  readonly next_run_at: Moment | null;
  /** Whether everything, the channel or the name is paused. */
  readonly paused: boolean;
}

/**
 * The tables and views of a schema of BearMQ as Kysely takes them, to be read: `Kysely<BearTables>` with
 * `withSchema('_bearmq')`. They may gain columns, the views at their end; whatever changes them belongs to BearMQ alone.
 */
export interface BearTables {
  /** The views, which stay what they are whatever becomes of the tables. */
  readonly jobs: JobsViewRow;
  readonly queues: QueuesViewRow;
  readonly job: JobRow;
  readonly finalized_job: FinalizedJobRow;
  readonly job_group: JobGroupRow;
  readonly process: ProcessRow;
}
