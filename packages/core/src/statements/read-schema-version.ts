import { asNumber, DatabaseError, type SqlSession, type Tables } from '../driver/index.ts';
import { SchemaVersionError } from '../errors.ts';
import { defineStatement } from './statement.ts';

/**
 * The version of the schema that this package's statements need. A newer schema is fine: functions carry their version
 * in their name, and a migration keeps those that the release before it calls.
 */
export const REQUIRED_SCHEMA_VERSION = 1;

const readVersion = defineStatement<null, number>({
  name: 'bearmq_read_schema_version',
  text: ({ migration }) => `select coalesce(max(version), 0)::int4 from ${migration}`,
  encode: () => [],
  decode: ([row]) => asNumber(row?.[0]),
});

/**
 * Resolves to the version found, which may be newer than required.
 *
 * @throws SchemaVersionError when the schema is missing or older than required.
 */
export async function checkSchemaVersion(session: SqlSession, tables: Tables): Promise<number> {
  const found = await readVersion(session, tables, null).catch((error: unknown) => {
    if (isMissing(error)) return 0;
    throw error;
  });
  if (found < REQUIRED_SCHEMA_VERSION) throw new SchemaVersionError(tables.schemaName, found, REQUIRED_SCHEMA_VERSION);
  return found;
}

/** Whether the database says that a table, schema or function of ours does not exist. */
export function isMissing(error: unknown): boolean {
  return error instanceof DatabaseError && ['42P01', '3F000', '42883', '42703'].includes(error.sqlState ?? '');
}

/**
 * What to reject with when a statement in the caller's own transaction failed because the schema is not there; told by
 * the error alone. To ask the database would be to wait for ever where the transaction holds the only connection, and
 * the transaction itself takes no more statements.
 */
export function missingSchema(error: unknown, { schemaName }: Tables): SchemaVersionError | undefined {
  if (!(error instanceof DatabaseError && error.message.includes(schemaName))) return undefined;
  if (!['42P01', '3F000'].includes(error.sqlState ?? '')) return undefined;
  return new SchemaVersionError(schemaName, 0, REQUIRED_SCHEMA_VERSION, error);
}
