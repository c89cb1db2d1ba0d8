import { afterAll, describe, expect, it } from '@jest/globals';
import { fromPg } from 'bearmq';
import pg from 'pg';
import { databaseUrl } from '../support/database.ts';
import { itIsATransactionOfTheCaller } from './support/own-transaction.ts';
import type { TransactionClient } from './support/transaction-client.ts';

const pool = new pg.Pool({ connectionString: databaseUrl() });
afterAll(() => pool.end());

const client: TransactionClient<pg.PoolClient> = {
  transaction: async (work) => {
    const checkedOut = await pool.connect();
    try {
      await checkedOut.query('begin');
      await work(checkedOut);
      await checkedOut.query('commit');
    } catch (error) {
      await checkedOut.query('rollback');
      throw error;
    } finally {
      checkedOut.release();
    }
  },
  savepoint: async (tx, work) => {
    await tx.query('savepoint before');
    try {
      await work(tx);
    } catch (error) {
      await tx.query('rollback to savepoint before');
      throw error;
    }
  },
  session: fromPg,
};

describe("a job enqueued in the caller's own transaction of pg", () => {
  itIsATransactionOfTheCaller(client);
});

describe('fromPg', () => {
  it('refuses a pool, at compile time and at run time, and says what to pass', () => {
    // @ts-expect-error a Pool does not hold a transaction
    expect(() => fromPg(pool)).toThrow(expect.objectContaining({ message: expect.stringContaining('a Pool') }));
  });
});
