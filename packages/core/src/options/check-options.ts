import leven from 'leven';
import { InvalidOptionError } from '../errors.ts';
import { describe, reasonOf, shortened } from '../messages.ts';
import { remedyOf } from './other-names.ts';

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

/** A text that is not empty, that the server can store, and that has at most so many bytes in UTF-8. */
export function nameOf(maxBytes: number): Check {
  return (value) => {
    if (typeof value !== 'string') return `must be a string, got ${describe(value)}`;
    if (value === '') return 'must not be empty';
    // A text of hundreds of megabytes is not to be copied to find out how long it is.
    if (value.length > 100 * maxBytes)
      return `must have at most ${maxBytes} bytes in UTF-8, got ${value.length} or more`;
    if (value.includes('\0')) return 'must not contain a NUL character';
    if (!value.isWellFormed()) return 'must not contain half a surrogate pair';
    const bytes = new TextEncoder().encode(value).length;
    return bytes > maxBytes ? `must have at most ${maxBytes} bytes in UTF-8, got ${bytes}` : undefined;
  };
}

export const isFunction: Check = (value) =>
  typeof value === 'function' ? undefined : `must be a function, got ${describe(value)}`;

export function oneOf(...values: readonly string[]): Check {
  return (value) =>
    values.includes(value as string) ? undefined : `must be one of ${values.join(', ')}; got ${describe(value)}`;
}

/** An object that has these methods; `remedy` says which one to give. */
export function hasMethods(names: readonly string[], remedy: string): Check {
  return (value) => {
    const isThing = (typeof value === 'object' && value !== null) || typeof value === 'function';
    const isOne = isThing && names.every((name) => typeof Reflect.get(value, name) === 'function');
    return isOne ? undefined : remedy;
  };
}

/** A list of at least one item, and at most `max`. */
export function listOf(item: Check, max: number): Check {
  return (value) => {
    if (!Array.isArray(value)) return `must be a list, got ${describe(value)}`;
    if (value.length === 0) return 'must not be empty; leave it out for all';
    if (value.length > max) return `must have at most ${max} items, got ${value.length}`;
    for (let i = 0; i < value.length; i += 1) {
      const problem = item(value[i]);
      if (problem !== undefined) return `[${i}] ${problem}`;
    }
    return undefined;
  };
}

/** What is checked elsewhere. */
export const unchecked: Check = () => undefined;

/**
 * Checks an options object: unknown keys answer with the one that is meant, known ones are checked, `undefined` counts
 * as left out. Those that are `required` are checked when left out, too.
 *
 * @returns what was checked: a copy, so that no getter is asked twice and says two things.
 * @throws InvalidOptionError for the first option that is wrong, or cannot be read.
 */
export function checkOptions<T extends object>(
  owner: string,
  given: T,
  checks: Readonly<Record<string, Check>>,
  required: readonly string[] = [],
): T {
  const isObject = typeof given === 'object' && given !== null && !readSafely(owner, () => Array.isArray(given));
  if (!isObject) {
    // A text that is here by mistake may be a payload, or a connection string with its password.
    const what = typeof given === 'string' ? 'a string' : describe(given);
    throw (
      bare(owner, given, checks, required) ?? new InvalidOptionError(owner, `takes an object of options, got ${what}`)
    );
  }
  const taken: Record<string, unknown> = {};
  for (const [key, value] of readSafely(owner, () => Object.entries(given))) {
    const check = Object.hasOwn(checks, key) ? checks[key] : undefined;
    if (check === undefined)
      throw bare(owner, given, checks, required) ?? unknownOption(owner, key, Object.keys(checks));
    if (value === undefined) continue;
    const option = `${owner}.${key}`;
    refuse(
      option,
      readSafely(option, () => check(value)),
    );
    taken[key] = value;
  }
  for (const key of required) {
    if (taken[key] === undefined) refuse(`${owner}.${key}`, checks[key]?.(undefined) ?? 'is missing');
  }
  return taken as T;
}

/**
 * What `read` gives. What the caller gave may have getters, or be a proxy, and these may throw anything: then it is an
 * option that is wrong like any other.
 *
 * @throws InvalidOptionError
 */
export function readSafely<T>(option: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new InvalidOptionError(option, `cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}

function refuse(option: string, problem: string | undefined): void {
  if (problem !== undefined) throw new InvalidOptionError(option, problem);
}

/** `pgDriver(pool)`: what is given by itself is what a required option asks for, and has properties of its own. */
function bare(
  owner: string,
  given: unknown,
  checks: Readonly<Record<string, Check>>,
  required: readonly string[],
): InvalidOptionError | undefined {
  const meant = required.find((name) => {
    const check = checks[name];
    return check !== undefined && check !== unchecked && readSafely(owner, () => check(given)) === undefined;
  });
  return meant === undefined
    ? undefined
    : new InvalidOptionError(owner, `takes an object of options: give it { ${meant} }, not the ${meant} itself`);
}

function unknownOption(owner: string, key: string, known: readonly string[]): InvalidOptionError {
  const given = shortened(key, 80);
  const nearest = known
    .map((name) => ({ name, distance: leven(given.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)[0];
  const isWithin = (letters: number): boolean => nearest !== undefined && nearest.distance <= letters;
  const guess = `did you mean ${JSON.stringify(nearest?.name)}?`;
  const loosely = Math.max(2, Math.floor((nearest?.name.length ?? 0) / 3));
  const otherwise = isWithin(loosely) ? guess : `it takes ${known.join(', ')}`;
  const remedy = isWithin(1) ? guess : (remedyOf(given, known) ?? otherwise);
  return new InvalidOptionError(`${owner}.${given}`, `is not an option; ${remedy}`);
}

/** The given options laid over the defaults; `undefined` does not override. */
export function withDefaults<TDefaults extends object, TGiven extends object>(
  defaults: TDefaults,
  given: TGiven,
): TDefaults & TGiven {
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return Object.freeze({ ...defaults, ...present }) as TDefaults & TGiven;
}
