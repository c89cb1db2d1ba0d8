import { InvalidOptionError } from './errors.ts';
import { describe } from './messages.ts';
import type { Backoff, BackoffRule } from './model/backoff.ts';
import { MAX_SECS } from './model/limits.ts';
import { checkOptions, numberIn, oneOf, readSafely } from './options/check-options.ts';

const ruleChecks = {
  type: oneOf('fixed', 'exponential'),
  delaySecs: numberIn(0, MAX_SECS, 'seconds'),
  maxSecs: numberIn(0, MAX_SECS, 'seconds'),
  jitter: oneOf('none', 'half', 'full'),
};

/** An object of options, not yet checked. */
interface Given {
  readonly backoff?: unknown;
  readonly timeoutSecs?: unknown;
}

/**
 * The rule that an object of options gives, as a copy that nobody else can change; `undefined` where it gives none.
 *
 * @throws InvalidOptionError for what is no rule, and beside a `timeoutSecs`: only one of them can be meant.
 */
export function ruleIn(owner: string, { backoff, timeoutSecs }: Given, what = 'an object'): BackoffRule | undefined {
  if (backoff === undefined) return undefined;
  const option = `${owner}.backoff`;
  if (timeoutSecs !== undefined) {
    throw new InvalidOptionError(option, 'and timeoutSecs both say how long to wait after a failed attempt: give one');
  }
  const isObject = typeof backoff === 'object' && backoff !== null && !readSafely(option, () => Array.isArray(backoff));
  if (!isObject) {
    const rule = "{ type: 'exponential', delaySecs: 5 }";
    throw new InvalidOptionError(option, `must be ${what} such as ${rule}, got ${describe(backoff)}`);
  }
  const rule = checkOptions(option, backoff as BackoffRule, ruleChecks, ['type', 'delaySecs']);
  const { delaySecs, maxSecs = delaySecs } = rule;
  if (maxSecs >= delaySecs) return Object.freeze(rule);
  throw new InvalidOptionError(
    `${option}.maxSecs`,
    `must be at least delaySecs, which is ${delaySecs}; got ${maxSecs}`,
  );
}

/**
 * Likewise, where a function will do as well.
 *
 * @throws InvalidOptionError
 */
export function backoffIn(owner: string, given: Given): Backoff<never> | undefined {
  const { backoff, timeoutSecs } = given;
  return typeof backoff === 'function' && timeoutSecs === undefined
    ? (backoff as Backoff<never>)
    : ruleIn(owner, given, 'a function, or an object');
}
