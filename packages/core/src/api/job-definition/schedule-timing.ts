import { InvalidOptionError } from '../../errors.ts';
import { describe, reasonOf } from '../../messages.ts';
import { MAX_CRON_LENGTH, MAX_NAME_BYTES, MAX_SECS } from '../../model/limits.ts';
import { SCHEDULE_DEFAULTS } from '../../model/schedule/defaults.ts';
import type { Timing } from '../../model/schedule/rule.ts';
import { tickTimesOf } from '../../model/schedule/tick-times.ts';
import { nameOf, numberIn } from '../../options/check-options.ts';

/** An object of options, not yet checked. */
interface Given {
  readonly cron?: unknown;
  readonly timeZone?: unknown;
  readonly everySecs?: unknown;
}

const isInterval = numberIn(0.1, MAX_SECS, 'seconds');
const isZone = nameOf(MAX_NAME_BYTES);

/** That an expression comes at all is looked for from here on, so that the answer does not hang on today. */
const LOOKED_FROM_MS = Date.UTC(2000, 0, 1);

/**
 * When the ticks of a schedule are due.
 *
 * @throws InvalidOptionError for none or both ways to say it, what is no expression, a zone that is unknown, and an
 *   expression that never comes.
 */
export function timingIn(owner: string, { cron, timeZone, everySecs }: Given): Timing {
  if ((cron === undefined) === (everySecs === undefined)) {
    const both = cron === undefined ? 'must say when' : 'says when twice';
    throw new InvalidOptionError(owner, `${both}: give it cron ('0 2 * * *') or everySecs (3600), one of the two`);
  }
  if (everySecs !== undefined) {
    refuse(`${owner}.everySecs`, isInterval(everySecs));
    if (timeZone !== undefined) refuse(`${owner}.timeZone`, 'goes with cron: an interval is the same everywhere');
    return { everySecs: everySecs as number };
  }
  const zone = timeZone ?? SCHEDULE_DEFAULTS.timeZone;
  refuse(`${owner}.timeZone`, isZone(zone) ?? zoneProblem(zone as string));
  refuse(`${owner}.cron`, shapeProblem(cron) ?? whenProblem(cron as string, zone as string));
  return { cron: (cron as string).trim().split(/\s+/).join(' '), timeZone: zone as string };
}

function refuse(option: string, problem: string | undefined): void {
  if (problem !== undefined) throw new InvalidOptionError(option, problem);
}

/** Some engines take `+02:00` as well, which is the clock of no place. */
function zoneProblem(zone: string): string | undefined {
  const got = `must be an IANA time zone such as Europe/Berlin, got ${describe(zone)}`;
  if (/^[+-]/.test(zone)) return got;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return undefined;
  } catch {
    return got;
  }
}

const FORM = 'must be a cron expression of five fields, or of six with the seconds first, such as 0 2 * * *';

function shapeProblem(cron: unknown): string | undefined {
  if (typeof cron !== 'string') return `${FORM}; got ${describe(cron)}`;
  if (cron.length > MAX_CRON_LENGTH)
    return `${FORM}; got one of ${cron.length} characters, of at most ${MAX_CRON_LENGTH}`;
  const fields = cron.trim().split(/\s+/).length;
  return fields === 5 || fields === 6 ? undefined : `${FORM}; got ${describe(cron)}`;
}

function whenProblem(cron: string, timeZone: string): string | undefined {
  try {
    const first = tickTimesOf({ cron, timeZone }, 0).after(LOOKED_FROM_MS);
    return first === null ? `never comes: ${describe(cron)}` : undefined;
  } catch (error) {
    // It counts days from 0 in what it says.
    const why = reasonOf(error)
      .replace(/^CronPattern: /, '')
      .replace(/: -?\d+$/, '');
    return `${FORM}; got ${describe(cron)}: ${why}`;
  }
}
