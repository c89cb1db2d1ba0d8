import { InvalidOptionError } from '../../errors.ts';
import { describe } from '../../messages.ts';
import { MAX_SECS } from '../../model/limits.ts';
import { unixMs } from '../../runtime/clock.ts';

/** An object of options, not yet checked. */
interface Given {
  readonly runAt?: unknown;
  readonly delaySecs?: unknown;
}

/**
 * The time in an object of options, as a copy that nobody else can change; `undefined` where there is none.
 *
 * @throws InvalidOptionError for what is no time within 100 years from now, and beside a `delaySecs`.
 */
export function runAtIn(owner: string, { runAt, delaySecs }: Given): Date | undefined {
  if (runAt === undefined) return undefined;
  const option = `${owner}.runAt`;
  if (delaySecs !== undefined) throw new InvalidOptionError(option, 'and delaySecs both say when to run: give one');
  const ms = msOf(runAt);
  if (ms === undefined || Number.isNaN(ms)) {
    const got = ms === undefined ? describe(runAt) : 'an invalid one';
    throw new InvalidOptionError(option, `must be a Date, such as new Date(Date.now() + 60_000), got ${got}`);
  }
  if (ms <= unixMs() + MAX_SECS * 1000) return new Date(ms);
  throw new InvalidOptionError(option, `must be at most 100 years from now, got ${new Date(ms).toISOString()}`);
}

/** In milliseconds since 1970: of a date of another realm too, and of nothing that only looks like one. */
export function msOf(value: unknown): number | undefined {
  try {
    return Date.prototype.getTime.call(value);
  } catch {
    return undefined;
  }
}
