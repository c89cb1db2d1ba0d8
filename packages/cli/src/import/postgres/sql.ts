import { quoteIdentifier, type SqlSession, type SqlValue } from '@bearmq/core/driver';
import { usageError } from '../../cli-error.ts';

/** One statement on the tables of another system. */
export async function query(
  session: SqlSession,
  name: string,
  text: string,
  values: readonly SqlValue[] = [],
): Promise<readonly (readonly SqlValue[])[]> {
  return await session.run({ name: `bearmq_cli_import_${name}`, text, values, plan: 'anew' });
}

/**
 * The columns of a table.
 *
 * @throws {CliError} where there is no such table.
 */
export async function columnsOf(session: SqlSession, schema: string, table: string): Promise<ReadonlySet<string>> {
  const rows = await query(
    session,
    'columns',
    `select a.attname::text from pg_catalog.pg_attribute a
     where a.attrelid = pg_catalog.to_regclass($1::text) and a.attnum > 0 and not a.attisdropped`,
    [tableOf(schema, table)],
  );
  if (rows.length > 0) return new Set(rows.map(([name]) => String(name)));
  throw usageError(
    `--from: ${JSON.stringify(schema)}: has no table "${table}" in this database: give the schema of the old queue, and its database by --database-url`,
  );
}

/** `"pgboss"."job"`. */
export function tableOf(schema: string, table: string): string {
  return `${quoteIdentifier(schema, '--from')}.${quoteIdentifier(table)}`;
}

/** How many times smaller a value may be in its table. */
const MOST_COMPRESSED = 256;

/** How many bytes a value has at most. To know it well it would have to be read, for each that is locked. */
export function mostBytesOf(column: string): string {
  return `(pg_catalog.pg_column_size(${column})::float8
    * case when pg_catalog.pg_column_compression(${column}) is null then 1 else ${MOST_COMPRESSED} end)::float8`;
}

/** A moment as text that means the same wherever it is read: the date style of a database may name a zone that many have. */
export function momentOf(expression: string): string {
  return `(pg_catalog.to_jsonb(${expression}) #>> '{}')::text`;
}

/**
 * A moment as PostgreSQL writes it in JSON, in milliseconds since 1970, rounded up so that nothing starts too early.
 * `Infinity` for what never comes, or not as long as JavaScript has a date.
 */
export function msOf(moment: string): number {
  if (moment === 'infinity') return Number.POSITIVE_INFINITY;
  const [, fraction = ''] = /\.(\d+)/.exec(moment) ?? [];
  const ms = Date.parse(moment.replace(/^\d{5,6}(?=-)/, (year) => `+${year.padStart(6, '0')}`));
  if (Number.isNaN(ms)) return Number.POSITIVE_INFINITY;
  return /[1-9]/.test(fraction.slice(3)) ? ms + 1 : ms;
}
