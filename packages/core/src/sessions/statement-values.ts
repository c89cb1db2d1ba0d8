import type { SqlStatement, SqlValue } from '../driver/index.ts';

/**
 * The values of a statement, as a list that may be handed out.
 *
 * @throws TypeError for an `undefined`: some clients send NULL for it, which hides the mistake, and others drop it.
 */
export function valuesOf({ name, values }: SqlStatement): SqlValue[] {
  const list = [...values];
  if (list.includes(undefined as never)) throw new TypeError(`undefined among the values of ${name}`);
  return list;
}
