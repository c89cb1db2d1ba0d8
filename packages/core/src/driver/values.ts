import type { SqlStatement, SqlValue } from './driver.ts';

/**
 * A PostgreSQL array literal (`{"a","b"}`) to be bound as text and cast: `$1::text::text[]`.
 * Clients disagree on how JavaScript arrays are bound; a text does not depend on any of them.
 *
 * It holds no nulls: with `array_nulls` off the server takes `NULL` for a text of four letters. Let a text that means
 * none stand for one, and turn it into null in the statement.
 */
export function toArrayLiteral(values: readonly (string | number)[]): string {
  let list = '';
  for (const value of values) list += `${list === '' ? '' : ','}${typeof value === 'number' ? value : quoted(value)}`;
  return `{${list}}`;
}

/** Most have nothing to be escaped, and a test is cheaper than a replacement that finds nothing. */
function quoted(value: string): string {
  return `"${/[\\"]/.test(value) ? value.replace(/[\\"]/g, '\\$&') : value}"`;
}

/**
 * The values of a statement, as a list of its own that a client may be given.
 *
 * @throws TypeError for an `undefined`: some clients send NULL for it, which hides the mistake, and others drop it.
 */
export function checkedValues({ name, values }: Pick<SqlStatement, 'name' | 'values'>): SqlValue[] {
  const list = [...values];
  if (list.includes(undefined as never)) throw new TypeError(`undefined among the values of ${name}`);
  return list;
}
