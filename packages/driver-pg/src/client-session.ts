import { EndableSession, inTurn, type SqlStatement } from '@bearmq/core/driver';
import type { PgClient, PgResult } from './pg-types.ts';
import { type Prepare, send, toPgQuery } from './query.ts';

/** Statements on one client, until it is ended. */
export function clientSession(client: PgClient, prepare: Prepare): EndableSession {
  return new EndableSession(async (statement) => (await sendInTurn(client, statement, prepare)).rows);
}

/**
 * Sends one statement at a time for each client: node-postgres has deprecated its own queue for those that are sent
 * while another one runs.
 */
export async function sendInTurn(client: PgClient, statement: SqlStatement, prepare: Prepare): Promise<PgResult> {
  const query = toPgQuery(statement, prepare);
  return await inTurn(client, () => send(client, query));
}
