import { InvalidOptionError } from '../../errors.ts';
import { describe } from '../../messages.ts';
import { MAX_RATE_STARTS, MAX_SECS, MIN_RATE_SECS } from '../../model/limits.ts';
import type { Rate } from '../../model/rate.ts';
import { checkOptions, numberIn, readSafely } from '../../options/check-options.ts';

const rateChecks = {
  max: numberIn(1, MAX_RATE_STARTS, 'starts', 'whole'),
  perSecs: numberIn(MIN_RATE_SECS, MAX_SECS, 'seconds'),
};

/**
 * A rate, as a copy that nobody else can change; `undefined` where none is given.
 *
 * @throws InvalidOptionError for what is none.
 */
export function rateIn(option: string, rate: unknown): Rate | undefined {
  if (rate === undefined) return undefined;
  const isObject = typeof rate === 'object' && rate !== null && !readSafely(option, () => Array.isArray(rate));
  if (!isObject) {
    throw new InvalidOptionError(option, `must be an object such as { max: 10, perSecs: 1 }, got ${describe(rate)}`);
  }
  return Object.freeze(checkOptions(option, rate as Rate, rateChecks, ['max', 'perSecs']));
}
