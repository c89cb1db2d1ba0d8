import { InvalidOptionError } from '../../errors.ts';
import { describe } from '../../messages.ts';
import { MAX_KEY_BYTES, MAX_SECS } from '../../model/limits.ts';
import type { JobKey, KeyHeldUntil, KeyRule, OnConflict } from '../../model/unique.ts';
import { type Check, checkOptions, nameOf, numberIn, oneOf } from '../../options/check-options.ts';

/** Of which jobs of a definition there may be only one at a time, and for how long. */
export interface UniqueOptions<TParams> {
  /**
   * A text, or a function that makes a text of the payload: two jobs of the definition with the same text count as the
   * same job. From 1 to 1,024 bytes. If the function throws, `enqueue` rejects with that error.
   *
   * @throws {@link InvalidOptionError} if it is neither; from `enqueue`, if the function returns no such text.
   */
  readonly key: string | ((payload: TParams) => string);
  /**
   * Until when the job holds its key:
   * - `started`: until a worker claims it; a retry does not take the key again. If your call is skipped, the waiting job
   *   starts after your call. With `tx` it waits for your transaction, and starts after that.
   * - `finished`: until it is over, retries included. A running job may have read its data before your call.
   * - `deleted`: until it is deleted, `jobPostFinalizeDeleteSecs` after it is over.
   */
  readonly until: KeyHeldUntil;
  /**
   * How long the key is held at least, in seconds from the enqueue, even if the job is over before. By the database's
   * clock.
   *
   * @defaultValue 0
   * @throws {@link InvalidOptionError} below 0 or above 100 years.
   */
  readonly forSecs?: number;
  /**
   * What `enqueue` does if another job holds the key:
   * - `skip`: it enqueues nothing; the job that holds the key stays as it is.
   * - `replace`: if that job has not been claimed yet, it gets the new payload, headers, `backoff` and `maxRunSecs`. Its
   *   place, time, priority and group stay. If it has been claimed, the new job is skipped.
   * - `restart`: the same as `replace`, and if that job still waits for its delay, the delay begins anew.
   * - `throw`: the call rejects with a {@link DuplicateJobError}.
   *
   * @defaultValue `skip`
   */
  readonly onConflict?: OnConflict;
  /**
   * With `restart`: how many seconds after its own enqueue a job is due at the latest, even if it is restarted again and
   * again.
   *
   * @defaultValue none: it can be put off for ever
   * @throws {@link InvalidOptionError} below 0 or above 100 years, and without `onConflict: 'restart'`.
   */
  readonly maxRestartSecs?: number;
}

const UNIQUE_DEFAULTS = {
  forSecs: 0,
  onConflict: 'skip',
} as const;

/** The `unique` of a definition, checked. */
export interface ResolvedUnique extends KeyRule {
  readonly key: string | ((payload: never) => string);
}

export const keyCheck: Check = nameOf(MAX_KEY_BYTES);

const uniqueChecks = {
  key: (value: unknown) =>
    typeof value === 'function' || typeof value === 'string'
      ? typeof value === 'function'
        ? undefined
        : keyCheck(value)
      : `must be a string, or a function that makes one of the payload, got ${describe(value)}`,
  until: oneOf('started', 'finished', 'deleted'),
  forSecs: numberIn(0, MAX_SECS, 'seconds'),
  onConflict: oneOf('skip', 'replace', 'restart', 'throw'),
  maxRestartSecs: numberIn(0, MAX_SECS, 'seconds'),
};

/** @throws InvalidOptionError for what is no `unique` of a definition; and for one that repeats. */
export function uniqueIn(given: { unique?: unknown; repeatSecs?: unknown }): ResolvedUnique | undefined {
  if (given.unique === undefined) return undefined;
  const option = 'JobDefinition.unique';
  const unique = checkOptions(option, given.unique as UniqueOptions<never>, uniqueChecks, ['key', 'until']);
  const {
    key,
    until,
    forSecs,
    onConflict,
    maxRestartSecs = null,
  }: ResolvedUnique = { ...UNIQUE_DEFAULTS, maxRestartSecs: null, ...unique };
  if (maxRestartSecs !== null && onConflict !== 'restart') {
    throw new InvalidOptionError(`${option}.maxRestartSecs`, "is for onConflict: 'restart'; leave it out, or add that");
  }
  if (given.repeatSecs !== undefined) {
    const remedy =
      'ticks are enqueued without keys: give one of the two, or let the job that repeats enqueue a unique one';
    throw new InvalidOptionError(option, `and repeatSecs cannot be given both, since ${remedy}`);
  }
  return { key, until, forSecs, onConflict, maxRestartSecs };
}

/** What is said of a single job: its key, `null` for none, or nothing. */
export const overrideCheck: Check = (value) => (value === null ? undefined : keyCheck(value));

/**
 * The key of a job, with the rule that it is held by; `null` for none.
 *
 * @throws InvalidOptionError for a key without a rule, and for what a key's function gives.
 */
export function keyOf(
  jobName: string,
  unique: ResolvedUnique | undefined,
  override: string | null | undefined,
  { payload, owner }: { readonly payload: unknown; readonly owner: string },
): JobKey | null {
  if (unique === undefined) {
    if (typeof override !== 'string') return null;
    const remedy = "give it one: unique: { key: …, until: 'started' }";
    throw new InvalidOptionError(`${owner}.unique`, `is a key, but the definition has no option unique; ${remedy}`);
  }
  if (override === null) return null;
  const key: unknown = override ?? (typeof unique.key === 'string' ? unique.key : unique.key(payload as never));
  const problem = keyCheck(key);
  if (problem === undefined) return { ...unique, key: key as string };
  // Plain JavaScript may give an async one: what its promise rejects with must not end the process.
  void Promise.resolve(key).catch(() => {});
  throw new InvalidOptionError(`JobDefinition.unique.key of ${JSON.stringify(jobName)}`, `gave a key that ${problem}`);
}
