import type { JobHeaders } from './extras.ts';

/**
 * What a work function is told beside its payload: a plain value, to be copied, logged and sent elsewhere as it is. But a
 * copy (`{ ...metadata }`) has no `signal`: take that along by its name.
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
   * Aborted when the outcome of this run will not count any more; its `reason` is one of our errors
   * ({@link LeaseLostError}). Pass it to `fetch` and the like.
   */
  readonly signal: AbortSignal;
}
