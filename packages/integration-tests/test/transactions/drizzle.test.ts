import { afterAll, describe, expect, it } from '@jest/globals';
import { fromDrizzle } from 'bearmq/drizzle';
import { sql } from 'drizzle-orm';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { integer, pgTable, withReplicas } from 'drizzle-orm/pg-core';
import { drizzle as drizzlePostgresJs, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import pg from 'pg';
import postgres from 'postgres';
import { databaseUrl, poolerOptions } from '../support/way.ts';
import { itIsATransactionOfTheCaller } from './support/own-transaction.ts';
import type { TransactionClient } from './support/transaction-client.ts';

const tables = { orders: pgTable('orders', { id: integer() }) };
type Tables = typeof tables;

const pool = new pg.Pool({ connectionString: databaseUrl() });
afterAll(() => pool.end());
const db = drizzle({ client: pool, schema: tables, casing: 'snake_case' });

const postgresJs = postgres(databaseUrl(), poolerOptions(databaseUrl()));
const postgresJsDb = drizzlePostgresJs({ client: postgresJs, schema: tables });
afterAll(() => postgresJs.end());

type NodePgTx = Parameters<Parameters<NodePgDatabase<Tables>['transaction']>[0]>[0];
type PostgresJsTx = Parameters<Parameters<PostgresJsDatabase<Tables>['transaction']>[0]>[0];

const onNodePostgres: TransactionClient<NodePgTx> = {
  transaction: (work) => db.transaction(work),
  savepoint: (tx, work) => tx.transaction(work),
  session: (tx) => fromDrizzle(tx, sql),
};

const onPostgresJs: TransactionClient<PostgresJsTx> = {
  transaction: (work) => postgresJsDb.transaction(work),
  savepoint: (tx, work) => tx.transaction(work),
  session: (tx) => fromDrizzle(tx, sql),
};

describe("a job enqueued in the caller's own transaction of drizzle, on node-postgres", () => {
  itIsATransactionOfTheCaller(onNodePostgres);
});

describe("a job enqueued in the caller's own transaction of drizzle, on postgres.js", () => {
  itIsATransactionOfTheCaller(onPostgresJs);
});

describe('fromDrizzle', () => {
  it('refuses a database, at compile time and at run time, and says what to pass', () => {
    const refusal = 'pass what Drizzle hands to its callback';
    // @ts-expect-error a database does not hold a transaction
    expect(() => fromDrizzle(db, sql)).toThrow(refusal);
    // @ts-expect-error over another client neither
    expect(() => fromDrizzle(postgresJsDb, sql)).toThrow(refusal);
    // @ts-expect-error nor do several of them
    expect(() => fromDrizzle(withReplicas(db, [db]), sql)).toThrow(refusal);
  });

  it('refuses what is nothing of Drizzle', () => {
    const refusal = 'fromDrizzle() needs the transaction';
    // @ts-expect-error a pool
    expect(() => fromDrizzle(pool, sql)).toThrow(refusal);
    // @ts-expect-error nothing
    expect(() => fromDrizzle(undefined, sql)).toThrow(refusal);
  });

  it("refuses a tag that is not Drizzle's", async () => {
    const refusal = "import { sql } from 'drizzle-orm'";
    await db.transaction(async (tx) => {
      // @ts-expect-error a tag of postgres.js
      expect(() => fromDrizzle(tx, postgresJs)).toThrow(refusal);
      // @ts-expect-error none
      expect(() => fromDrizzle(tx)).toThrow(refusal);
    });
  });
});
