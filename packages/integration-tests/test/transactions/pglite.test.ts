import { fromPglite, pgliteDriver } from '@bearmq/driver-pglite';
import { PGlite, type Transaction } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { migrate } from 'bearmq';
import { fromDrizzle } from 'bearmq/drizzle';
import { fromKysely } from 'bearmq/kysely';
import { sql } from 'drizzle-orm';
import { drizzle, type PgliteDatabase } from 'drizzle-orm/pglite';
import { Kysely, type Transaction as KyselyTransaction, sql as kyselySql, PGliteDialect } from 'kysely';
import { freshName } from '../support/database.ts';
import { itCompletesJobs } from './support/completes.ts';
import { itKeepsToItsTransaction, type Queue, queueOn } from './support/keeps-to-its-transaction.ts';
import type { TransactionClient } from './support/transaction-client.ts';

// PGlite has one session: nobody else could look on while a transaction is open.
const pglite = await PGlite.create();
const driver = pgliteDriver({ db: pglite });
afterAll(() => pglite.close());

/** What a transaction of PGlite must do, in a `describe` of its own. */
function itIsATransaction<TTx>(client: TransactionClient<TTx>): void {
  const queue = useQueue();
  itKeepsToItsTransaction<TTx>(queue, client);
  itCompletesJobs<TTx>(queue.context, client);
}

function useQueue(): Queue {
  const schema = freshName();
  beforeAll(() => migrate({ driver, schema }));
  return queueOn({ driver, schema }, async (text, values) => {
    const { rows } = await pglite.query<Record<string, unknown>>(text, [...values]);
    return rows;
  });
}

describe("a job enqueued in the caller's own transaction of PGlite", () => {
  itIsATransaction<Transaction>({
    transaction: (work) => pglite.transaction(work),
    savepoint: async (tx, work) => {
      await tx.query('savepoint before');
      try {
        await work(tx);
      } catch (error) {
        await tx.query('rollback to savepoint before');
        throw error;
      }
    },
    session: fromPglite,
  });
});

describe("a job enqueued in the caller's own transaction of kysely, on PGlite", () => {
  const db = new Kysely<unknown>({ dialect: new PGliteDialect({ pglite }) });
  itIsATransaction<KyselyTransaction<unknown>>({
    transaction: (work) => db.transaction().execute(work),
    savepoint: async (trx, work) => {
      await kyselySql`savepoint before`.execute(trx);
      try {
        await work(trx);
      } catch (error) {
        await kyselySql`rollback to savepoint before`.execute(trx);
        throw error;
      }
    },
    session: fromKysely,
  });
});

describe("a job enqueued in the caller's own transaction of drizzle, on PGlite", () => {
  const db = drizzle({ client: pglite });
  itIsATransaction<Parameters<Parameters<PgliteDatabase['transaction']>[0]>[0]>({
    transaction: (work) => db.transaction(work),
    savepoint: (tx, work) => tx.transaction(work),
    session: (tx) => fromDrizzle(tx, sql),
  });
});
