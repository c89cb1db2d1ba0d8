import { InvalidOptionError, readSafely, type SqlSession } from '@bearmq/core/driver';
import type { PgliteTransaction } from './pglite-types.ts';
import { transactionSession } from './transaction-session.ts';

/**
 * The caller's own transaction: a session on what `db.transaction` hands to its callback. What runs through it commits
 * or rolls back with everything else in that callback.
 *
 * ```ts
 * await db.transaction(async (tx) => {
 *   await tx.query('insert into orders values ($1)', [order.id]);
 *   await ship.enqueue({ order: order.id }, { tx: fromPglite(tx) });
 * });
 * ```
 *
 * Inside of the callback nothing else may be waited for that uses the same database, an `enqueue` without `tx` neither:
 * it would wait for the transaction, and the transaction for it, for ever.
 *
 * @throws InvalidOptionError when given the database itself, or something that runs no queries at all.
 */
export function fromPglite(tx: PgliteTransaction): SqlSession {
  refuseDatabase(tx);
  return transactionSession(tx);
}

function refuseDatabase(given: unknown): void {
  const { transaction, query } = readSafely('fromPglite()', () => {
    const { transaction, query } = (given ?? {}) as Record<string, unknown>;
    return { transaction, query };
  });
  if (typeof transaction === 'function') {
    throw new InvalidOptionError(
      'fromPglite()',
      'was given the database, whose queries wait until your transaction has ended: pass what ' +
        'db.transaction hands to its callback (`await db.transaction(async (tx) => …fromPglite(tx)…)`)',
    );
  }
  if (typeof query !== 'function') {
    throw new InvalidOptionError('fromPglite()', 'needs the transaction that db.transaction hands to its callback');
  }
}
