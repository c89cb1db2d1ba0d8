import type { Context } from '../../context.ts';
import type { Backoff, BackoffRule } from '../../model/backoff.ts';
import type { JobMetadata } from '../../model/job-metadata.ts';
import { MAX_ATTEMPTS, MAX_GROUP_BYTES, MAX_NAME_BYTES, MAX_PRIORITY, MAX_SECS } from '../../model/limits.ts';
import type { IsGiven } from '../../model/payload/json.ts';
import {
  type Check,
  checkOptions,
  isFunction,
  nameOf,
  numberIn,
  unchecked,
  withDefaults,
} from '../../options/check-options.ts';
import { backoffIn } from './backoff-option.ts';

/** How a job is run. May be given for a definition, and once for a single `enqueue`. */
export interface JobSettings {
  /**
   * How long the job waits before it may run, in seconds, by the database's clock.
   *
   * @defaultValue 0
   * @throws {@link InvalidOptionError} below 0 or above 100 years.
   */
  readonly delaySecs?: number;
  /**
   * How many attempts the job has in all. An attempt is spent when the work function starts.
   *
   * @defaultValue 1
   * @throws {@link InvalidOptionError} if not a whole number from 1 to 1,000,000.
   */
  readonly numAttempts?: number;
  /**
   * How long a failed job waits before its next attempt, in seconds. It does not limit how long a run may take, so a low
   * value, or zero, never has two workers run the same job.
   *
   * @defaultValue 300
   * @throws {@link InvalidOptionError} below 0 or above 100 years.
   */
  readonly timeoutSecs?: number;
  /**
   * How long a run may take, in seconds. Then its `metadata.signal` is aborted with a {@link JobTimeoutError}, and what it
   * does within `abortGraceSecs` of the context counts. After that the attempt has failed, and its worker goes on with other
   * jobs, though the function may hang on; one of a job group keeps both until it ends, or for `jobGroupUnlockSecs`. A
   * function that blocks the event loop cannot be timed. The definition's is that of the process which runs the job.
   *
   * @defaultValue none: a run may take as long as it likes
   * @throws {@link InvalidOptionError} below 0.1 or above 100 years.
   */
  readonly maxRunSecs?: number;

  /**
   * How long a failed job waits before its next attempt, where that is to grow or to be drawn at random. In place of
   * `timeoutSecs`. That of an `enqueue` is kept with the job.
   *
   * @defaultValue none: the pause is `timeoutSecs`
   * @throws {@link InvalidOptionError} for what is no {@link BackoffRule}, or beside `timeoutSecs`.
   */
  readonly backoff?: BackoffRule;
  /**
   * Which jobs start first, of those that a Worker may take: the highest priority, then the oldest; within a job group too.
   * It never interrupts a running job. As long as higher ones come faster than they are worked off, lower ones wait.
   *
   * @defaultValue 0
   * @throws {@link InvalidOptionError} if not a whole number from -2,147,483,647 to 2,147,483,647.
   */
  readonly priority?: number;
  /**
   * The channel: Workers can be told to take jobs of some channels only.
   *
   * @defaultValue `DEFAULT`
   * @throws {@link InvalidOptionError} if empty or longer than 255 bytes.
   */
  readonly channel?: string;
}

interface CommonOptions<TParams> extends Omit<JobSettings, 'backoff'> {
  readonly context: Context;
  /** Tells this kind of job from others, in the whole database. At most 255 bytes. */
  readonly name: string;
  /**
   * Does the work. The attempt succeeds when it returns or resolves, and fails when it throws or rejects.
   * Delivery is at least once: make it safe to be run twice.
   */
  readonly workFunction: (payload: TParams, metadata: JobMetadata) => unknown;
  /**
   * How long a failed job waits before its next attempt, where that is to grow, to be drawn at random, or to depend on the
   * error: a rule, or a function. In place of `timeoutSecs`. The definition of the process that runs the job counts; what
   * `enqueue` says of a job goes before it.
   *
   * @defaultValue none: the pause is `timeoutSecs`
   * @throws {@link InvalidOptionError} for what is neither, or beside `timeoutSecs`.
   */
  readonly backoff?: Backoff<TParams>;
  /** The job group of a payload; without it each job has a group of its own. What it throws, `enqueue` rejects with. */
  readonly jobGroupGenerator?: (payload: TParams) => string;
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

/** The options of a {@link JobDefinition}. */
export type JobDefinitionOptions<TParams> = CommonOptions<TParams> & RepeatOptions<TParams>;

export const JOB_DEFAULTS = {
  delaySecs: 0,
  numAttempts: 1,
  timeoutSecs: 300,
  priority: 0,
  channel: 'DEFAULT',
} as const;

/** What a job is enqueued with where its `enqueue` says nothing else; `maxRunSecs` has no default. */
export type ResolvedSettings = Required<Omit<JobSettings, 'backoff' | 'maxRunSecs'>> & Pick<JobSettings, 'maxRunSecs'>;

export const settingChecks: Readonly<Record<keyof JobSettings, Check>> = {
  backoff: unchecked, // resolved where it is read: what is checked is to be what is used
  delaySecs: numberIn(0, MAX_SECS, 'seconds'),
  numAttempts: numberIn(1, MAX_ATTEMPTS, 'attempts', 'whole'),
  timeoutSecs: numberIn(0, MAX_SECS, 'seconds'),
  maxRunSecs: numberIn(0.1, MAX_SECS, 'seconds'),
  priority: numberIn(-MAX_PRIORITY, MAX_PRIORITY, 'steps', 'whole'),
  channel: nameOf(MAX_NAME_BYTES),
};

export const groupCheck: Check = nameOf(MAX_GROUP_BYTES);

type ResolvedOptions<TParams> = Omit<CommonOptions<TParams>, 'backoff'> &
  ResolvedSettings & { readonly backoff: Backoff<never> | undefined; readonly repeatSecs?: number };

/** @throws InvalidOptionError for an option that is unknown, missing, of the wrong type or out of range. */
export function resolveJobOptions<TParams>(options: JobDefinitionOptions<TParams>): ResolvedOptions<TParams> {
  const checked = checkOptions<object>('JobDefinition', options, jobChecks, ['name', 'workFunction']);
  const given = withDefaults(JOB_DEFAULTS, checked as CommonOptions<TParams> & { readonly repeatSecs?: number });
  return { ...given, backoff: backoffIn('JobDefinition', checked) };
}

const jobChecks = {
  ...settingChecks,
  context: unchecked, // checked by servicesOf
  name: nameOf(MAX_NAME_BYTES),
  workFunction: isFunction,
  jobGroupGenerator: isFunction,
  repeatSecs: numberIn(0.1, MAX_SECS, 'seconds'),
};
