import { ruleIn } from '../../backoff-option.ts';
import type { SqlSession } from '../../driver/index.ts';
import type { EnqueueOverrides } from '../../enqueue-overrides.ts';
import { InvalidOptionError } from '../../errors.ts';
import { settingChecks } from '../../job-settings.ts';
import { describe } from '../../messages.ts';
import type { JobHeaders } from '../../model/extras.ts';
import { MAX_JOBS_PER_CALL } from '../../model/limits.ts';
import type { IsGiven, JsonSafe } from '../../model/payload/json.ts';
import { checkOptions, readSafely, unchecked } from '../../options/check-options.ts';
import { isSession } from '../../options/is-session.ts';
import { waitChecks } from '../jobs/outcome.ts';
import { groupCheck } from './job-definition-options.ts';
import { runAtIn } from './run-at-option.ts';
import { overrideCheck } from './unique-option.ts';

/** What `enqueue` and `enqueueMany` take beside the settings of each job. */
export interface TransactionOption {
  /**
   * Your own open transaction, made by the `from…` function of your client (`fromPg(client)`). The jobs become visible
   * and are announced with its commit, and are gone with its rollback. No `JOB_DEFINITION_JOB_ENQUEUE` is emitted: only
   * you know whether it committed.
   */
  readonly tx?: SqlSession;
}

/** The second argument of `enqueueMany`. */
export interface EnqueueManyOptions extends TransactionOption {
  /** The headers of all jobs that have none of their own. Sent once for each statement. */
  readonly headers?: JobHeaders;
}

/** The second argument of `enqueue`. */
export interface EnqueueOptions extends EnqueueOverrides, TransactionOption {}

/** The second argument of `enqueueAndWait`. */
export interface EnqueueAndWaitOptions extends EnqueueOverrides {
  /**
   * How long to wait for the end of the job, in seconds.
   *
   * @defaultValue 30
   * @throws {@link InvalidOptionError} below 0 or above 86,400.
   */
  readonly waitSecs?: number;
  /** Ends the wait when aborted: the call rejects with its reason. The job goes on. */
  readonly signal?: AbortSignal;
}

/** One job for `enqueueMany`: its payload, and what it says differently from its definition. */
export type EnqueueItem<TParams> = EnqueueOverrides &
  ([IsGiven<TParams>] extends [never] ? { readonly payload?: null } : { readonly payload: JsonSafe<TParams> });

// Headers are checked where they are read: once, for what is checked is to be what is stored.
const overrideChecks = {
  ...settingChecks,
  jobGroup: groupCheck,
  runAt: unchecked,
  headers: unchecked,
  unique: overrideCheck,
};
const enqueueChecks = { ...overrideChecks, tx: isSession };
const itemChecks = { ...overrideChecks, payload: unchecked };

/** @throws InvalidOptionError for an option that is unknown, of the wrong type or out of range. */
export function checkOverrides(owner: string, overrides: EnqueueOverrides): EnqueueOverrides {
  return withCopies(owner, checkOptions(owner, overrides, overrideChecks));
}

/** @throws InvalidOptionError likewise. */
export function checkEnqueueOptions(options: EnqueueOptions): EnqueueOptions {
  return withCopies('enqueue', checkOptions('enqueue', options, enqueueChecks));
}

/** @throws InvalidOptionError likewise. */
export function checkEnqueueAndWaitOptions(
  options: EnqueueAndWaitOptions,
): EnqueueAndWaitOptions & { readonly waitSecs: number } {
  const checked = checkOptions('enqueueAndWait', options, { ...overrideChecks, ...waitChecks });
  return withCopies('enqueueAndWait', { waitSecs: 30, ...checked });
}

/** An item of `enqueueMany` as it was when it was checked. */
export type CheckedItem = EnqueueOverrides & { readonly payload?: unknown };

/** @throws InvalidOptionError likewise; it names the item. */
export function checkEnqueueItem(items: readonly unknown[], index: number): CheckedItem {
  const owner = `enqueueMany[${index}]`;
  const item = readSafely(owner, () => items[index]);
  return (
    readSafely(owner, () => onlyPayloadOf(item)) ?? withCopies(owner, checkOptions(owner, item as object, itemChecks))
  );
}

/** With copies of what its caller could change until it is sent. */
function withCopies<T extends EnqueueOverrides>(owner: string, checked: T): T {
  const [backoff, runAt] = [ruleIn(owner, checked), runAtIn(owner, checked)];
  const copies = { ...(backoff === undefined ? {} : { backoff }), ...(runAt === undefined ? {} : { runAt }) };
  return backoff === undefined && runAt === undefined ? checked : { ...checked, ...copies };
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

/** @throws InvalidOptionError likewise. */
export function checkTransactionOption(owner: string, options: TransactionOption): TransactionOption {
  return checkOptions(owner, options, { tx: isSession });
}

/** @throws InvalidOptionError for what is no list, or too long a one. */
export function checkItemCount(items: unknown): void {
  const count = readSafely('enqueueMany', () => (Array.isArray(items) ? items.length : undefined));
  if (count === undefined) throw new InvalidOptionError('enqueueMany', `takes a list of jobs, got ${describe(items)}`);
  if (count <= MAX_JOBS_PER_CALL) return;
  const problem = `takes at most ${MAX_JOBS_PER_CALL} jobs in one call, got ${count}; make several calls`;
  throw new InvalidOptionError('enqueueMany', problem);
}
