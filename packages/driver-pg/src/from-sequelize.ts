import { DatabaseError, InvalidOptionError, readSafely, SQL_STATES, type SqlSession } from '@bearmq/core/driver';
import { fromPg } from './from-pg.ts';
import type { PgClient } from './pg-types.ts';

/** What {@link fromSequelize} needs of Sequelize's `Transaction`, by shape, so that its version is the user's. */
export interface SequelizeTransaction {
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/**
 * The caller's own transaction: a session on what Sequelize hands to the callback of a transaction, or on what
 * `sequelize.transaction()` resolves to. What runs through it commits or rolls back with everything else that is given that
 * transaction.
 *
 * ```ts
 * await sequelize.transaction(async (transaction) => {
 *   const order = await Order.create({ email }, { transaction });
 *   await sendMail.enqueue({ orderId: order.id }, { tx: fromSequelize(transaction) });
 * });
 * ```
 *
 * Statements go to the `pg` client that the transaction holds: Sequelize's `logging` does not tell of them. A nested transaction (a
 * savepoint) will do as well.
 *
 * A statement that fails leaves the transaction aborted, as ever in PostgreSQL.
 *
 * @param transaction of Sequelize 6, on `dialect: 'postgres'`.
 * @throws InvalidOptionError when given something that is no open transaction of Sequelize.
 */
export function fromSequelize(transaction: SequelizeTransaction): SqlSession {
  const session = fromPg(clientOf(transaction));
  return {
    run: async (statement) => {
      if ((transaction as Held).finished !== undefined) {
        const details = { sqlState: SQL_STATES.noActiveSqlTransaction, constraint: null };
        throw new DatabaseError('this transaction has ended', details, undefined);
      }
      return await session.run(statement);
    },
  };
}

/** What a transaction of Sequelize has beside what its types tell. */
interface Held {
  readonly finished?: string;
  readonly connection?: unknown;
}

function clientOf(given: unknown): PgClient {
  const { commit, connection } = readSafely('fromSequelize()', () => {
    const { commit, connection } = (given ?? {}) as Record<string, unknown>;
    return { commit, connection: connection as Partial<PgClient> | undefined };
  });
  if (typeof commit === 'function' && typeof connection?.query === 'function') return connection as PgClient;
  throw new InvalidOptionError(
    'fromSequelize()',
    'needs the open transaction that Sequelize hands to its callback, on PostgreSQL ' +
      '(`await sequelize.transaction(async (transaction) => …fromSequelize(transaction)…)`)',
  );
}
