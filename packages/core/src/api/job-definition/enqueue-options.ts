import type { SqlSession } from '../../driver/index.ts';
import { InvalidOptionError } from '../../errors.ts';
import { describe } from '../../messages.ts';
import type { JobHeaders } from '../../model/extras.ts';
import { MAX_JOBS_PER_CALL } from '../../model/limits.ts';
import type { IsGiven, JsonSafe } from '../../model/payload/json.ts';
import { checkOptions, hasMethods, readSafely, unchecked } from '../../options/check-options.ts';
import { ruleIn } from './backoff-option.ts';
import { groupCheck, type JobSettings, settingChecks } from './job-definition-options.ts';
import { runAtIn } from './run-at-option.ts';

/** What a single `enqueue` may say differently from its definition. */
export interface EnqueueOverrides extends JobSettings {
  /**
   * The job group, in place of the generated one: at most one job of a group runs at a time, first in first out.
   *
   * @throws {@link InvalidOptionError} if empty or longer than 1,024 bytes.
   */
  readonly jobGroup?: string;
  /**
   * When the job may run, in place of a delay: at this time, by the database's clock. One that is past: at once.
   *
   * @defaultValue none: after `delaySecs`
   * @throws {@link InvalidOptionError} for what is no valid `Date`, for one more than 100 years from now, and beside
   *   `delaySecs`.
   */
  readonly runAt?: Date;
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

const isSession = hasMethods(
  ['run'],
  "must be your transaction as your client's from… function gives it, such as fromPg(client)",
);
// Headers are checked where they are read: once, for what is checked is to be what is stored.
const overrideChecks = { ...settingChecks, jobGroup: groupCheck, runAt: unchecked, headers: unchecked };
const enqueueChecks = { ...overrideChecks, tx: isSession };
const itemChecks = { ...overrideChecks, payload: unchecked };

/** @throws InvalidOptionError likewise. */
export function checkEnqueueOptions(options: EnqueueOptions): EnqueueOptions {
  return withCopies('enqueue', checkOptions('enqueue', options, enqueueChecks));
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

/** @throws InvalidOptionError for what is no list, or too long a one. */
export function checkItemCount(items: unknown): void {
  const count = readSafely('enqueueMany', () => (Array.isArray(items) ? items.length : undefined));
  if (count === undefined) throw new InvalidOptionError('enqueueMany', `takes a list of jobs, got ${describe(items)}`);
  if (count <= MAX_JOBS_PER_CALL) return;
  const problem = `takes at most ${MAX_JOBS_PER_CALL} jobs in one call, got ${count}; make several calls`;
  throw new InvalidOptionError('enqueueMany', problem);
}
