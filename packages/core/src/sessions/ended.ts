import { DatabaseError, SQL_STATES } from '../driver/index.ts';

/** What a statement is refused with that comes after the end of its transaction. */
export function hasEnded(cause?: unknown): DatabaseError {
  const details = { sqlState: SQL_STATES.noActiveSqlTransaction, constraint: null };
  return new DatabaseError('this transaction has ended', details, cause);
}
