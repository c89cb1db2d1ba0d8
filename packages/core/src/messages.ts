/** How much of a foreign error message we quote, in characters. */
const MAX_REASON = 500;

/** A text that is cut, with a mark, where it is longer than `limit` characters. */
export function shortened(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}

/** A value for an error message: short, never the whole of a large object. This never throws, whatever the value is. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(shortened(value, 80));
  if (typeof value === 'bigint')
    return BigInt.asIntN(64, value) === value ? `${value}n` : 'a bigint of more than 64 bits';
  if (value === null || typeof value === 'number' || typeof value === 'boolean' || value === undefined)
    return String(value);
  if (typeof value === 'object') return isList(value) ? 'a list' : 'an object';
  return `a ${typeof value}`;
}

/** Why something failed, in the words of what was thrown. This never throws, whatever that was. */
export function reasonOf(thrown: unknown): string {
  try {
    return shortened(thrown instanceof Error ? String(thrown.message) : String(thrown), MAX_REASON);
  } catch {
    return `a thrown ${typeof thrown} that cannot be turned into text`;
  }
}

/** A proxy that was revoked cannot even be asked that. */
function isList(value: object): boolean {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}
