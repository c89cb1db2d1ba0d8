import { createHash } from 'node:crypto';
import { checkedValues, DatabaseError, SQL_STATES, type SqlStatement, toDatabaseError } from '@bearmq/core/driver';
import type { PgQuery, PgResult, PgTypeParsers } from './pg-types.ts';
import { queryWithRealTicks } from './ticks.ts';

/** Which statements are sent as named prepared statements; told at `PgDriverOptions`. */
export type Prepare = 'auto' | 'always' | 'never';

const OID = { bool: 16, int4: 23, float8: 701 } as const;

/** Our own parsers, sent with each query: whatever `pg.types.setTypeParser` says elsewhere in the program is not met. */
const types: PgTypeParsers = {
  getTypeParser(oid, format) {
    if (format === 'binary') return refuseBinary;
    if (oid === OID.int4 || oid === OID.float8) return Number;
    if (oid === OID.bool) return (raw) => raw === 't';
    return (raw) => raw;
  },
};

/** node-postgres has read the bytes as UTF-8 by the time they get here, so a number cannot be told any more. */
function refuseBinary(): never {
  throw new TypeError('BearMQ reads results as text: make the pg pool without `binary: true`');
}

const NAME_BYTES = 63;
const HASH_CHARS = 16;
const MAX_PREPARED = 1_000;

/** Prepared statement names by text; shared, since several drivers may share the connections of one pool. */
const preparedNames = new Map<string, string>();

/**
 * One connection may be asked for the same statement with different texts (two schemas on one pool), and node-postgres
 * refuses a name that comes back with another text: so the name ends with a hash of the text. Texts beyond the first
 * thousand are sent unprepared, because the server would keep each of them on every connection; with `'auto'` so is a
 * text that comes for the first time, since many never come again (a migration, a process that enqueues one job).
 */
function preparedName({ name, text }: SqlStatement, prepare: 'auto' | 'always'): string | undefined {
  const known = preparedNames.get(text);
  if (known !== undefined || preparedNames.size >= MAX_PREPARED) return known;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, HASH_CHARS);
  const prepared = `${name.slice(0, NAME_BYTES - HASH_CHARS - 1)}_${hash}`;
  preparedNames.set(text, prepared);
  return prepare === 'always' ? prepared : undefined;
}

/** The query config for a statement. */
export function toPgQuery(statement: SqlStatement, prepare: Prepare): PgQuery {
  const query: PgQuery = {
    text: statement.text,
    values: checkedValues(statement),
    rowMode: 'array',
    types,
    queryMode: 'extended',
  };
  const name = prepare === 'never' || statement.plan === 'anew' ? undefined : preparedName(statement, prepare);
  if (name !== undefined) query.name = name;
  return query;
}

/** Sends a query to a client. Rejects with {@link DatabaseError}. */
export async function send(target: { query(query: PgQuery): Promise<PgResult> }, query: PgQuery): Promise<PgResult> {
  let result: PgResult;
  try {
    result = await queryWithRealTicks(target, query);
  } catch (error) {
    throw toDatabaseError(error);
  }
  return ofOneStatement(result);
}

/** @throws DatabaseError for the results of several statements. */
export function ofOneStatement(result: PgResult): PgResult {
  // Clients before `queryMode` send a text without values as a script, and answer with one result for each statement.
  if (!Array.isArray(result)) return result;
  const details = { sqlState: SQL_STATES.syntaxError, constraint: null };
  throw new DatabaseError('more than one statement in one text', details, undefined);
}
