import { PayloadError } from '../../errors.ts';
import { reasonOf, shortened } from '../../messages.ts';
import { MAX_PAYLOAD_BYTES, MAX_PAYLOAD_DEPTH, MAX_RESULT_BYTES } from '../limits.ts';
import { fateOf, isDate, isPlain, unboxed } from './emptied.ts';
import { hasUnstorableText, isLargerThan } from './payload-text.ts';

/**
 * The JSON text of a payload, or a {@link PayloadError} that names the place of what would not survive: cycles,
 * functions, symbols, bigints, `undefined` at the top or in a list, NaN and Infinity, what JSON empties (a Map, headers, a
 * class whose fields are private), an invalid Date, text with a NUL character or half a surrogate pair (PostgreSQL can store neither in a text). Likewise for
 * what is larger or deeper than the limits.
 *
 * @param item - the payload's place in a list of jobs, for the error.
 */
export function encodePayload(jobName: string, payload: unknown, item?: number): string {
  return encodeJson(payload, PAYLOAD, (problem, options) => {
    const where = item === undefined ? {} : { item };
    return new PayloadError(jobName, problem, { ...where, ...options });
  });
}

/** The JSON text of a result, with what makes the error where there is none: see {@link encodePayload}. */
export function encodeResult(result: unknown, refusal: (problem: string, options: ErrorOptions) => Error): string {
  return encodeJson(result, RESULT, refusal);
}

interface Kind {
  readonly what: string;
  readonly maxBytes: number;
}

const PAYLOAD: Kind = { what: 'payload', maxBytes: MAX_PAYLOAD_BYTES };
const RESULT: Kind = { what: 'result', maxBytes: MAX_RESULT_BYTES };

function encodeJson(value: unknown, kind: Kind, refusal: (problem: string, options: ErrorOptions) => Error): string {
  let text: string | undefined;
  let problem: string | undefined;
  try {
    text = JSON.stringify(value);
    problem = text === undefined ? nothingWritten(value) : problemOf(value, text, kind);
  } catch (error) {
    // Getters, proxies and `toJSON` are the caller's, and may throw anything.
    throw refusal(unwritable(error, kind), { cause: error });
  }
  if (problem !== undefined) throw refusal(problem, {});
  return text as string;
}

function nothingWritten(payload: unknown): string {
  const what = typeof payload === 'object' ? 'turns itself into undefined by its toJSON' : `is ${typeof payload}`;
  return `${what}; pass null for a job without a payload`;
}

/** Stringifying came back, so there is no cycle, and what is walked through is no larger than its text. */
function problemOf(payload: unknown, text: string, { what, maxBytes }: Kind): string | undefined {
  if (isLargerThan(maxBytes, text)) return tooLarge(maxBytes);
  const found = findProblem(payload, '', 0);
  // Keys may be long, and data themselves.
  if (found !== undefined) return found.at(shortened(`${what}${found.path.reverse().join('')}`, 200));
  if (!hasUnstorableText(text)) return undefined;
  return 'has a text with a NUL character or half a surrogate pair, which PostgreSQL cannot store';
}

function tooLarge(maxBytes: number): string {
  return `has more than ${maxBytes} bytes of JSON; keep large data elsewhere, and pass where they are`;
}

const TOO_DEEP = `is nested more than ${MAX_PAYLOAD_DEPTH} levels deep; pass a flatter one`;

/** Why `JSON.stringify` threw. */
function unwritable(error: unknown, { maxBytes }: Kind): string {
  const reason = reasonOf(error);
  if (/circular|cyclic/i.test(reason)) return 'refers to itself, which JSON cannot express';
  if (/bigint/i.test(reason)) return 'has a bigint, which JSON cannot express; turn it into a string';
  if (/call stack|too much recursion/i.test(reason)) return TOO_DEEP;
  if (/invalid string length/i.test(reason)) return tooLarge(maxBytes);
  return `cannot be turned into JSON: ${reason}`;
}

