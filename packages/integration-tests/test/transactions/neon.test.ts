import type { PgPoolClient } from '@bearmq/driver-pg';
import { rejectionOf } from '@bearmq/test-support';
import { afterAll, describe, expect, it } from '@jest/globals';
import { Pool } from '@neondatabase/serverless';
import { createClient, createPool, db, sql } from '@vercel/postgres';
import { fromPg } from 'bearmq';
import { databaseUrl } from '../support/database.ts';
import { asVercelTakesIt, speakNeon } from '../support/websockets.ts';
import { itIsATransactionOfTheCaller } from './support/own-transaction.ts';
import type { TransactionClient } from './support/transaction-client.ts';

const endProxy = await speakNeon(databaseUrl());
const connectionString = asVercelTakesIt(databaseUrl());
const neonPool = new Pool({ connectionString });
const vercelPool = createPool({ connectionString });
afterAll(async () => {
  await Promise.all([neonPool.end(), vercelPool.end()]);
  await endProxy();
});

const statement = { name: 'bearmq_test', text: 'select 1::int4 as n', values: [] };

/** Transactions as one writes them with `pg`, on a client of a pool of this kind. */
function clientsOf(pool: { connect(): Promise<PgPoolClient> }): TransactionClient<PgPoolClient> {
  const say = async (client: PgPoolClient, text: string) =>
    await (client as unknown as { query(text: string): Promise<unknown> }).query(text);
  return {
    transaction: async (work) => {
      const client = await pool.connect();
      try {
        await say(client, 'begin');
        await work(client);
        await say(client, 'commit');
      } catch (error) {
        await say(client, 'rollback');
        throw error;
      } finally {
        client.release();
      }
    },
    savepoint: async (client, work) => {
      await say(client, 'savepoint before');
      try {
        await work(client);
      } catch (error) {
        await say(client, 'rollback to savepoint before');
        throw error;
      }
    },
    session: fromPg,
  };
}

describe("a job enqueued in the caller's own transaction of Neon's driver", () => {
  itIsATransactionOfTheCaller(clientsOf(neonPool));
});

describe("a job enqueued in the caller's own transaction of Vercel's driver", () => {
  itIsATransactionOfTheCaller(clientsOf(vercelPool));
});

describe("fromPg, with Vercel's driver", () => {
  it('refuses its pools, the one that is there from the start too, and says what to pass', () => {
    process.env['POSTGRES_URL'] = connectionString;
    try {
      // @ts-expect-error a pool does not hold a transaction
      expect(() => fromPg(vercelPool)).toThrow('const client = await pool.connect()');
      // @ts-expect-error nor does this one
      expect(() => fromPg(db)).toThrow('const client = await pool.connect()');
      // @ts-expect-error which is the same
      expect(() => fromPg(sql)).toThrow('const client = await pool.connect()');
    } finally {
      delete process.env['POSTGRES_URL'];
    }
  });

  it('takes a single client of its own, and refuses it when it is in no transaction', async () => {
    const client = createClient({ connectionString });
    await client.connect();
    try {
      const refused = rejectionOf(fromPg(client).run(statement));
      expect(await refused).toMatchObject({ message: expect.stringContaining("await client.query('begin')") });
      await client.query('begin');
      expect(await fromPg(client).run(statement)).toEqual([[1]]);
    } finally {
      await client.end();
    }
  });
});
