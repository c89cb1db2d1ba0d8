import type { SqlSession } from '../driver/index.ts';
import type { EnqueueOverrides } from '../enqueue-overrides.ts';
import type { DefinitionOf } from '../model/definition-of.ts';
import type { JobHeaders } from '../model/extras.ts';
import type { IsGiven, JsonSafe } from '../model/payload/json.ts';
import type { JobTick } from '../model/schedule/rule.ts';

/** What `metadata.enqueueOnSuccess` takes after a definition: a job without a payload may leave it out. */
export type FollowUpArguments<TParams> = [IsGiven<TParams>] extends [never]
  ? [payload?: null | undefined, options?: EnqueueOverrides | undefined]
  : [payload: JsonSafe<TParams>, options?: EnqueueOverrides | undefined];

/**
 * What a work function is given beside its payload: a plain value that can be copied, logged and sent elsewhere. A copy
 * (`{ ...metadata }`) has neither the signals nor the functions; take those along by their names.
 */
export interface JobMetadata {
  /**
   * The job's id, as `enqueue` resolved to it. It is the same for every attempt, so it makes a good idempotency key.
   */
  readonly jobId: string;
  /** The name of its definition. */
  readonly jobName: string;
  readonly channel: string;
  /** The group that this run holds; a random UUID for a job without one. */
  readonly jobGroup: string;
  /** Which attempt this is; 1 for the first. */
  readonly attempt: number;
  /** How many attempts the job has in all. */
  readonly numAttempts: number;
  /** Its priority: higher ones start first. */
  readonly priority: number;
  /** The `headers` given to `enqueue`, the same for every attempt; frozen, and empty if none were given. */
  readonly headers: JobHeaders;
  /** When it was enqueued, by the database's clock. */
  readonly enqueuedAt: Date;
  /** The tick of the schedule that enqueued it; absent for other jobs, and for those of `repeatSecs`. */
  readonly tick?: JobTick;
  /** The `id` of the {@link Worker} that runs it. */
  readonly workerId: string;
  /**
   * Aborted when this run should end. Its `reason` is one of our errors. After a {@link LeaseLostError} the outcome no
   * longer counts; after a {@link JobTimeoutError} or a {@link WorkerStoppingError} it counts for `abortGraceSecs`.
   * Pass it to `fetch` and the like.
   */
  readonly signal: AbortSignal;
  /**
   * Aborted when `stop()` of its Worker is called, with a {@link WorkerStoppingError} as its `reason`: the time to save
   * what was done so far, and to end early. What the run then returns or throws counts as usual.
   */
  readonly stopping: AbortSignal;
  /**
   * Reports how far the job is: anything that survives JSON, up to 16 KiB of it. `context.jobs.progress` reads it. The
   * latest value counts; it is written at once, then twice a second at most. It never fails the job: a `WARNING` tells
   * of what cannot be kept.
   */
  readonly progress: (value: unknown) => void;
  /**
   * Keeps a line of text with the job, for `context.jobs.log`: its first 2,000 characters, and 1,000 lines a job.
   * Written as the progress is; it never fails the job.
   */
  readonly log: (line: string) => void;
  /**
   * Completes the job in your own transaction, made by the `from…` function of your client (`fromPg(client)`). The job
   * has succeeded if and only if that transaction commits, together with what you wrote in it. Whatever comes after the
   * commit (the function throws, its process dies, somebody cancels) changes nothing; after a rollback it is as if this
   * was never called. Call it last: the transaction holds the job's row from then on. The job's end is recorded, and
   * its group opened, after the transaction has ended.
   *
   * A second call does nothing, unless the first was rolled back. If the definition keeps results, `result` is the
   * job's; left out, it is what the work function returns.
   *
   * @throws LeaseLostError when the process has lost the job: the transaction can no longer be committed. Also when the
   *   run is over.
   * @throws InvalidOptionError for anything but a transaction of yours, and for a result that the definition does not
   *   keep.
   * @throws ResultError for a result that JSON would change, or that is too large.
   * @throws DatabaseError when the database refuses: under `repeatable read`, also where the job's row has changed
   *   since the transaction began (`40001`); then roll back, and begin anew.
   */
  readonly completeIn: (tx: SqlSession, result?: unknown) => Promise<void>;
  /**
   * Enqueues a job of another definition of this context in the transaction that records the success of this one: if
   * the attempt succeeds, and only then, whatever crashes. With {@link completeIn}, which is to be called after this,
   * in your transaction.
   *
   * Resolves to the id of that job, once it is ready to be enqueued; at the end of the run all calls are waited for. If
   * one fails, the attempt fails, even where you caught the error: what should follow cannot. At most 1,000 jobs a run.
   *
   * @throws InvalidOptionError for what is no definition of this context, an option that is wrong, and a job with a
   *   unique key.
   * @throws PayloadError as `enqueue` does.
   * @throws LeaseLostError when the run is over.
   */
  readonly enqueueOnSuccess: <TParams>(
    definition: DefinitionOf<TParams>,
    ...args: FollowUpArguments<NoInfer<TParams>>
  ) => Promise<string>;
}
