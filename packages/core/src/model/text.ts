import { shortened } from '../messages.ts';

/** A text that PostgreSQL can store: NUL removed, half surrogate pairs replaced, at most `limit` characters. */
export function storableText(text: string, limit: number): string {
  return shortened(text, limit).replaceAll('\0', '').toWellFormed();
}

/** A text that any encoding of a database can store: other characters by their number, at most `limit` characters. */
export function asciiText(text: string, limit: number): string {
  return text.replace(/[^\0-\x7f]/gu, (one) => `\\u{${(one.codePointAt(0) ?? 0).toString(16)}}`).slice(0, limit);
}

/** JSON text that any encoding of a database can store: other characters as escapes. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
