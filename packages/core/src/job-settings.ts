import { backoffIn, ruleIn } from './backoff-option.ts';
import type { Backoff, BackoffRule } from './model/backoff.ts';
import { MAX_ATTEMPTS, MAX_DEATHS, MAX_NAME_BYTES, MAX_PRIORITY, MAX_SECS } from './model/limits.ts';
import { type Check, checkOptions, nameOf, numberIn, unchecked, withDefaults } from './options/check-options.ts';

/**
 * How a job is run. Can be set for all jobs of a context (`jobDefaults`), for a definition, and for a single `enqueue`;
 * the nearest counts.
 */
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
   * How long a run may take, in seconds. Then its `metadata.signal` is aborted with a {@link JobTimeoutError}; what the
   * run does within `abortGraceSecs` of the context still counts. After that the attempt has failed, and its Worker
   * goes on with other jobs, though the function may still run. A job of a group keeps its slot and its group until it
   * ends, or for `jobGroupUnlockSecs`. A function that blocks the event loop cannot be timed. The process that runs the
   * job goes by its own definition.
   *
   * @defaultValue none: a run may take as long as it likes
   * @throws {@link InvalidOptionError} below 0.1 or above 100 years.
   */
  readonly maxRunSecs?: number;
  /**
   * How many times the job's process may die while the job runs without spending an attempt. A larger value forgives
   * deployments that kill; a job that kills its process then takes down that many more. Kept with the job.
   *
   * @defaultValue 0: a death spends the attempt
   * @throws {@link InvalidOptionError} if not a whole number from 0 to 1,000.
   */
  readonly maxDeaths?: number;
  /**
   * How long a failed job waits before its next attempt, where the pause should grow or be random. In place of
   * `timeoutSecs`. What an `enqueue` gives is kept with the job.
   *
   * @defaultValue none: the pause is `timeoutSecs`
   * @throws {@link InvalidOptionError} for anything but a {@link BackoffRule}, or together with `timeoutSecs`.
   */
  readonly backoff?: BackoffRule;
  /**
   * Which jobs start first, among those that a Worker may take and within a job group: the highest priority, then the
   * oldest. It never interrupts a running job. While higher ones come faster than they are worked off, lower ones wait.
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

export const JOB_DEFAULTS = {
  delaySecs: 0,
  numAttempts: 1,
  timeoutSecs: 300,
  maxDeaths: 0,
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
  maxDeaths: numberIn(0, MAX_DEATHS, 'deaths', 'whole'),
  priority: numberIn(-MAX_PRIORITY, MAX_PRIORITY, 'steps', 'whole'),
  channel: nameOf(MAX_NAME_BYTES),
};

/**
 * The settings of an object of options, checked, with its backoff as a copy that nobody else can change.
 *
 * @throws InvalidOptionError for a setting that is unknown, of the wrong type or out of range.
 */
export function checkJobDefaults(owner: string, given: JobSettings): JobSettings {
  const checked = checkOptions(owner, given, settingChecks);
  const backoff = ruleIn(owner, checked);
  return Object.freeze(backoff === undefined ? checked : { ...checked, backoff });
}

/** The pause after a failed attempt, said in one of two ways. */
interface Pause {
  readonly timeoutSecs?: number;
  readonly backoff?: Backoff<never>;
}

/**
 * What a definition goes by: what it says itself, else what its context says for all, else what is built in. Of
 * `timeoutSecs` and `backoff`, which are two ways to say one thing, the nearer counts.
 */
export function resolveSettings(
  { backoff, ...given }: Omit<JobSettings, 'backoff'> & Pause,
  { backoff: ruleOfContext, ...ofContext }: JobSettings,
): { readonly settings: ResolvedSettings; readonly backoff: Backoff<never> | undefined } {
  const own = backoffIn('JobDefinition', { backoff, timeoutSecs: given.timeoutSecs });
  const saysPause = own !== undefined || given.timeoutSecs !== undefined;
  const settings = withDefaults(withDefaults(JOB_DEFAULTS, ofContext), given);
  return { settings, backoff: saysPause ? own : ruleOfContext };
}
