import type { Tables } from '@bearmq/core/schema';

/**
 * One step of the schema: one small transaction, or one index. Never edited after its release: a mistake is fixed by
 * the next one.
 *
 * Workers are busy while it runs, and whatever it locks it holds up. So a step takes the locks of one table, or two, for
 * as long as the catalogue takes to be written: it neither rewrites nor reads a table that was there before. No other
 * type for a column, no default that differs from row to row, no check but `not valid` (its `validate` is a migration of
 * its own, and holds up nobody), no plain index, no change of rows. What takes several steps is several migrations of one
 * release: so none is ever half done, and each is in the ledger.
 */
export type Migration = TransactionMigration | IndexMigration;

interface Numbered {
  /** Counts from 1, without gaps. */
  readonly version: number;
  /** Two or three words for the ledger and for people. */
  readonly name: string;
  /**
   * Set where this migration takes away what earlier releases use: those whose `REQUIRED_SCHEMA_VERSION` is below this
   * stop, and say that they must be upgraded.
   *
   * @defaultValue that of the migrations before it
   */
  readonly oldestClient?: number;
}

/** Statements that run in one transaction. */
export interface TransactionMigration extends Numbered {
  /** In order. Those of the first version make all tables, which nobody else can see yet. */
  statements(tables: Tables): readonly string[];
}

/** An index of a table that was there before. Made at once where the table is small, else without holding up writers. */
export interface IndexMigration extends Numbered {
  index(tables: Tables): NewIndex;
}

/** The parts of a `create index`. */
export interface NewIndex {
  /** A plain name that needs no quotes. */
  readonly name: string;
  /** Its table, quoted and qualified. */
  readonly table: string;
  /** All that comes after the table: columns and condition. */
  readonly definition: string;
}

/** What a migration makes, as plain SQL. */
export function statementsOf(migration: Migration, n: Tables): readonly string[] {
  return 'index' in migration ? [createIndex(migration.index(n), 'create index')] : migration.statements(n);
}

export function createIndex(
  { name, table, definition }: NewIndex,
  how: 'create index' | 'create index concurrently',
): string {
  return `${how} ${name} on ${table} ${definition}`;
}
