import { hasSqlState, SQL_STATES, type SqlSession } from '../driver/index.ts';
import { SchemaVersionError } from '../errors.ts';
import { asNullable, asNumber, type Tables } from '../schema/index.ts';
import { defineStatement } from './statement.ts';

/**
 * The version of the schema that this package's statements need. A newer schema is fine: functions carry their version
 * in their name, and a migration keeps those that the releases before it call. One that takes some away, later, enters
 * in the ledger as `oldest_client` what a package must at least require.
 */
export const REQUIRED_SCHEMA_VERSION = 1;

interface Ledger {
  /** `null`: no row is there, or is shown to this role. */
  readonly found: number | null;
  readonly oldestClient: number;
}

const readLedger = defineStatement<null, Ledger>({
  name: 'bearmq_read_schema_version',
  text: ({ migration }) =>
    `select pg_catalog.max(version)::int4 as found,
       coalesce(pg_catalog.max(oldest_client), 1)::int4 as oldest_client from ${migration}`,
  encode: () => [],
  decode: ([row]) => ({ found: asNullable(row?.[0], asNumber), oldestClient: asNumber(row?.[1]) }),
});

/**
 * Resolves to the version found, which may be newer than required.
 *
 * @throws SchemaVersionError when the schema is missing, older than required, or made for later packages only.
 */
export async function checkSchemaVersion(
  session: SqlSession,
  tables: Tables,
  required: number = REQUIRED_SCHEMA_VERSION,
): Promise<number> {
  const { schemaName } = tables;
  const { found, oldestClient } = await readLedger(session, tables, null).catch((error: unknown) => {
    if (isForeign(error)) throw new SchemaVersionError(schemaName, 0, required, 1, error, 'foreign');
    if (isMissing(error)) throw new SchemaVersionError(schemaName, 0, required, 1, error);
    throw error;
  });
  if (found === null) throw new SchemaVersionError(schemaName, 0, required, 1, undefined, 'empty');
  if (found >= required && oldestClient <= required) return found;
  throw new SchemaVersionError(schemaName, found, required, oldestClient);
}

const NO_TABLE = [SQL_STATES.undefinedTable, SQL_STATES.invalidSchemaName];

/** Whether the ledger lacks columns of ours, or has others of their names: a table of some other tool. */
function isForeign(error: unknown): boolean {
  return hasSqlState(
    error,
    SQL_STATES.undefinedColumn,
    SQL_STATES.datatypeMismatch,
    SQL_STATES.cannotCoerce,
    SQL_STATES.undefinedFunction,
    SQL_STATES.invalidTextRepresentation,
  );
}

/** Whether the database says that a table, schema or function of ours does not exist. */
export function isMissing(error: unknown): boolean {
  const { undefinedFunction, undefinedColumn } = SQL_STATES;
  return hasSqlState(error, ...NO_TABLE, undefinedFunction, undefinedColumn);
}

/**
 * What to reject with when a statement in the caller's own transaction failed because the schema is not there; told by
 * the error alone. To ask the database would be to wait for ever where the transaction holds the only connection, and
 * the transaction itself takes no more statements.
 */
export function missingSchema(error: unknown, { schemaName }: Tables): SchemaVersionError | undefined {
  if (!hasSqlState(error, ...NO_TABLE) || !error.message.includes(schemaName)) return undefined;
  return new SchemaVersionError(schemaName, 0, REQUIRED_SCHEMA_VERSION, 1, error);
}
