import {
  checkedValues,
  type DatabaseError,
  EndableSession,
  inTurn,
  ofClosedClient,
  type SqlStatement,
  toDatabaseError,
} from '@bearmq/core/driver';
import type { ClientBase, Pool } from 'pg';

const readers: Record<number, (text: string) => unknown> = { 16: (text) => text === 't', 23: Number, 701: Number };
const types = { getTypeParser: (oid: number) => readers[oid] ?? String }; // boolean, int4, float8; the rest is text

/** Sends one statement: rows by position, scalars only, and every error of the server or connection a DatabaseError. */
export async function send(target: Pool | ClientBase, statement: SqlStatement) {
  const { text } = statement;
  // `extended` where there are no values, too: it takes one statement only.
  const query = { text, values: checkedValues(statement), rowMode: 'array' as const, queryMode: 'extended', types };
  try {
    return await target.query(query);
  } catch (error) {
    throw failureOf(target, error);
  }
}

/** With a pool that its owner has ended, nothing is worth another try. */
export function failureOf(target: Pool | ClientBase, error: unknown): DatabaseError {
  const failure = toDatabaseError(error);
  return 'ending' in target && target.ending ? ofClosedClient(failure) : failure;
}

/** A session on one client, also for the caller's own transaction: one statement at a time, in the order of the calls. */
export function smallSession(client: ClientBase): EndableSession {
  return new EndableSession((statement) => inTurn(client, async () => (await send(client, statement)).rows));
}
