import type { InvalidOptionError } from '../../errors.ts';
import type { FailedJob } from '../../model/failed-job.ts';
import type { IsGiven, JsonSafe } from '../../model/payload/json.ts';
import type { EnqueueAndWaitOptions, EnqueueOptions } from './enqueue-options.ts';
import type { JobDefinition } from './job-definition.ts';
import type {
  DefinitionOptions,
  DefinitionWithSchemaOptions,
  KeepingOptions,
  KeepingSchemaOptions,
} from './job-definition-options.ts';

interface FailureOption<TParams> {
  /**
   * The definition of a job that is enqueued when one of these has failed for good, with a {@link FailedJob} as its
   * payload and the headers of the failed job. It is inserted in the transaction that records the failure, so there is
   * exactly one for each failed job, whatever crashes. It must be of the same context, and be registered where such
   * jobs should run. Its own `onFailure` is not asked.
   *
   * @defaultValue none
   * @throws {@link InvalidOptionError} for anything but a definition of the same context.
   */
  readonly onFailure?: JobDefinition<FailedJob<NoInfer<TParams>>, FailedJob<NoInfer<TParams>>, unknown>;
}

/** The options of a {@link JobDefinition}. */
export type JobDefinitionOptions<TParams> = DefinitionOptions<TParams> & FailureOption<TParams>;

/** The options of a {@link JobDefinition} whose payloads have a schema, which its types are inferred from. */
export type SchemaDefinitionOptions<TInput, TOutput> = DefinitionWithSchemaOptions<TInput, TOutput> &
  FailureOption<TInput>;

/** The options of a {@link JobDefinition} that keeps what its work function returns: `result: 'keep'`. */
export type KeepingDefinitionOptions<TParams, TResult> = KeepingOptions<TParams, TResult> & FailureOption<TParams>;

/** Likewise, where its payloads have a schema. */
export type KeepingSchemaDefinitionOptions<TInput, TOutput, TResult> = KeepingSchemaOptions<TInput, TOutput, TResult> &
  FailureOption<TInput>;

/** The arguments of {@link JobDefinition.enqueueAndWait}: a job without a payload may leave it out. */
export type EnqueueAndWaitArguments<TParams> = [IsGiven<TParams>] extends [never]
  ? [payload?: null | undefined, options?: EnqueueAndWaitOptions | undefined]
  : [payload: JsonSafe<TParams>, options?: EnqueueAndWaitOptions | undefined];

/** The arguments of {@link JobDefinition.enqueue}: a job without a payload may leave it out. */
export type EnqueueArguments<TParams> = [IsGiven<TParams>] extends [never]
  ? [payload?: null | undefined, options?: EnqueueOptions | undefined]
  : [payload: JsonSafe<TParams>, options?: EnqueueOptions | undefined];
