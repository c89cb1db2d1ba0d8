import { DatabaseError, InvalidOptionError, readSafely, SQL_STATES, type SqlSession } from '@bearmq/core/driver';
import { fromPg } from './from-pg.ts';
import type { PgClient } from './pg-types.ts';

/** What {@link fromKnex} needs of Knex's `Transaction`, by shape, so that its version is the user's. Knex itself does not fit. */
export interface KnexTransaction {
  readonly isTransaction?: boolean | undefined;
  isCompleted(): boolean;
  readonly client: unknown;
}

/**
 * The caller's own transaction: a session on what Knex hands to the callback of a transaction, or on what `knex.transaction()`
 * resolves to. What runs through it commits or rolls back with everything else in that transaction.
 *
 * ```ts
 * await knex.transaction(async (trx) => {
 *   const [order] = await trx('orders').insert({ email }).returning('id');
 *   await sendMail.enqueue({ orderId: order.id }, { tx: fromKnex(trx) });
 * });
 * ```
 *
 * Statements go to the `pg` client that the transaction holds, and not through `trx.raw`, whose placeholders are other ones:
 * Knex's events and its `debug` do not tell of them. The `trx` of a nested transaction (a savepoint) will do as well.
 *
 * A statement that fails leaves the transaction aborted, as ever in PostgreSQL; a nested transaction around it can be rolled
 * back alone.
 *
 * @param trx of Knex 2 or later, on `client: 'pg'`. Knex itself does not compile.
 * @throws InvalidOptionError when given Knex itself, or something that is no transaction of Knex at all.
 */
export function fromKnex(trx: KnexTransaction): SqlSession {
  const client = clientOf(trx);
  return {
    run: async (statement) => {
      if (trx.isCompleted()) {
        const details = { sqlState: SQL_STATES.noActiveSqlTransaction, constraint: null };
        throw new DatabaseError('this transaction has ended', details, undefined);
      }
      // A transaction's own: it takes no other out of the pool.
      return await fromPg(await client.acquireConnection()).run(statement);
    },
  };
}

interface KnexClient {
  acquireConnection(): Promise<PgClient>;
}

function clientOf(given: unknown): KnexClient {
  const { isTransaction, isCompleted, client, raw } = readSafely('fromKnex()', () => {
    const { isTransaction, isCompleted, client, raw } = (given ?? {}) as Record<string, unknown>;
    return { isTransaction, isCompleted, client: client as Partial<KnexClient> | undefined, raw };
  });
  const isOpen = isTransaction === true && typeof isCompleted === 'function';
  if (isOpen && typeof client?.acquireConnection === 'function') return client as KnexClient;
  if (typeof raw === 'function' && !isOpen) {
    throw new InvalidOptionError(
      'fromKnex()',
      'was given Knex itself, which runs each query on any of its connections, outside of your transaction: ' +
        'pass what Knex hands to its callback (`await knex.transaction(async (trx) => …fromKnex(trx)…)`)',
    );
  }
  throw new InvalidOptionError('fromKnex()', 'needs the transaction that `knex.transaction` hands to its callback');
}
