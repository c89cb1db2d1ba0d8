import { InvalidOptionError } from '../../errors.ts';
import { describe } from '../../messages.ts';
import { MAX_NAME_BYTES, MAX_SCHEDULES_PER_PAGE } from '../../model/limits.ts';
import { checkOptions, nameOf, numberIn, unchecked } from '../../options/check-options.ts';
import { checkTransactionOption, type TransactionOption } from '../job-definition/enqueue-options.ts';
import { msOf } from '../job-definition/run-at-option.ts';

/** Which schedules to list. */
export interface ScheduleFilter {
  /**
   * Those of one definition.
   *
   * @defaultValue those of all
   */
  readonly jobName?: string;
  /** The `next` of the page before. */
  readonly after?: string;
  /**
   * How many at most.
   *
   * @defaultValue 100
   * @throws {@link InvalidOptionError} if not a whole number from 1 to 200.
   */
  readonly limit?: number;
}

/** A stretch of time: from its begin, and before its end. */
export interface BackfillRange {
  readonly from: Date;
  readonly to: Date;
}

const filterChecks = {
  jobName: nameOf(MAX_NAME_BYTES),
  after: unchecked, // read below
  limit: numberIn(1, MAX_SCHEDULES_PER_PAGE, 'schedules', 'whole'),
};

/** @throws InvalidOptionError for an option that is unknown, of the wrong type or out of range. */
export function pageIn(filter: ScheduleFilter): {
  readonly jobName: string | null;
  readonly after: readonly [string, string];
  readonly limit: number;
} {
  const { jobName = null, after, limit = 100 } = checkOptions('schedules.list', filter, filterChecks);
  return { jobName, after: after === undefined ? ['', ''] : placeIn(after), limit };
}

function placeIn(after: unknown): readonly [string, string] {
  try {
    const [name, key, ...more] = JSON.parse(after as string) as readonly unknown[];
    const isPlace = typeof after === 'string' && more.length === 0 && [name, key].every((part) => isText(part));
    if (isPlace) return [name as string, key as string];
  } catch {
    // Told of below, as everything that is no such place.
  }
  throw new InvalidOptionError('schedules.list.after', `must be the next of a page, got ${describe(after)}`);
}

const isName = nameOf(MAX_NAME_BYTES);

function isText(part: unknown): boolean {
  return isName(part) === undefined;
}

/** @throws InvalidOptionError for what is no stretch of time. */
export function rangeIn(range: BackfillRange): { readonly fromMs: number; readonly toMs: number } {
  const owner = 'schedules.backfill';
  const { from, to } = checkOptions(owner, range, { from: isDate, to: isDate }, ['from', 'to']);
  const [fromMs, toMs] = [msOf(from) as number, msOf(to) as number];
  if (fromMs < toMs) return { fromMs, toMs };
  throw new InvalidOptionError(`${owner}.to`, `must be later than from, got ${new Date(toMs).toISOString()}`);
}

/** Says what is wrong with a point in time. */
export function isDate(value: unknown): string | undefined {
  const ms = msOf(value);
  if (ms !== undefined && !Number.isNaN(ms)) return undefined;
  return `must be a Date, got ${ms === undefined ? describe(value) : 'an invalid one'}`;
}

/** @throws InvalidOptionError likewise. */
export function checkTransaction(owner: string, options: TransactionOption): TransactionOption['tx'] {
  return checkTransactionOption(owner, options).tx;
}
