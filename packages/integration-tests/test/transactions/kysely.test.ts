import { afterAll, describe, expect, it } from '@jest/globals';
import { fromKysely } from 'bearmq/kysely';
import { CamelCasePlugin, type ControlledTransaction, Kysely, PostgresDialect, sql, type Transaction } from 'kysely';
import pg from 'pg';
import { databaseUrl } from '../support/database.ts';
import { itIsATransactionOfTheCaller } from './support/own-transaction.ts';
import type { TransactionClient } from './support/transaction-client.ts';

interface Tables {
  orders: { id: number };
}

const pool = new pg.Pool({ connectionString: databaseUrl() });
const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }), plugins: [new CamelCasePlugin()] });
afterAll(() => db.destroy());

const client: TransactionClient<Transaction<Tables>> = {
  transaction: (work) => db.transaction().execute(work),
  savepoint: async (trx, work) => {
    await sql`savepoint before`.execute(trx);
    try {
      await work(trx);
    } catch (error) {
      await sql`rollback to savepoint before`.execute(trx);
      throw error;
    }
  },
  session: fromKysely,
};

const controlled: TransactionClient<ControlledTransaction<Tables, string[]>> = {
  transaction: async (work) => {
    const trx = await db.startTransaction().execute();
    try {
      await work(trx);
      await trx.commit().execute();
    } catch (error) {
      await trx.rollback().execute();
      throw error;
    }
  },
  savepoint: async (trx, work) => {
    const savepoint = await trx.savepoint('before' as never).execute();
    try {
      await work(savepoint);
    } catch (error) {
      await savepoint.rollbackToSavepoint('before').execute();
      throw error;
    }
  },
  session: fromKysely,
};

describe("a job enqueued in the caller's own transaction of kysely", () => {
  itIsATransactionOfTheCaller(client);
});

describe("a job enqueued in the caller's own controlled transaction of kysely", () => {
  itIsATransactionOfTheCaller(controlled);
});

describe('fromKysely', () => {
  it('refuses a Kysely, at compile time and at run time, and says what to pass', async () => {
    // @ts-expect-error a Kysely does not hold a transaction
    expect(() => fromKysely(db)).toThrow('pass what Kysely hands to its callback');
    await db.connection().execute(async (connection) => {
      // @ts-expect-error nor does one of its connections
      expect(() => fromKysely(connection)).toThrow('pass what Kysely hands to its callback');
    });
  });

  it('refuses what is nothing of Kysely', () => {
    // @ts-expect-error a pool
    expect(() => fromKysely(pool)).toThrow('fromKysely() needs the transaction');
    // @ts-expect-error nothing
    expect(() => fromKysely(undefined)).toThrow('fromKysely() needs the transaction');
    // @ts-expect-error how one begins
    expect(() => fromKysely(db.transaction())).toThrow('fromKysely() needs the transaction');
  });
});
