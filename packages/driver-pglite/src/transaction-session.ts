import { DatabaseError, EndableSession, SQL_STATES, type SqlStatement } from '@bearmq/core/driver';
import type { PgliteTransaction } from './pglite-types.ts';
import { fetchRows } from './query.ts';

const PROBE: SqlStatement = { name: 'bearmq_probe', text: 'select 1::integer as alive', values: [] };

/** What a session says once its transaction is over. */
export const HAS_ENDED = 'this transaction has ended';

/** Statements in one transaction, until it has ended, be it by the caller's own hand. */
export function transactionSession(tx: PgliteTransaction): EndableSession {
  return new EndableSession(async (statement) => {
    if (tx.closed) {
      const details = { sqlState: SQL_STATES.noActiveSqlTransaction, constraint: null };
      throw new DatabaseError(HAS_ENDED, details, undefined);
    }
    return await fetchRows(tx, statement);
  });
}

/**
 * Rejects with the statement's error when one of the session's has failed and was not undone to a savepoint. The server
 * would answer the commit with a rollback, which not every version of PGlite tells.
 */
export async function mustBeHealthy(tx: PgliteTransaction, { lastError }: EndableSession): Promise<void> {
  if (lastError === null) return;
  await fetchRows(tx, PROBE).catch(() => {
    throw lastError;
  });
}
