import { tablesOf } from '@bearmq/core/schema';
import { stepsOf } from './steps.ts';
import { migrations } from './versions/index.ts';

/**
 * The SQL that brings a schema to the newest version: statements to be sent one at a time, in order, by any client.
 *
 * They create the schema if it is missing, bring any earlier version up to date, and change nothing when run again.
 * Each statement is a transaction of its own that first takes an advisory lock of the schema, so that several processes
 * may run them at once. The role needs the right to create the schema, or to create objects in one that exists.
 *
 * A statement that meets a lock of somebody else's gives way: it fails with SQLSTATE 55P03 (`lock_not_available`), and
 * says who holds it. Then run all of them again. One that would make an index of a large table fails with `BM001`, and
 * says which `create index concurrently` to run before that. `migrate` does either by itself.
 *
 * @param schema - any name that PostgreSQL allows, up to 63 bytes; it is quoted.
 * @throws InvalidIdentifierError for a name that PostgreSQL could not hold.
 *
 * @example
 * for (const sql of generateMigrationSql('_bearmq')) await pool.query(sql);
 */
export function generateMigrationSql(schema: string): string[] {
  return stepsOf(tablesOf(schema), migrations).flatMap(({ texts }) => texts);
}
