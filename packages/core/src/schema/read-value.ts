import type { SqlValue } from '../driver/index.ts';

/** Reads a result column that the statement casts to `text`. */
export function asText(value: SqlValue | undefined): string {
  if (typeof value !== 'string') throw new TypeError(`expected a text column, got ${typeof value}`);
  return value;
}

/** Reads a result column that the statement casts to `int4` or `float8`. */
export function asNumber(value: SqlValue | undefined): number {
  if (typeof value !== 'number') throw new TypeError(`expected a number column, got ${typeof value}`);
  return value;
}

/** Reads a result column that the statement casts to `boolean`. */
export function asBoolean(value: SqlValue | undefined): boolean {
  if (typeof value !== 'boolean') throw new TypeError(`expected a boolean column, got ${typeof value}`);
  return value;
}

/** Reads a nullable column with the reader of its type. */
export function asNullable<T>(value: SqlValue | undefined, read: (value: SqlValue) => T): T | null {
  return value === null || value === undefined ? null : read(value);
}
