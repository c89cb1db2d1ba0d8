import { InvalidOptionError, readSafely, type SqlSession } from '../driver/index.ts';
import { fromKysely, type KyselyTransaction } from './kysely.ts';

/** What {@link fromMikroOrm} needs of MikroORM's `EntityManager`, by shape, so that its version is the user's. */
export interface MikroOrmManager {
  getTransactionContext(): unknown;
}

/**
 * The caller's own transaction: a session on the entity manager that MikroORM hands to the callback of a transaction, or on one
 * on which you said `begin`. What runs through it commits or rolls back with everything else in that transaction.
 *
 * ```ts
 * await orm.em.transactional(async (em) => {
 *   const order = em.create(Order, { email });
 *   await em.flush(); // for the order's id
 *   await sendMail.enqueue({ orderId: order.id }, { tx: fromMikroOrm(em) });
 * });
 * ```
 *
 * The manager of a nested transaction (a savepoint) will do as well.
 *
 * A statement that fails leaves the transaction aborted, as ever in PostgreSQL; a nested transaction around it can be rolled
 * back alone.
 *
 * @param em of MikroORM 7, on PostgreSQL. With MikroORM 6, which stands on Knex, pass `fromKnex(em.getTransactionContext())`.
 * @throws InvalidOptionError when given a manager that is in no transaction, or something that is no manager at all.
 */
export function fromMikroOrm(em: MikroOrmManager): SqlSession {
  return fromKysely(transactionOf(em));
}

function transactionOf(given: MikroOrmManager): KyselyTransaction {
  const transaction = readSafely('fromMikroOrm()', () => {
    if (typeof (given as Partial<MikroOrmManager> | undefined)?.getTransactionContext === 'function') {
      return { isManager: true, context: given.getTransactionContext() };
    }
    return { isManager: false, context: undefined };
  });
  if (!transaction.isManager) {
    throw new InvalidOptionError(
      'fromMikroOrm()',
      'needs the entity manager that `em.transactional` hands to its callback',
    );
  }
  const context = (transaction.context ?? {}) as Partial<
    Record<'isTransaction' | 'withoutPlugins' | 'isCompleted', unknown>
  >;
  if (context.isTransaction === true && typeof context.withoutPlugins === 'function')
    return context as KyselyTransaction;
  if (typeof context.isCompleted === 'function') {
    throw new InvalidOptionError(
      'fromMikroOrm()',
      "was given a manager of MikroORM 6, which stands on Knex: pass `fromKnex(em.getTransactionContext())` of 'bearmq/knex'",
    );
  }
  throw new InvalidOptionError(
    'fromMikroOrm()',
    'was given an entity manager that is in no transaction, so nothing would commit with your own writes: ' +
      'pass what MikroORM hands to its callback (`await em.transactional(async (em) => …fromMikroOrm(em)…)`)',
  );
}