/** What JSON drops or changes in silence. */
interface Problem {
  /** How to say it of a place. */
  readonly at: (place: string) => string;
  /** Where it is, innermost first; written down on the way back, since nearly all payloads have none. */
  readonly path: string[];
}

function findProblem(value: unknown, key: string | number, depth: number): Problem | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined': // only as a property: JSON leaves it out, which reads back the same
      return undefined;
    case 'number':
      if (Number.isFinite(value)) return undefined;
      return problem((place) => `has ${value} at ${place}, which JSON turns into null`);
    case 'object':
      if (value === null) return undefined;
      return hasToJson(value) ? findProblemInJson(value, key, depth) : findProblemInside(value, depth);
    default:
      return problem((place) => `has a ${typeof value} at ${place}, which JSON leaves out`);
  }
}

/** A value with `toJSON` (a class of yours) decides for itself, but for what JSON would change in what that gives. */
function findProblemInJson(value: { toJSON(key: string): unknown }, key: string | number, depth: number) {
  if (value instanceof Date && value.toJSON === Date.prototype.toJSON) {
    return Number.isNaN(value.getTime()) ? invalidDate() : undefined;
  }
  const json = value.toJSON(String(key));
  if (json === undefined) {
    return problem((place) => `has an object at ${place} whose toJSON gives undefined, which JSON leaves out`);
  }
  if (json === null && isDate(value)) return invalidDate();
  // What it gave is not asked for a toJSON of its own.
  return typeof json === 'object' && json !== null ? findProblemInside(json, depth) : findProblem(json, key, depth);
}

function invalidDate(): Problem {
  return problem((place) => `has an invalid Date at ${place}, which JSON turns into null`);
}

function findProblemInside(value: object, depth: number): Problem | undefined {
  if (depth === MAX_PAYLOAD_DEPTH) return problem(() => TOO_DEEP);
  if (Array.isArray(value)) return findProblemInList(value, depth + 1);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && !isPlain(value)) {
    const inside = unboxed(value);
    if (inside !== undefined) return findProblem(inside, '', depth);
    const [what, fate] = fateOf(value) ?? [];
    if (what !== undefined) return problem((place) => `has ${what} at ${place}, which JSON ${fate}`);
  }
  const keys = Object.keys(value);
  if (keys.length === 0) return symbolKeysOf(value);
  for (const key of keys) {
    const property = (value as Record<string, unknown>)[key];
    if (typeof property === 'string') continue; // as most are
    const found = findProblem(property, key, depth + 1);
    if (found !== undefined) return within(`.${key}`, found);
  }
  return undefined;
}

/** An object that has these and no others is emptied. Beside others they are left out, and not looked for: that takes long. */
function symbolKeysOf(value: object): Problem | undefined {
  const isSeen = (key: symbol): boolean => Object.prototype.propertyIsEnumerable.call(value, key);
  if (!Object.getOwnPropertySymbols(value).some(isSeen)) return undefined;
  return problem((place) => `has symbols as keys at ${place}, which JSON leaves out; pass texts`);
}

function findProblemInList(list: readonly unknown[], depth: number): Problem | undefined {
  if (list.length === 0 && Object.keys(list).length > 0) {
    return problem((place) => `has a list with properties at ${place}, which JSON turns into []; pass an object`);
  }
  for (let i = 0; i < list.length; i += 1) {
    const item = list[i];
    const found =
      item === undefined
        ? problem((place) => `has undefined at ${place}, which JSON turns into null`)
        : findProblem(item, i, depth);
    if (found !== undefined) return within(`[${i}]`, found);
  }
  return undefined;
}

function problem(at: Problem['at']): Problem {
  return { at, path: [] };
}

function within(step: string, found: Problem): Problem {
  found.path.push(step);
  return found;
}

function hasToJson(value: object): value is { toJSON(key: string): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}
