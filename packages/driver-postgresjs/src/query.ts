import {
  checkedValues,
  type DatabaseError,
  ofClosedClient,
  type SqlRow,
  type SqlStatement,
  type SqlValue,
  toDatabaseError,
} from '@bearmq/core/driver';
import type {
  PostgresJsColumn,
  PostgresJsQueryable,
  PostgresJsRawQuery,
  PostgresJsResult,
} from './postgres-js-types.ts';

/** Whether statements are sent as prepared statements: as the client does it, or never. */
export type Prepare = 'auto' | 'never';

const OID = { bool: 16, int4: 23, float8: 701, unknown: 705 } as const;

const MAX_PREPARED = 1_000;

/** The texts sent as prepared statements so far. */
const preparedTexts = new Set<string>();

/** The server keeps each prepared text on every connection, so those beyond the first thousand are not prepared. */
function isWorthPreparing(text: string): boolean {
  if (preparedTexts.has(text)) return true;
  if (preparedTexts.size >= MAX_PREPARED) return false;
  preparedTexts.add(text);
  return true;
}

/**
 * Sends a statement, past everything that a client may have been taught: values go as texts of unknown type, which the
 * statement's casts make into something, and results come as bytes, which {@link readRows} reads by the types that the
 * server gives. So neither `types`, nor `transform`, nor an ORM that changes the client's parsers can reach them.
 */
export function sendQuery(sql: PostgresJsQueryable, statement: SqlStatement, prepare: Prepare): PostgresJsRawQuery {
  const { text, plan } = statement;
  const parameters = checkedValues(statement).map((value) =>
    sql.typed(value === null ? null : String(value), OID.unknown),
  );
  // A client made with `prepare: false` prepares nothing, whatever a query asks for.
  const options = {
    prepare: prepare === 'auto' && plan !== 'anew' && isWorthPreparing(text),
    simple: false,
    onexecute: takesNoMore,
  } as const;
  try {
    // At once, so that it keeps its place among queries that the caller sends on the same `sql`.
    return sql.unsafe(text, parameters, options).raw().execute();
  } catch (error) {
    throw afterItsEnd(toDatabaseError(error));
  }
}

/**
 * Whether the server answered. Between the 'error' of a socket and its 'close' postgres.js takes a query, and does not reject
 * it: it resolves it with an empty result when the next connection is greeted. A result of the server's has columns always.
 */
export function isAnswered(result: PostgresJsResult): boolean {
  return result.columns !== null;
}

/** What became of a query that was not answered is not known. */
export function ofNoAnswer(): DatabaseError {
  return toDatabaseError(new Error('the connection was lost before it answered'));
}

/** The rows of a result, as scalars. */
export function readRows(result: PostgresJsResult): readonly SqlRow[] {
  const { columns } = result;
  if (columns === null) throw ofNoAnswer();
  return Array.from(result, (row) => readRow(row, columns));
}

/**
 * Runs a statement, however long it takes.
 *
 * @throws DatabaseError for what the server or the connection reports.
 */
export async function fetchRows(
  sql: PostgresJsQueryable,
  statement: SqlStatement,
  prepare: Prepare,
): Promise<readonly SqlRow[]> {
  const query = sendQuery(sql, statement, prepare);
  let result: PostgresJsResult;
  try {
    result = await query;
  } catch (error) {
    throw afterItsEnd(toDatabaseError(error));
  }
  return readRows(result);
}

/** What a client says of all that is asked of it once the program has called `sql.end()`. */
export function afterItsEnd(error: DatabaseError): DatabaseError {
  const { code } = (error.cause ?? {}) as { readonly code?: unknown };
  return code === 'CONNECTION_ENDED' ? ofClosedClient(error) : error;
}

/**
 * Has the connection take no query behind ours before ours is answered. postgres.js would send it at once, in two parts;
 * a pooler in transaction mode gives the connection to somebody else between them, and the answer never comes.
 */
function takesNoMore(): false {
  return false;
}

/** By position, since a `transform.row` of the client may have made an object of the list. */
function readRow(row: unknown, columns: readonly PostgresJsColumn[]): SqlRow {
  return columns.map(({ type }, i) => readValue((row as Record<number, unknown> | null | undefined)?.[i], type));
}

function readValue(raw: unknown, type: number): SqlValue {
  if (raw === null) return null;
  if (!Buffer.isBuffer(raw)) {
    throw new TypeError(
      'the `transform.row` of this postgres.js client changes the values of rows, so BearMQ cannot read its results: ' +
        'give it a client without that',
    );
  }
  const text = raw.toString('utf8');
  if (type === OID.int4 || type === OID.float8) return Number(text);
  return type === OID.bool ? text === 't' : text;
}
