import { shortened } from '../in-words.ts';

/** A text that PostgreSQL can store: NUL removed, half surrogate pairs replaced, at most `limit` characters. */
export function storableText(text: string, limit: number): string {
  return shortened(text, limit).replaceAll('\0', '').toWellFormed();
}
