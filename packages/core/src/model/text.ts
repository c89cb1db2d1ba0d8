/** A text that PostgreSQL can store: NUL removed, half surrogate pairs replaced, at most `limit` characters. */
export function storableText(text: string, limit: number): string {
  const cut = text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
  return cut.replaceAll('\0', '').toWellFormed();
}

/** Why a text cannot be a name, channel or group, or `undefined` when it can. */
export function problemOfName(text: unknown, maxBytes: number): string | undefined {
  if (typeof text !== 'string') return `must be a string, got ${describe(text)}`;
  if (text === '') return 'must not be empty';
  if (text.includes('\0')) return 'must not contain a NUL character';
  if (!text.isWellFormed()) return 'must not contain half a surrogate pair';
  const bytes = new TextEncoder().encode(text).length;
  return bytes > maxBytes ? `must have at most ${maxBytes} bytes in UTF-8, got ${bytes}` : undefined;
}

/** A value for an error message: short, and never the whole of a large object. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 79)}…` : value);
  if (typeof value === 'bigint') return `${value}n`;
  if (value === null || typeof value === 'number' || typeof value === 'boolean' || value === undefined)
    return String(value);
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}
