import {
  type Check,
  checkOptions,
  DatabaseError,
  hasMethods,
  hasSqlState,
  SQL_STATES,
  type SqlSession,
} from '@bearmq/core/driver';
import { asNumber, tablesOf, unchecked } from '@bearmq/core/schema';
import { applyStep } from './apply-step.ts';
import { notOurLedger } from './ledger.ts';
import type { Migration } from './migration.ts';
import { stepsOf } from './steps.ts';
import { migrations } from './versions/index.ts';

/** Where to migrate. */
export interface MigrateOptions {
  /** A driver, or a session of one. Not a transaction: each step commits by itself. */
  readonly driver: SqlSession;
  /** The schema's name, as given to `Context`. */
  readonly schema: string;
}

/** What a schema has been migrated to. */
export interface MigrationStatus {
  /** The newest version applied; 0 when there is no schema yet. */
  readonly current: number;
  /** The newest version that this package knows. */
  readonly latest: number;
  /** What is still to be applied, oldest first. */
  readonly pending: readonly { readonly version: number; readonly name: string }[];
}

/** How long a step may be turned away by the locks of others before `migrate` gives up, in seconds. */
const PATIENCE_SECS = 60;

/**
 * Brings a schema to the newest version. Safe to run from several processes at once, and again, and while workers are
 * busy: it never waits for a lock for longer than 50 ms, but tries again, with growing pauses, for up to a minute.
 *
 * @returns the state before it ran: its `pending` is what was applied, by this process or by another.
 * @throws InvalidIdentifierError for a schema name that PostgreSQL could not hold.
 * @throws InvalidOptionError for an option that is unknown, or a driver that is none.
 * @throws DatabaseError when the database refuses a step; what was applied before it stays, and a later run goes on.
 *   Its `sqlState` is `55P03` when others held their locks for a minute; the message names them. It is `BM003` when the
 *   record of what was applied was emptied; where that table is another program's, the message says so.
 */
export async function migrate(options: MigrateOptions): Promise<MigrationStatus> {
  return await migrateWith(migrations, checkOptions('migrate', options, migrateChecks, ['driver']));
}

/** As {@link migrate}, with other migrations: tests have ones that were not released yet. */
export async function migrateWith(
  list: readonly Migration[],
  { driver, schema }: MigrateOptions,
  patienceSecs: number = PATIENCE_SECS,
): Promise<MigrationStatus> {
  const before = await statusWith(list, { driver, schema });
  for (const step of stepsOf(tablesOf(schema), list)) await applyStep(driver, step, patienceSecs);
  return before;
}

/**
 * Tells what a schema has been migrated to, without changing anything.
 *
 * @throws InvalidIdentifierError, InvalidOptionError as {@link migrate} does.
 * @throws DatabaseError when the database cannot be asked.
 */
export async function migrationStatus(options: MigrateOptions): Promise<MigrationStatus> {
  return await statusWith(migrations, checkOptions('migrationStatus', options, migrateChecks, ['driver']));
}

const migrateChecks: Readonly<Record<keyof MigrateOptions, Check>> = {
  driver: hasMethods(['run'], 'must be a driver, such as pgDriver({ pool }), or a session of one'),
  schema: unchecked, // checked where it is quoted
};

async function statusWith(list: readonly Migration[], { driver, schema }: MigrateOptions): Promise<MigrationStatus> {
  const current = await readVersion(driver, schema);
  return {
    current,
    latest: list.length,
    pending: list.filter((m) => m.version > current).map(({ version, name }) => ({ version, name })),
  };
}

/** A column is missing, or is of a type of which there is no maximum, or no number. */
const OTHER_COLUMNS: readonly string[] = [
  SQL_STATES.undefinedColumn,
  SQL_STATES.datatypeMismatch,
  SQL_STATES.cannotCoerce,
  SQL_STATES.undefinedFunction,
  SQL_STATES.invalidTextRepresentation,
];

async function readVersion(driver: SqlSession, schema: string): Promise<number> {
  const n = tablesOf(schema);
  const text = `select coalesce(pg_catalog.max(version), 0)::integer, pg_catalog.max(oldest_client)::integer from ${n.migration}`;
  try {
    const [row] = await driver.run({ name: 'bearmq_migration_status', text, values: [] });
    return asNumber(row?.[0]);
  } catch (error) {
    if (hasSqlState(error, SQL_STATES.undefinedTable, SQL_STATES.invalidSchemaName)) return 0;
    if (hasSqlState(error, ...OTHER_COLUMNS)) throw new DatabaseError(notOurLedger(n), error, error.cause);
    throw error;
  }
}
