import type { Context } from '../../context.ts';
import type { SqlSession } from '../../driver/index.ts';
import { InvalidOptionError } from '../../errors.ts';
import { describe } from '../../messages.ts';
import type { JobHeaders } from '../../model/extras.ts';
import type { JobMetadata } from '../../model/job-metadata.ts';
import { MAX_ATTEMPTS, MAX_GROUP_BYTES, MAX_JOBS_PER_CALL, MAX_NAME_BYTES, MAX_SECS } from '../../model/limits.ts';
import type { IsGiven, JsonSafe } from '../../model/payload/json.ts';
import {
  type Check,
  checkOptions,
  hasMethods,
  isFunction,
  nameOf,
  numberIn,
  readSafely,
  unchecked,
  withDefaults,
} from '../../options/check-options.ts';

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
   * The channel: Workers can be told to take jobs of some channels only.
   *
   * @defaultValue `DEFAULT`
   * @throws {@link InvalidOptionError} if empty or longer than 255 bytes.
   */
  readonly channel?: string;
}

/** What a single `enqueue` may say differently from its definition. */
export interface EnqueueOverrides extends JobSettings {
  /**
   * The job group, in place of the generated one: at most one job of a group runs at a time, first in first out.
   *
   * @throws {@link InvalidOptionError} if empty or longer than 1,024 bytes.
   */
  readonly jobGroup?: string;
  /**
   * Texts by name that go with the job beside its payload, for whoever runs it: `metadata.headers`. A trace's context, or
   * a tenant. Stored as they are, and shown to all who may read jobs.
   *
   * @defaultValue none
   * @throws {@link InvalidOptionError} if not a plain object of strings; above 8 KiB of JSON in all; for a name that is
   *   empty, longer than 255 bytes, or begins with `bearmq.`.
   */
  readonly headers?: JobHeaders;
}

/** What `enqueue` and `enqueueMany` may be told beside what each job may say differently. */
export interface TransactionOption {
  /**
   * Your own open transaction, made by the `from…` function of your client (`fromPg(client)`): the jobs are inserted in
   * it, become visible and are notified with its commit, and are gone with its rollback. Workers are not told sooner,
   * and no `JOB_DEFINITION_JOB_ENQUEUE` is emitted: only you know whether it committed.
   */
  readonly tx?: SqlSession;
}

/** The second argument of `enqueueMany`. */
export interface EnqueueManyOptions extends TransactionOption {
  /** The headers of all jobs that have none of their own. They are sent once for each statement. */
  readonly headers?: JobHeaders;
}

/** The second argument of `enqueue`. */
export interface EnqueueOptions extends EnqueueOverrides, TransactionOption {}

/** One job for `enqueueMany`: its payload, and what it says differently from its definition. */
export type EnqueueItem<TParams> = EnqueueOverrides &
  ([IsGiven<TParams>] extends [never] ? { readonly payload?: null } : { readonly payload: JsonSafe<TParams> });

interface CommonOptions<TParams> extends JobSettings {
  readonly context: Context;
  /** Tells this kind of job from others, in the whole database. At most 255 bytes. */
  readonly name: string;
  /**
   * Does the work. The attempt succeeds when it returns or resolves, and fails when it throws or rejects.
   * Delivery is at least once: make it safe to be run twice.
   */
  readonly workFunction: (payload: TParams, metadata: JobMetadata) => unknown;
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

export const JOB_DEFAULTS = { delaySecs: 0, numAttempts: 1, timeoutSecs: 300, channel: 'DEFAULT' } as const;

/** Settings with nothing left out but what has no default. */
export type ResolvedJobSettings = Required<Omit<JobSettings, 'maxRunSecs'>> & Pick<JobSettings, 'maxRunSecs'>;

const settingChecks: Readonly<Record<keyof JobSettings, Check>> = {
  delaySecs: numberIn(0, MAX_SECS, 'seconds'),
  numAttempts: numberIn(1, MAX_ATTEMPTS, 'attempts', 'whole'),
  timeoutSecs: numberIn(0, MAX_SECS, 'seconds'),
  maxRunSecs: numberIn(0.1, MAX_SECS, 'seconds'),
  channel: nameOf(MAX_NAME_BYTES),
};

export const groupCheck: Check = nameOf(MAX_GROUP_BYTES);

/** @throws InvalidOptionError for an option that is unknown, missing, of the wrong type or out of range. */
export function resolveJobOptions<TParams>(
  options: JobDefinitionOptions<TParams>,
): CommonOptions<TParams> & ResolvedJobSettings & { readonly repeatSecs?: number } {
  const checked = checkOptions<object>('JobDefinition', options, jobChecks, ['name', 'workFunction']);
  return withDefaults(JOB_DEFAULTS, checked as CommonOptions<TParams> & { readonly repeatSecs?: number });
}

const jobChecks = {
  ...settingChecks,
  context: unchecked, // checked by servicesOf
  name: nameOf(MAX_NAME_BYTES),
  workFunction: isFunction,
  jobGroupGenerator: isFunction,
  repeatSecs: numberIn(0.1, MAX_SECS, 'seconds'),
};

const isSession = hasMethods(
  ['run'],
  "must be your transaction as your client's from… function gives it, such as fromPg(client)",
);
// Headers are checked where they are read: once, for what is checked is to be what is stored.
const overrideChecks = { ...settingChecks, jobGroup: groupCheck, headers: unchecked };
const enqueueChecks = { ...overrideChecks, tx: isSession };
const itemChecks = { ...overrideChecks, payload: unchecked };

/** @throws InvalidOptionError likewise. */
export function checkEnqueueOptions(options: EnqueueOptions): EnqueueOptions {
  return checkOptions('enqueue', options, enqueueChecks);
}

/** An item of `enqueueMany` as it was when it was checked. */
export type CheckedItem = EnqueueOverrides & { readonly payload?: unknown };

/** @throws InvalidOptionError likewise; it names the item. */
export function checkEnqueueItem(items: readonly unknown[], index: number): CheckedItem {
  const owner = `enqueueMany[${index}]`;
  const item = readSafely(owner, () => items[index]);
  return readSafely(owner, () => onlyPayloadOf(item)) ?? checkOptions(owner, item as object, itemChecks);
}

/** What nearly all items are: a payload, and nothing else to be checked. With it a bulk call costs its client a tenth less. */
function onlyPayloadOf(item: unknown): CheckedItem | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  const keys = Object.keys(item);
  return keys.length === 1 && keys[0] === 'payload' ? { payload: (item as CheckedItem).payload } : undefined;
}

/** @throws InvalidOptionError likewise. */
export function checkEnqueueManyOptions(options: EnqueueManyOptions): EnqueueManyOptions {
  return checkOptions('enqueueMany', options, { headers: unchecked, tx: isSession });
}

/** @throws InvalidOptionError for what is no list, or too long a one. */
export function checkItemCount(items: unknown): void {
  const count = readSafely('enqueueMany', () => (Array.isArray(items) ? items.length : undefined));
  if (count === undefined) throw new InvalidOptionError('enqueueMany', `takes a list of jobs, got ${describe(items)}`);
  if (count <= MAX_JOBS_PER_CALL) return;
  const problem = `takes at most ${MAX_JOBS_PER_CALL} jobs in one call, got ${count}; make several calls`;
  throw new InvalidOptionError('enqueueMany', problem);
}
