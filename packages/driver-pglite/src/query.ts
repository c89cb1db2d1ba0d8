import { checkedValues, type SqlRow, type SqlStatement, toDatabaseError } from '@bearmq/core/driver';
import type { PgliteQueryable, PgliteQueryOptions } from './pglite-types.ts';

const OID = { bool: 16, text: 25, int4: 23, float8: 701, void: 2278 } as const;

const asItIs = (text: string): string => text;

/** Our own readers and writers, given with each query: whatever the database was made with is not met. */
const options: PgliteQueryOptions = {
  rowMode: 'array',
  parsers: {
    [OID.bool]: (text) => text === 't',
    [OID.int4]: Number,
    [OID.float8]: Number,
    [OID.text]: asItIs,
    [OID.void]: asItIs,
  },
  serializers: { [OID.bool]: asItIs, [OID.int4]: asItIs, [OID.float8]: asItIs, [OID.text]: asItIs },
};

/**
 * Runs a statement. Its values go as texts, which the statement's casts make into something.
 *
 * @throws DatabaseError for what the database reports.
 */
export async function fetchRows(target: PgliteQueryable, statement: SqlStatement): Promise<readonly SqlRow[]> {
  const parameters = checkedValues(statement).map((value) => (value === null ? null : String(value)));
  try {
    const { rows } = await target.query(statement.text, parameters, options);
    return rows as SqlRow[];
  } catch (error) {
    throw toDatabaseError(error);
  }
}
