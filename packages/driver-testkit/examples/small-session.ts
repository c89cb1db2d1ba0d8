import {
  DatabaseError,
  ofClosedClient,
  type SqlSession,
  type SqlStatement,
  toDatabaseError,
} from '@bearmq/core/driver';
import type { ClientBase, Pool } from 'pg';

const readers: Record<number, (text: string) => unknown> = { 16: (text) => text === 't', 23: Number, 701: Number };
const types = { getTypeParser: (oid: number) => readers[oid] ?? String }; // boolean, int4, float8; the rest is text

/** Sends one statement: rows by position, scalars only, and every error of the server or connection a DatabaseError. */
export async function send(target: Pool | ClientBase, { name, text, values }: SqlStatement) {
  if (values.includes(undefined as never)) throw new TypeError(`undefined among the values of ${name}`);
  // `extended` where there are no values, too: it takes one statement only.
  const query = { text, values: [...values], rowMode: 'array' as const, queryMode: 'extended', types };
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

/**
 * A session on one client, also for the caller's own transaction. `end` refuses more, waits for what is under way, and
 * resolves to the first failure.
 */
export function smallSession(client: ClientBase): SqlSession & { end(): Promise<unknown> } {
  let last: Promise<unknown> = Promise.resolve();
  let failure: unknown;
  let isOver = false;
  const run = async (statement: SqlStatement) => {
    if (isOver) throw new DatabaseError('the transaction is over', { sqlState: '25P01', constraint: null }, null);
    const result = last.then(() => send(client, statement)); // one at a time, in the order of the calls
    last = result.catch((error) => {
      failure ??= error;
    });
    return (await result).rows;
  };
  const end = async () => {
    isOver = true;
    await last;
    return failure;
  };
  return { run, end };
}
