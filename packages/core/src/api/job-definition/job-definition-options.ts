import { type JobSettings, settingChecks } from '../../job-settings.ts';
import type { Backoff } from '../../model/backoff.ts';
import type { JobHeaders } from '../../model/extras.ts';
import type { Limits } from '../../model/job-limits.ts';
import { MAX_GROUP_BYTES, MAX_NAME_BYTES, MAX_SECS } from '../../model/limits.ts';
import type { IsGiven, JsonSafe, NotJson } from '../../model/payload/json.ts';
import type { Rate } from '../../model/rate.ts';
import type { StandardSchema } from '../../model/standard-schema.ts';
import {
  type Check,
  checkOptions,
  isFunction,
  nameOf,
  numberIn,
  oneOf,
  unchecked,
} from '../../options/check-options.ts';
import type { ContextBase as Context } from '../../services/context-base.ts';
import type { JobMetadata } from '../../services/job-metadata.ts';
import { laneLimitChecks, limitsIn } from '../limits/limits-options.ts';
import { contractChecks, type Upcasters } from './payload-contract.ts';
import type { ScheduleOptions } from './schedule-options.ts';
import { type ResolvedUnique, type UniqueOptions, uniqueIn } from './unique-option.ts';

/** What a schedule's jobs have that differs from their definition. */
type ScheduledJobSettings = JobSettings &
  ScheduleOptions & { readonly jobGroup?: string; readonly headers?: JobHeaders };

/** A schedule: when its ticks are due, the payload of their jobs, and what these have that differs from their definition. */
export type ScheduleSpec<TParams = null> = ScheduledJobSettings &
  ([IsGiven<TParams>] extends [never] ? { readonly payload?: null } : { readonly payload: JsonSafe<TParams> });

interface CommonOptions<TInput, TOutput, TReturn = unknown> extends Omit<JobSettings, 'backoff'> {
  /** The context in whose schema its jobs are. */
  readonly context: Context;
  /** Identifies this kind of job in the whole database. At most 255 bytes. */
  readonly name: string;
  /**
   * Does the work. The attempt succeeds when it returns or resolves, and fails when it throws or rejects.
   * Delivery is at least once: make it safe to be run twice.
   *
   * @defaultValue none: the definition can enqueue, and not be registered
   */
  readonly workFunction?: (payload: TOutput, metadata: JobMetadata) => TReturn;
  /**
   * How long a failed job waits before its next attempt, where the pause should grow, be random, or depend on the
   * error: a rule or a function. In place of `timeoutSecs`. The process that runs the job goes by its own definition;
   * what `enqueue` says of a job goes before it.
   *
   * @defaultValue none: the pause is `timeoutSecs`
   * @throws {@link InvalidOptionError} for what is neither, or beside `timeoutSecs`.
   */
  readonly backoff?: Backoff<TOutput>;
  /**
   * Makes the job group of a payload; without it each job has a group of its own. If it throws, `enqueue` rejects with
   * that.
   */
  readonly jobGroupGenerator?: (payload: TInput) => string;
  /**
   * The version of the payloads that this release makes and expects. Jobs with an older one go through `upcast`; a job
   * with a newer one is left to processes that know it, its attempt not spent.
   *
   * @defaultValue 1
   * @throws {@link InvalidOptionError} if not a whole number from 1 to 1,000,000.
   */
  readonly payloadVersion?: number;
  /**
   * Turns a payload of one version into the next: `{ 1: (old) => ({ ...old, currency: 'EUR' }) }` takes those of
   * version 1. Applied step by step; a version without a function needs no change. If one throws, the job has failed
   * for good.
   *
   * @throws {@link InvalidOptionError} for a version that is not older than `payloadVersion`.
   */
  readonly upcast?: Upcasters;
  /**
   * Allows one job with the same key at a time. Says how long the key is held, and what becomes of another job with it:
   * its `enqueue` is skipped, or changes what the first one does. Not for a definition that repeats.
   *
   * @defaultValue none: every `enqueue` makes a job
   * @throws {@link InvalidOptionError} for anything but {@link UniqueOptions}, and together with `repeatSecs`.
   */
  readonly unique?: UniqueOptions<TInput>;
  /**
   * When to enqueue jobs without being asked: by the clock of a place (`cron`), or at an interval. Needs an
   * orchestrator in whose context the definition is registered. A schedule that is no longer declared here is deleted
   * when the definition is registered.
   *
   * @throws {@link InvalidOptionError} for more than 100, and for what is wrong in one of them.
   */
  readonly schedules?: readonly ScheduleSpec<TInput>[];
  /**
   * How many jobs of this name may run at a time, in all processes together. A claimed job counts until its outcome is
   * recorded. Written at `register`, like the three limits below; what `context.limits` sets goes before it.
   *
   * @defaultValue none
   * @throws {@link InvalidOptionError} if not a whole number from 1 to 1,000,000.
   */
  readonly concurrency?: number;
  /**
   * How many jobs of this name may start within a stretch of time, in all processes together: never more than `max`
   * within any `perSecs` seconds.
   *
   * @defaultValue none
   * @throws {@link InvalidOptionError} for what is no {@link Rate}.
   */
  readonly rateLimit?: Rate;
  /**
   * How many jobs of a group may run at a time, for groups with jobs of this name. They start in order, and may end in
   * another.
   *
   * @defaultValue 1
   * @throws {@link InvalidOptionError} if not a whole number from 1 to 1,000,000.
   */
  readonly groupConcurrency?: number;
  /**
   * How many jobs of each group may start within a stretch of time.
   *
   * @defaultValue none
   * @throws {@link InvalidOptionError} for what is no {@link Rate}.
   */
  readonly groupRateLimit?: Rate;
}

