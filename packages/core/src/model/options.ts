import leven from 'leven';
import { InvalidOptionError } from '../errors.ts';
import { describe, problemOfName } from './text.ts';

/** Says what is wrong with a value, or `undefined` when nothing is. */
export type Check = (value: unknown) => string | undefined;

/** A number with its unit and inclusive range, for the message. */
export function numberIn(min: number, max: number, unit: string, kind: 'any' | 'whole' = 'any'): Check {
  return (value) => {
    const fits =
      typeof value === 'number' && value >= min && value <= max && (kind === 'any' || Number.isInteger(value));
    const what = kind === 'whole' ? `a whole number of ${unit}` : `a number of ${unit}`;
    return fits ? undefined : `must be ${what} from ${min} to ${max}, got ${describe(value)}`;
  };
}

/** A text that can be a job's name, channel or group: see the limits in `limits.ts`. */
export function nameOf(maxBytes: number): Check {
  return (value) => problemOfName(value, maxBytes);
}

export const isFunction: Check = (value) =>
  typeof value === 'function' ? undefined : `must be a function, got ${describe(value)}`;

export function oneOf(...values: readonly string[]): Check {
  return (value) =>
    values.includes(value as string) ? undefined : `must be one of ${values.join(', ')}; got ${describe(value)}`;
}

export function listOf(item: Check): Check {
  return (value) => {
    if (!Array.isArray(value)) return `must be a list, got ${describe(value)}`;
    if (value.length === 0) return 'must not be empty; leave it out for all';
    for (const [i, element] of value.entries()) {
      const problem = item(element);
      if (problem !== undefined) return `[${i}] ${problem}`;
    }
    return undefined;
  };
}

/** What is checked elsewhere. */
export const anything: Check = () => undefined;

/**
 * Checks an options object: unknown keys answer with the nearest known one, known ones are checked, `undefined` counts
 * as left out.
 *
 * @throws InvalidOptionError for the first option that is wrong.
 */
export function checkOptions(owner: string, given: unknown, checks: Readonly<Record<string, Check>>): void {
  if (typeof given !== 'object' || given === null) {
    // A text that is here by mistake may be a payload, or a connection string with its password.
    const what = typeof given === 'string' ? 'a string' : describe(given);
    throw new InvalidOptionError(owner, `takes an object of options, got ${what}`);
  }
  for (const [key, value] of Object.entries(given)) {
    const check = Object.hasOwn(checks, key) ? checks[key] : undefined;
    if (check === undefined) throw unknownOption(owner, key, Object.keys(checks));
    const problem = value === undefined ? undefined : check(value);
    if (problem !== undefined) throw new InvalidOptionError(`${owner}.${key}`, problem);
  }
}

function unknownOption(owner: string, key: string, known: readonly string[]): InvalidOptionError {
  const nearest = known
    .map((name) => ({ name, distance: leven(key.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)[0];
  const isNear = nearest !== undefined && nearest.distance <= Math.max(2, Math.floor(nearest.name.length / 3));
  const remedy = isNear ? `did you mean ${JSON.stringify(nearest.name)}?` : `it takes ${known.join(', ')}`;
  return new InvalidOptionError(`${owner}.${key}`, `is not an option; ${remedy}`);
}

/** The given options laid over the defaults; `undefined` does not override. */
export function withDefaults<TDefaults extends object, TGiven extends object>(
  defaults: TDefaults,
  given: TGiven,
): TDefaults & TGiven {
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return Object.freeze({ ...defaults, ...present }) as TDefaults & TGiven;
}
