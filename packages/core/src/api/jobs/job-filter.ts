import { InvalidOptionError } from '../../errors.ts';
import { describe } from '../../messages.ts';
import type { JobOutcome, JobState } from '../../model/job-record.ts';
import { type Check, checkOptions, listOf, nameOf, oneOf, readSafely, unchecked } from '../../options/check-options.ts';
import type { JobSought } from '../../statements/find-jobs.ts';
import { groupCheck, idsCheck, nameCheck } from './jobs-options.ts';

/** From one moment, which is in it, to another, which is not. */
export interface TimeRange {
  readonly from?: Date;
  readonly to?: Date;
}

/** Which jobs are meant: those of which all that is given here is true. */
export interface JobFilter {
  /** In one of these states; `over`: finalized. */
  readonly states?: readonly JobState[];
  /** Over, and ended in one of these ways. */
  readonly outcomes?: readonly JobOutcome[];
  readonly jobName?: string;
  readonly channel?: string;
  readonly jobGroup?: string;
  /** When they were enqueued. */
  readonly enqueued?: TimeRange;
  /** Over, and when they ended. */
  readonly finalized?: TimeRange;
  /** Their latest error has these characters in it, as they stand: a capital letter is another than a small one. */
  readonly errorIncludes?: string;
  /** Failed for good, and of this kind: a `fingerprint` of `context.failures`. */
  readonly fingerprint?: string;
  /** Of these ids, at most 1,000. */
  readonly ids?: readonly string[];
}

/** The longest text that is looked for in errors, in bytes of UTF-8. */
const MAX_SOUGHT_BYTES = 1_024;

/** Nothing is older, and PostgreSQL knows no time before its own: moments before it are taken for it. */
const FIRST_MS: number = Date.UTC(2000, 0);

const statesCheck = listOf(oneOf('scheduled', 'ready', 'blocked', 'pending', 'running', 'over'), 6);
const outcomesCheck = listOf(oneOf('succeeded', 'failed', 'cancelled'), 3);

function isFingerprint(value: unknown): string | undefined {
  if (typeof value === 'string' && /^[0-9a-f]{12}$/.test(value)) return undefined;
  return `must be 12 hexadecimal digits, as context.failures tells them, got ${describe(value)}`;
}

const filterChecks: Readonly<Record<keyof JobFilter, Check>> = {
  states: statesCheck,
  outcomes: outcomesCheck,
  jobName: nameCheck,
  channel: nameCheck,
  jobGroup: groupCheck,
  enqueued: unchecked, // read once, where they are used: what is checked is to be what is used
  finalized: unchecked,
  errorIncludes: nameOf(MAX_SOUGHT_BYTES),
  fingerprint: isFingerprint,
  ids: idsCheck,
};

/** Where the jobs of a filter lie. */
export interface Sought {
  readonly sought: JobSought;
  readonly places: { readonly unfinished: boolean; readonly over: boolean };
}

/**
 * @throws InvalidOptionError for what is unknown or of the wrong type, and for what no job can be: not over, and with an
 *   outcome.
 */
export function checkFilter(owner: string, given: JobFilter): Sought {
  const { enqueued, finalized, states: s, outcomes: o, ids: i, ...same } = checkOptions(owner, given, filterChecks);
  const states = listIn(`${owner}.states`, s, statesCheck);
  const outcomes = listIn(`${owner}.outcomes`, o, outcomesCheck);
  const ids = listIn(`${owner}.ids`, i, idsCheck);
  const isOver = outcomes !== undefined || finalized !== undefined || same.fingerprint !== undefined;
  const [enqueuedMs, finalizedMs] = [rangeIn(`${owner}.enqueued`, enqueued), rangeIn(`${owner}.finalized`, finalized)];
  if (isOver && states !== undefined && !states.includes('over')) {
    throw new InvalidOptionError(
      `${owner}.states`,
      "must have 'over' in it beside outcomes, finalized or fingerprint; or leave it out",
    );
  }
  return {
    sought: {
      ...same,
      states,
      outcomes,
      ids: ids?.map((id) => id.toLowerCase()),
      enqueuedFromMs: enqueuedMs.from,
      enqueuedToMs: enqueuedMs.to,
      finalizedFromMs: finalizedMs.from,
      finalizedToMs: finalizedMs.to,
    },
    places: {
      unfinished: !isOver && (states === undefined || states.some((state) => state !== 'over')),
      over: states === undefined || states.includes('over'),
    },
  };
}

/** A list as it is now: one of the caller's may be another the next time it is read. */
function listIn<T>(option: string, given: readonly T[] | undefined, check: Check): readonly T[] | undefined {
  if (given === undefined) return undefined;
  const list = readSafely(option, () => [...given]);
  const problem = check(list);
  if (problem !== undefined) throw new InvalidOptionError(option, problem);
  return list;
}

function rangeIn(option: string, given: unknown): { readonly from?: number; readonly to?: number } {
  if (given === undefined) return {};
  if (typeof given !== 'object' || given === null) {
    throw new InvalidOptionError(option, `must be { from, to }, got ${describe(given)}`);
  }
  const { from, to, ...others } = readSafely(option, () => ({ ...(given as TimeRange) }));
  const [other] = Object.keys(others);
  if (other !== undefined) throw new InvalidOptionError(option, `takes from and to, got ${describe(other)}`);
  return { ...msIn(`${option}.from`, 'from', from), ...msIn(`${option}.to`, 'to', to) };
}

function msIn(option: string, key: 'from' | 'to', moment: unknown): { readonly from?: number; readonly to?: number } {
  if (moment === undefined) return {};
  let ms = Number.NaN;
  try {
    ms = Date.prototype.getTime.call(moment);
  } catch {
    // What is no date, of whatever realm, is told of below.
  }
  if (Number.isNaN(ms)) throw new InvalidOptionError(option, `must be a Date, got ${describe(moment)}`);
  return { [key]: Math.max(ms, FIRST_MS) };
}

/** Of a filter whose jobs are changed: one that says nothing would mean them all, by mistake. */
export function checkBulkFilter(owner: string, given: JobFilter): Sought {
  const checked = checkFilter(owner, given);
  if (Object.values(checked.sought).every((value) => value === undefined)) {
    throw new InvalidOptionError(owner, 'must say which jobs: a name, a channel, states, … (all of them: all states)');
  }
  return checked;
}
