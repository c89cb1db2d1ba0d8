import { readSafely } from './driver/index.ts';
import { InvalidOptionError } from './errors.ts';
import { describe } from './messages.ts';
import type { BackoffRule } from './model/backoff.ts';
import type { EncodedAbout, TickExtra } from './model/extras.ts';
import { MAX_HEADERS_BYTES, MAX_NAME_BYTES } from './model/limits.ts';
import { isPlain } from './model/payload/emptied.ts';
import { isLargerThan } from './model/payload/payload-text.ts';

/** Names that begin so are for this package's own. */
const RESERVED = 'bearmq.';

/** What an enqueue may say that goes with the job, beside its headers. */
export interface OwnRules {
  readonly maxRunSecs?: number | undefined;
  /** `null`: its `timeoutSecs`, whatever its definition says. */
  readonly backoff?: BackoffRule | null | undefined;
  /** The version of its payload, where that is not 1. */
  readonly v?: number | undefined;
  /** Read by the database, when it takes the job from a process that died. */
  readonly maxDeaths?: number | undefined;
  /** The id of the job whose failure it tells of. */
  readonly failureOf?: string | undefined;
  /** What the codec was told of that job, where its payload is stored as the codec made it. */
  readonly failureEncoded?: EncodedAbout | undefined;
  /** The tick of a schedule that it is of. */
  readonly tick?: TickExtra | undefined;
  /** Somebody waits for its end. */
  readonly awaited?: true | undefined;
}

/** What a job carries beside its payload, as JSON text; `null` where that is nothing. */
export function encodeExtras(headers: string | null, rules: OwnRules = {}): string | null {
  const { maxRunSecs, backoff, v, maxDeaths, failureOf, failureEncoded, tick, awaited } = rules;
  const parts: string[] = [];
  if (headers !== null) parts.push(`"headers":${headers}`);
  if (maxRunSecs !== undefined) parts.push(`"maxRunSecs":${maxRunSecs}`);
  if (backoff !== undefined) parts.push(`"backoff":${JSON.stringify(backoff)}`);
  if (v !== undefined) parts.push(`"v":${v}`);
  if (maxDeaths !== undefined) parts.push(`"maxDeaths":${maxDeaths}`);
  if (failureOf !== undefined) parts.push(`"failureOf":${JSON.stringify(failureOf)}`);
  if (failureEncoded !== undefined) parts.push(`"failureEncoded":${JSON.stringify(failureEncoded)}`);
  if (tick !== undefined) parts.push(`"tick":${JSON.stringify(tick)}`);
  if (awaited === true) parts.push('"awaited":true');
  return parts.length === 0 ? null : `{${parts.join()}}`;
}

/**
 * The headers of a job as JSON text; `null` where there are none. What was given is read once, so that what is stored is
 * what was checked.
 *
 * @throws InvalidOptionError for headers that are no object of texts, cannot be stored, or are too large together.
 */
export function encodeHeaders(option: string, headers: unknown): string | null {
  if (headers === undefined) return null;
  const isObject = readSafely(option, () => typeof headers === 'object' && headers !== null && isPlain(headers));
  if (!isObject) {
    throw new InvalidOptionError(option, `must be a plain object of strings, got ${describe(headers)}`);
  }
  const entries = readSafely(option, () => Object.entries(headers as object));
  for (const [name, value] of entries) {
    const problem = problemOf(name, value);
    if (problem !== undefined) throw new InvalidOptionError(`${option}[${describe(name)}]`, problem);
  }
  if (entries.length === 0) return null;
  const text = JSON.stringify(Object.fromEntries(entries));
  if (isLargerThan(MAX_HEADERS_BYTES, text)) {
    throw new InvalidOptionError(option, `must have at most ${MAX_HEADERS_BYTES} bytes of JSON in UTF-8 in all`);
  }
  return text;
}

function problemOf(name: string, value: unknown): string | undefined {
  if (name === '') return 'must have a name that is not empty';
  if (isLargerThan(MAX_NAME_BYTES, name)) return `must have a name of at most ${MAX_NAME_BYTES} bytes in UTF-8`;
  if (name.toLowerCase().startsWith(RESERVED))
    return `must have another name: those that begin with "${RESERVED}" are ours`;
  if (typeof value !== 'string') return `must be a string, got ${describe(value)}`;
  for (const text of [name, value]) {
    if (text.includes('\0')) return 'must not contain a NUL character';
    if (!text.isWellFormed()) return 'must not contain half a surrogate pair';
  }
  return undefined;
}

/**
 * What a job carries, with other headers.
 *
 * @throws InvalidOptionError for headers that a hook made what they cannot be.
 */
export function withHeaders(extras: string | null, headers: unknown): string | null {
  const text = encodeHeaders('hook.headers', headers);
  const { headers: _before, ...others } = (extras === null ? {} : JSON.parse(extras)) as Record<string, unknown>;
  const rest = JSON.stringify(others).slice(1, -1);
  const parts = [...(text === null ? [] : [`"headers":${text}`]), ...(rest === '' ? [] : [rest])];
  return parts.length === 0 ? null : `{${parts.join()}}`;
}

/**
 * What a job carries whose payload is stored as a codec made it: others are not decoded.
 *
 * @param encodedFor the id that the codec was told, where another job may get the payload.
 */
export function withEncodedMark(extras: string | null, encodedFor?: string): string {
  const mark = `"enc":${encodedFor === undefined ? 'true' : JSON.stringify(encodedFor)}`;
  return extras === null ? `{${mark}}` : `${extras.slice(0, -1)},${mark}}`;
}
