import { InvalidOptionError } from '../../errors.ts';
import { describe } from '../../messages.ts';
import { MAX_GROUP_BYTES, MAX_NAME_BYTES, MAX_SECS } from '../../model/limits.ts';
import { type Check, checkOptions, listOf, nameOf, numberIn, oneOf } from '../../options/check-options.ts';

/** How a page of jobs is asked for. */
export interface PageOptions {
  /**
   * How many jobs the page has at most.
   *
   * @defaultValue 100
   * @throws {@link InvalidOptionError} if not a whole number from 1 to 1,000.
   */
  readonly limit?: number;
  /** The `next` of the page before. */
  readonly after?: string;
  /**
   * `newest`: jobs that are not over come first, the latest enqueue before all; then those that are over, the latest end
   * first. `oldest`: the other way round.
   *
   * @defaultValue `newest`
   */
  readonly order?: 'newest' | 'oldest';
}

/** How many jobs of a filter one call changes. */
export interface BulkOptions {
  /**
   * How many jobs of a filter to change at most; `next` of the result says where to go on.
   *
   * @defaultValue 1000
   * @throws {@link InvalidOptionError} if not a whole number from 1 to 1,000.
   */
  readonly limit?: number;
  /** The `next` of the call before. */
  readonly after?: string;
}

/** The options of `jobs.cancel`. */
export interface CancelOptions extends BulkOptions {
  /**
   * Why: kept with the job as its error, and told to its run.
   *
   * @defaultValue none
   * @throws {@link InvalidOptionError} if empty or longer than 1,024 bytes.
   */
  readonly reason?: string;
}

/** The options of `jobs.retry`. */
export interface RetryOptions extends BulkOptions {
  /**
   * How long the job waits before it may run, in seconds, by the database's clock.
   *
   * @defaultValue 0
   * @throws {@link InvalidOptionError} below 0 or above 100 years.
   */
  readonly delaySecs?: number;
}

/** The options of `jobs.counts`. */
export interface CountOptions {
  /**
   * Up to what number to count the jobs of a channel, a name and a state. A larger value costs the database more: 100
   * lanes of 10,000 jobs each took 200 ms to count to the end, and 25 ms up to 1,000.
   *
   * @defaultValue 1000
   * @throws {@link InvalidOptionError} if not a whole number from 1 to 1,000,000.
   */
  readonly upTo?: number;
}

/** The longest reason of a cancel, in bytes of UTF-8. */
const MAX_REASON_BYTES = 1_024;

/** The most jobs of a page, and that one call is given by their ids. */
export const MAX_PAGE = 1_000;

const aText: Check = (value) => (typeof value === 'string' ? undefined : `must be a string, got ${describe(value)}`);

const bulkChecks = { limit: numberIn(1, MAX_PAGE, 'jobs', 'whole'), after: aText };

const pageChecks: Readonly<Record<keyof PageOptions, Check>> = { ...bulkChecks, order: oneOf('newest', 'oldest') };
const cancelChecks: Readonly<Record<keyof CancelOptions, Check>> = { ...bulkChecks, reason: nameOf(MAX_REASON_BYTES) };
const retryChecks: Readonly<Record<keyof RetryOptions, Check>> = {
  ...bulkChecks,
  delaySecs: numberIn(0, MAX_SECS, 'seconds'),
};
const countChecks: Readonly<Record<keyof CountOptions, Check>> = { upTo: numberIn(1, 1_000_000, 'jobs', 'whole') };

/** @throws InvalidOptionError for an option that is unknown, of the wrong type or out of range. */
export const checkPage = (given: PageOptions): PageOptions => checkOptions('jobs.find', given, pageChecks);
export const checkBulk = (owner: string, given: BulkOptions): BulkOptions => checkOptions(owner, given, bulkChecks);
export const checkCancel = (given: CancelOptions): CancelOptions => checkOptions('jobs.cancel', given, cancelChecks);
export const checkRetry = (given: RetryOptions): RetryOptions => checkOptions('jobs.retry', given, retryChecks);
export const checkCounts = (given: CountOptions): CountOptions => checkOptions('jobs.counts', given, countChecks);

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export const isJobId: Check = (value) => {
  if (typeof value !== 'string') return `must be the id of a job, got ${describe(value)}`;
  return UUID.test(value)
    ? undefined
    : `must be the id of a job, a UUID as enqueue resolves to it, got ${describe(value)}`;
};

/** @throws InvalidOptionError for what is no id of a job. */
export function checkJobId(owner: string, id: unknown): string {
  const problem = isJobId(id);
  if (problem !== undefined) throw new InvalidOptionError(owner, problem);
  return (id as string).toLowerCase();
}

export const nameCheck: Check = nameOf(MAX_NAME_BYTES);
export const groupCheck: Check = nameOf(MAX_GROUP_BYTES);
export const idsCheck: Check = listOf(isJobId, MAX_PAGE);
