import type { SqlRow } from '../driver/index.ts';

/**
 * Rows that a query builder gives as objects, by position: a client may spell their columns in another way, but keeps
 * them in order. So no two columns of a statement may have the same name, nor one that looks like an index.
 */
export function rowsByPosition(rows: readonly unknown[]): readonly SqlRow[] {
  return rows.map((row) => Object.values(row as Record<string, SqlRow[number]>));
}
