import type { JobHeaders } from './extras.ts';

/**
 * What a work function is told beside its payload: a plain value, to be copied, logged and sent elsewhere as it is. But a
 * copy (`{ ...metadata }`) has no `signal` and no `stopping`: take them along by their names.
 */
export interface JobMetadata {
  /** The job's id, as `enqueue` resolved to it. The same for every attempt: a good key for being idempotent. */
  readonly jobId: string;
  /** The name of its definition. */
  readonly jobName: string;
  readonly channel: string;
  /** The group whose lock this run holds; for a job without one of its own choosing, a random UUID. */
  readonly jobGroup: string;
  /** Which attempt this is; 1 for the first. */
  readonly attempt: number;
  /** How many attempts the job has in all. */
  readonly numAttempts: number;
  /** Its priority: higher ones start first. */
  readonly priority: number;
  /** What `enqueue` was given as `headers`, the same for every attempt; frozen, and empty where it was given none. */
  readonly headers: JobHeaders;
  /** When it was enqueued, by the database's clock. */
  readonly enqueuedAt: Date;
  /** The `id` of the {@link Worker} that runs it. */
  readonly workerId: string;
  /**
   * Aborted when this run is to end. Its `reason` is one of our errors: {@link LeaseLostError}, its outcome will not count any
   * more; {@link JobTimeoutError} and {@link WorkerStoppingError}, it counts for `abortGraceSecs`. Pass it to `fetch` and the
   * like.
   */
  readonly signal: AbortSignal;
  /**
   * Aborted when `stop()` of the Worker that runs it is called, with a {@link WorkerStoppingError} as its `reason`: time to
   * keep what was done so far, and to end early. What the run then returns or throws counts as ever.
   */
  readonly stopping: AbortSignal;
}