/** Only a definition without a payload may repeat. */
type RepeatOptions<TParams> = [IsGiven<TParams>] extends [never]
  ? {
      /**
       * Enqueues the job again and again, this many seconds apart, by the database's clock. Needs an orchestrator.
       *
       * @throws {@link InvalidOptionError} below 0.1 or above 100 years.
       */
      readonly repeatSecs?: number;
    }
  : { readonly repeatSecs?: { readonly 'a job that repeats has no payload: let its work function take null': never } };

/** The options of a {@link JobDefinition}, but for those that name another one. */
export type DefinitionOptions<TParams> = CommonOptions<TParams, TParams> &
  RepeatOptions<TParams> &
  Discarding & { readonly payloadSchema?: undefined };

interface Discarding {
  /**
   * What becomes of what the work function returns. `keep` keeps it with the job, for {@link JobDefinition.result} and
   * {@link JobDefinition.enqueueAndWait}; it must then survive JSON, and have at most 1 MiB of it.
   *
   * @defaultValue `discard`
   */
  readonly result?: 'discard';
}

/** What a function returns that returns nothing. */
type NoResult = ReturnType<() => void> | undefined;

interface Keeping<TResult> {
  /** See {@link Discarding.result}. */
  readonly result: [Exclude<TResult, NoResult>] extends [JsonSafe<Exclude<TResult, NoResult>>]
    ? 'keep'
    : NotJson<TResult>;
}

/** The options of a {@link JobDefinition} that keeps results, but for those that name another one. */
export type KeepingOptions<TParams, TResult> = CommonOptions<TParams, TParams, TResult | Promise<TResult>> &
  RepeatOptions<TParams> &
  Keeping<TResult> & { readonly payloadSchema?: undefined };

/** Likewise, with a schema. */
export type KeepingSchemaOptions<TInput, TOutput, TResult> = CommonOptions<
  TInput,
  TOutput,
  TResult | Promise<TResult>
> &
  Keeping<TResult> & { readonly payloadSchema: StandardSchema<TInput, TOutput> };

/** Those of one whose payloads have a schema, which its types are inferred from. */
export type DefinitionWithSchemaOptions<TInput, TOutput> = CommonOptions<TInput, TOutput> &
  Discarding & {
    /**
     * A schema of zod, valibot, arktype or another library that follows Standard Schema. `enqueue` checks with it, and stores what
     * it was given; a run checks again, and the work function gets what the schema makes of it. A payload that does not fit
     * then ends the job as failed, whatever attempts are left.
     *
     * @defaultValue none
     * @throws {@link InvalidOptionError} for what is no such schema.
     */
    readonly payloadSchema: StandardSchema<TInput, TOutput>;
  };

export const groupCheck: Check = nameOf(MAX_GROUP_BYTES);

/** Which version payloads have where a definition says nothing else. */
export const PAYLOAD_VERSION = 1;

/** What a definition was given, checked, and nothing more: what it does not say is said elsewhere. */
type CheckedOptions = Omit<CommonOptions<never, never>, 'unique' | keyof Limits> &
  Record<'limits', Limits | undefined> & {
    readonly unique: ResolvedUnique | undefined;
    readonly payloadSchema?: StandardSchema;
    readonly repeatSecs?: number;
    readonly onFailure?: unknown;
    readonly result?: 'discard' | 'keep';
  };

/** @throws InvalidOptionError for an option that is unknown, missing, of the wrong type or out of range. */
export function checkDefinition(options: object): CheckedOptions {
  const checked = checkOptions<object>('JobDefinition', options, jobChecks, ['name']) as CommonOptions<never, never>;
  const { concurrency, rateLimit, groupConcurrency, groupRateLimit, ...others } = checked;
  return { ...others, unique: uniqueIn(checked), limits: limitsIn('JobDefinition', checked) };
}

const jobChecks = {
  ...settingChecks,
  ...laneLimitChecks,
  context: unchecked, // checked by servicesOf
  name: nameOf(MAX_NAME_BYTES),
  workFunction: isFunction,
  result: oneOf('discard', 'keep'),
  jobGroupGenerator: isFunction,
  onFailure: unchecked, // checked by who can tell a definition
  schedules: unchecked, // checked where their payloads are encoded
  repeatSecs: numberIn(0.1, MAX_SECS, 'seconds'),
  ...contractChecks,
  unique: unchecked, // resolved where it is read, as a copy
};
