import { MAX_ERROR_LENGTH } from './limits.ts';
import { storableText } from './text.ts';
import { withoutOurFrames } from './users-frames.ts';

/** How many errors are kept behind another: its cause, the cause of that, and those that an AggregateError has. */
const MAX_BEHIND = 5;

/**
 * The error as kept with the job: its stack where it has one, up to the work function, and behind it what caused it, as
 * Node.js prints that. Whatever a work function throws, this does not.
 */
export function errorTextOf(error: unknown): string {
  const text = ownTextOf(error);
  const first = behind(error);
  return storableText(first.length === 0 ? text : withBehind(text, error, first), MAX_ERROR_LENGTH);
}

type Labelled = readonly [label: string, error: unknown];

function withBehind(own: string, error: unknown, first: readonly Labelled[]): string {
  let text = own;
  let left = MAX_BEHIND;
  const waiting = [...first];
  const seen = new Set([error]);
  for (let next = waiting.shift(); next !== undefined && left > 0; next = waiting.shift()) {
    const [label, inner] = next;
    if (seen.has(inner)) continue;
    seen.add(inner);
    left -= 1;
    const its = ownTextOf(inner);
    if (!text.includes(its)) text += `\n[${label}]: ${its}`; // some put it into their own stack
    waiting.unshift(...behind(inner));
  }
  return text;
}

/** What an error names as having caused it. An arbitrary thrown value may have getters that throw. */
function behind(error: unknown): readonly Labelled[] {
  if (typeof error !== 'object' || error === null) return [];
  try {
    const { cause, errors } = error as { cause?: unknown; errors?: unknown };
    if ((cause === undefined || cause === null) && errors === undefined) return [];
    const several = Array.isArray(errors) ? errors.slice(0, MAX_BEHIND) : [];
    return [
      ...(cause === undefined || cause === null ? [] : [['cause', cause] as const]),
      ...several.map((one, i) => [`error ${i + 1} of ${(errors as unknown[]).length}`, one] as const),
    ];
  } catch {
    return [];
  }
}

/** Errors of other realms are not `instanceof Error`. */
function ownTextOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return safeString(error);
  try {
    const { stack, message } = error as { stack?: unknown; message?: unknown };
    if (typeof stack !== 'string' || stack === '') return safeString(error);
    // It is made once: the message may have been changed since.
    const isSaid = typeof message !== 'string' || stack.includes(message);
    return isSaid ? withoutOurFrames(stack) : `${safeString(error)}\n${withoutOurFrames(stack)}`;
  } catch {
    return safeString(error);
  }
}

/** Some throw objects that are no errors: what is in them says more than that. */
function safeString(value: unknown): string {
  try {
    const text = String(value);
    return text === '[object Object]' ? jsonOf(value, text) : text;
  } catch {
    return `a thrown ${typeof value} that cannot be turned into text`;
  }
}

function jsonOf(value: unknown, otherwise: string): string {
  try {
    return JSON.stringify(value) ?? otherwise;
  } catch {
    return otherwise;
  }
}
