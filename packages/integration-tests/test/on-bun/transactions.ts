/// <reference types="bun-types" />
// Run by Bun itself, see apps/smoke/test/bun-sql.test.ts.
import type { SqlSession } from '@bearmq/core/driver';
import { fromPostgresJs } from '@bearmq/driver-postgresjs';
import { rejectionOf } from '@bearmq/test-support';
import { afterAll, describe, expect, it } from '@jest/globals';
import { fromBunSql } from 'bearmq/bun';
import { SQL } from 'bun';
import postgres from 'postgres';
import { databaseUrl } from '../support/way.ts';
import { itIsATransactionOfTheCaller } from '../transactions/support/own-transaction.ts';
import type { TransactionClient } from '../transactions/support/transaction-client.ts';

const sql = new SQL(databaseUrl());
const postgresJs = postgres(databaseUrl());
afterAll(async () => {
  await sql.close();
  await postgresJs.end();
});

const statement = { name: 'bearmq_test', text: 'select 1::int4 as n', values: [] };

const begun: TransactionClient<Bun.TransactionSQL> = {
  transaction: (work) => sql.begin(work),
  savepoint: (tx, work) => tx.savepoint(work),
  session: fromBunSql,
};

const reserved: TransactionClient<Bun.ReservedSQL> = {
  transaction: async (work) => {
    const connection = await sql.reserve();
    try {
      await connection`begin`;
      await work(connection);
      await connection`commit`;
    } catch (error) {
      await connection`rollback`;
      throw error;
    } finally {
      await connection.release();
    }
  },
  savepoint: async (connection, work) => {
    await connection`savepoint before`;
    try {
      await work(connection);
    } catch (error) {
      await connection`rollback to savepoint before`;
      throw error;
    }
  },
  session: fromBunSql,
};

describe("a job enqueued in the caller's own transaction of Bun.sql", () => {
  itIsATransactionOfTheCaller(begun);
});

describe("a job enqueued in the caller's own transaction on a reserved connection of Bun.sql", () => {
  itIsATransactionOfTheCaller(reserved);
});

describe('fromBunSql', () => {
  it('refuses the client, at compile time and at run time, and says what to pass', () => {
    // @ts-expect-error the client does not hold a transaction
    expect(() => fromBunSql(sql)).toThrow('pass what sql.begin hands to its callback');
  });

  it('refuses what is nothing of Bun', async () => {
    // @ts-expect-error nothing
    expect(() => fromBunSql(undefined)).toThrow("fromBunSql() needs the `sql` that Bun's sql.begin hands");
    await postgresJs.begin(async (tx) => {
      expect(() => fromBunSql(tx as never)).toThrow('that of postgres.js goes to fromPostgresJs');
    });
  });

  it('is what fromPostgresJs refers to, when that is given a transaction of Bun', async () => {
    await sql.begin(async (tx) => {
      // @ts-expect-error of Bun
      expect(() => fromPostgresJs(tx)).toThrow("pass it to fromBunSql of 'bearmq/bun'");
    });
  });

  it('refuses a transaction on another database', async () => {
    const sqlite = new SQL('sqlite://:memory:');
    await sqlite.begin(async (tx) => {
      expect(() => fromBunSql(tx)).toThrow('needs a transaction on PostgreSQL, got one on sqlite');
    });
    await sqlite.close();
  });

  it('refuses a reserved connection that is in no transaction: before one, and after it', async () => {
    const connection = await sql.reserve();
    const refusal = { name: 'InvalidOptionError', message: expect.stringContaining('await reserved.begin(') };
    expect(await rejectionOf(fromBunSql(connection).run(statement))).toMatchObject(refusal);
    for (const end of ['commit', 'rollback']) {
      await connection.unsafe('begin');
      expect(await fromBunSql(connection).run(statement)).toEqual([[1]]);
      await connection.unsafe(end);
      expect(await rejectionOf(fromBunSql(connection).run(statement))).toMatchObject(refusal);
    }
    await connection.begin(async (tx) => {
      expect(await fromBunSql(tx).run(statement)).toEqual([[1]]);
    });
    await connection.release();
  });

  it('tells a reserved connection whose transaction has failed from one that is in none', async () => {
    const connection = await sql.reserve();
    await connection`begin`;
    await rejectionOf(Promise.resolve(connection`select 1 / 0`));
    expect(await rejectionOf(fromBunSql(connection).run(statement))).toMatchObject({ sqlState: '25P02' });
    await connection`rollback`;
    await connection.release();
  });

  it('takes no statement after the end, however it ended', async () => {
    const kept: SqlSession[] = [];
    await sql.begin(async (tx) => {
      kept.push(fromBunSql(tx));
      await tx.savepoint(async (savepoint) => {
        kept.push(fromBunSql(savepoint));
      });
    });
    await rejectionOf(
      sql.begin(async (tx) => {
        kept.push(fromBunSql(tx));
        throw new Error('on purpose');
      }),
    );
    expect(kept).toHaveLength(3);
    for (const session of kept) {
      expect(await rejectionOf(session.run(statement))).toMatchObject({
        name: 'DatabaseError',
        message: 'this transaction has ended',
        sqlState: '25P01',
        isRetryable: false,
      });
    }
  });
});
