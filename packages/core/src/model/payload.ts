import { PayloadError } from '../errors.ts';
import { reasonOf, shortened } from '../in-words.ts';
import { MAX_PAYLOAD_BYTES, MAX_PAYLOAD_DEPTH } from './limits.ts';
import { depthOf, hasUnstorableText, isLargerThan } from './payload-text.ts';

/**
 * The JSON text of a payload, or a {@link PayloadError} that names the place of what would not survive: cycles,
 * functions, symbols, bigints, `undefined` at the top or in a list, NaN and Infinity, what JSON empties (a Map, a
 * Promise), text with a NUL character or half a surrogate pair (PostgreSQL can store neither in a text). Likewise for
 * what is larger or deeper than the limits.
 *
 * @param item - the payload's place in a list of jobs, for the error.
 */
export function encodePayload(jobName: string, payload: unknown, item?: number): string {
  const where = item === undefined ? {} : { item };
  let text: string | undefined;
  let problem: string | undefined;
  try {
    text = JSON.stringify(payload);
    problem = text === undefined ? undefined : problemOf(payload, text);
  } catch (error) {
    // Getters, proxies and `toJSON` are the caller's, and may throw anything.
    throw new PayloadError(jobName, unwritable(error), { ...where, cause: error });
  }
  if (text === undefined) problem = `is ${typeof payload}; pass null for a job without a payload`;
  if (problem !== undefined) throw new PayloadError(jobName, problem, where);
  return text as string;
}

/** Stringifying came back, so there is no cycle, and what is walked through is no larger than its text. */
function problemOf(payload: unknown, text: string): string | undefined {
  if (isLargerThan(MAX_PAYLOAD_BYTES, text)) return TOO_LARGE;
  const walk: Walk = { isOpaque: false };
  const found = findProblem(payload, 0, walk);
  // Keys may be long, and data themselves.
  if (found !== undefined) return found.at(shortened(`payload${found.path.reverse().join('')}`, 200));
  if (walk.isOpaque && depthOf(text) > MAX_PAYLOAD_DEPTH) return TOO_DEEP;
  if (!hasUnstorableText(text)) return undefined;
  return 'has a text with a NUL character or half a surrogate pair, which PostgreSQL cannot store';
}

const TOO_LARGE = `has more than ${MAX_PAYLOAD_BYTES} bytes of JSON; keep large data elsewhere, and pass where they are`;
const TOO_DEEP = `is nested more than ${MAX_PAYLOAD_DEPTH} levels deep; pass a flatter one`;

/** Why `JSON.stringify` threw. */
function unwritable(error: unknown): string {
  const reason = reasonOf(error);
  if (/circular|cyclic/i.test(reason)) return 'refers to itself, which JSON cannot express';
  if (/bigint/i.test(reason)) return 'has a bigint, which JSON cannot express; turn it into a string';
  if (/call stack|too much recursion/i.test(reason)) return TOO_DEEP;
  if (/invalid string length/i.test(reason)) return TOO_LARGE;
  return `cannot be turned into JSON: ${reason}`;
}

interface Walk {
  /** Whether something was met that turns itself into JSON, into what is known from the text only. */
  isOpaque: boolean;
}

/** What JSON drops or changes in silence. */
interface Problem {
  /** How to say it of a place. */
  readonly at: (place: string) => string;
  /** Where it is, innermost first; written down on the way back, since nearly all payloads have none. */
  readonly path: string[];
}

/** A value with `toJSON` (a class of yours) decides for itself. */
function findProblem(value: unknown, depth: number, walk: Walk): Problem | undefined {
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
      if (depth === MAX_PAYLOAD_DEPTH) return problem(() => TOO_DEEP);
      if (!hasToJson(value)) return findProblemInside(value, depth + 1, walk);
      walk.isOpaque = true;
      return undefined;
    default:
      return problem((place) => `has a ${typeof value} at ${place}, which JSON leaves out`);
  }
}

function findProblemInside(value: object, depth: number, walk: Walk): Problem | undefined {
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) {
      const found =
        item === undefined
          ? problem((place) => `has undefined at ${place}, which JSON turns into null`)
          : findProblem(item, depth, walk);
      if (found !== undefined) return within(`[${i}]`, found);
    }
    return undefined;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    const found = problemOfClass(value);
    if (found !== undefined) return found;
  }
  for (const key of Object.keys(value)) {
    const found = findProblem((value as Record<string, unknown>)[key], depth, walk);
    if (found !== undefined) return within(`.${key}`, found);
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

/** Built-in objects whose contents are no properties: what JSON makes of them, and what to pass instead. */
const EMPTIED = [
  [Map, 'a Map', 'turns into {}; pass a list'],
  [Set, 'a Set', 'turns into {}; pass a list'],
  [Promise, 'a Promise', 'turns into {}; await it'],
  [RegExp, 'a RegExp', 'turns into {}; pass its source'],
  [Error, 'an Error', 'writes without its message; pass that'],
  [ArrayBuffer, 'an ArrayBuffer', 'turns into {}; pass a text, such as base64'],
] as const;

function problemOfClass(value: object): Problem | undefined {
  if (value instanceof Number) return findProblem(Number(value), 0, { isOpaque: false });
  if (ArrayBuffer.isView(value)) {
    return problem((place) => `has bytes at ${place}, which JSON turns into an object; pass a text, such as base64`);
  }
  const [, what, fate] = EMPTIED.find(([type]) => value instanceof type) ?? [];
  return what === undefined ? undefined : problem((place) => `has ${what} at ${place}, which JSON ${fate}`);
}

function hasToJson(value: object): boolean {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}
