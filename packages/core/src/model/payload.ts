import { PayloadError } from '../errors.ts';

/**
 * The JSON text of a payload, or a {@link PayloadError} that names the place of what would not survive: cycles,
 * functions, symbols, bigints, `undefined` at the top or in a list, NaN and Infinity, text with a NUL character or half
 * a surrogate pair (PostgreSQL can store neither in a text).
 *
 * @param item - the payload's place in a list of jobs, for the error.
 */
export function encodePayload(jobName: string, payload: unknown, item?: number): string {
  try {
    return encode(jobName, payload);
  } catch (error) {
    if (item === undefined || !(error instanceof PayloadError)) throw error;
    throw new PayloadError(jobName, error.problem, { cause: error.cause, item });
  }
}

function encode(jobName: string, payload: unknown): string {
  const text = stringify(jobName, payload);
  if (text === undefined)
    throw new PayloadError(jobName, `is ${typeof payload}; pass null for a job without a payload`);
  // Stringifying came back, so there is no cycle, and the walk ends.
  const problem = findProblem(payload, 'payload');
  if (problem !== undefined) throw new PayloadError(jobName, problem);
  if (hasUnstorableText(text)) {
    throw new PayloadError(
      jobName,
      'has a text with a NUL character or half a surrogate pair, which PostgreSQL cannot store',
    );
  }
  return text;
}

function stringify(jobName: string, payload: unknown): string | undefined {
  try {
    return JSON.stringify(payload);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const problem = /circular|cyclic/i.test(message)
      ? 'refers to itself, which JSON cannot express'
      : /bigint/i.test(message)
        ? 'has a bigint, which JSON cannot express; turn it into a string'
        : `cannot be turned into JSON: ${message}`;
    throw new PayloadError(jobName, problem, { cause: error });
  }
}

/** What JSON drops or changes in silence, with its place. A value with `toJSON` (a class of yours) decides for itself. */
function findProblem(value: unknown, path: string): string | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined': // only as a property: JSON leaves it out, which reads back the same
      return undefined;
    case 'number':
      return Number.isFinite(value) ? undefined : `has ${value} at ${path}, which JSON turns into null`;
    case 'object':
      return value === null || hasToJson(value) ? undefined : findProblemInside(value, path);
    default:
      return `has a ${typeof value} at ${path}, which JSON leaves out`;
  }
}

function findProblemInside(value: object, path: string): string | undefined {
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) {
      if (item === undefined) return `has undefined at ${path}[${i}], which JSON turns into null`;
      const problem = findProblem(item, `${path}[${i}]`);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }
  if (value instanceof Map || value instanceof Set) {
    return `has a ${value instanceof Map ? 'Map' : 'Set'} at ${path}, which JSON turns into {}; pass a list`;
  }
  for (const [key, item] of Object.entries(value)) {
    const problem = findProblem(item, `${path}.${key}`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function hasToJson(value: object): boolean {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}

/** Well-formed JSON text spells these two as escapes, and only these: a whole pair is not escaped. */
function hasUnstorableText(json: string): boolean {
  if (!json.includes('\\u0000') && !json.includes('\\ud')) return false;
  return /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/.test(json);
}
