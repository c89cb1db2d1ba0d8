import assert from 'node:assert/strict';
import type { Driver, SqlSession } from '@bearmq/core/driver';
import type { DriverCase, DriverContext } from './cases.ts';
import { databaseError, oneValue, rejection, sql } from './support.ts';
import { Gate, soon } from './waiting.ts';

async function tableOfNumbers({ driver, newTable }: DriverContext): Promise<string> {
  const table = newTable();
  await driver.run(sql(`create table ${table} (n int4 unique deferrable initially deferred)`));
  return table;
}

async function numbersIn(session: SqlSession, table: string): Promise<unknown> {
  return await oneValue(session, `select coalesce(string_agg(n::text, ' ' order by n), '')::text as ns from ${table}`);
}

async function begunAndEnded(driver: Driver, end: 'commit' | 'rollback'): Promise<SqlSession> {
  let session: SqlSession | undefined;
  const transaction = driver.transaction(async (tx) => {
    session = tx;
    await tx.run(sql('select 1::int4 as value'));
    if (end === 'rollback') throw new Error('on purpose');
  });
  await transaction.catch(() => undefined);
  assert.ok(session !== undefined, 'the work was never called');
  return session;
}

/** All or nothing, and on one connection. */
export const transactionCases: readonly DriverCase[] = [
  {
    title: 'commits, and resolves to what the work resolved to',
    run: async (context) => {
      const table = await tableOfNumbers(context);
      const result = await context.driver.transaction(async (tx) => {
        await tx.run(sql(`insert into ${table} values ($1::int4)`, 1));
        assert.equal(await numbersIn(tx, table), '1');
        return { anything: 'at all' };
      });
      assert.deepEqual(result, { anything: 'at all' });
      assert.equal(await numbersIn(context.driver, table), '1');
    },
  },
  {
    title: 'rolls back when the work rejects, and rejects with the very same error',
    run: async (context) => {
      const table = await tableOfNumbers(context);
      for (const reason of [new RangeError('on purpose'), 'a text', undefined]) {
        const failure = context.driver.transaction(async (tx) => {
          await tx.run(sql(`insert into ${table} values ($1::int4)`, 1));
          throw reason;
        });
        assert.ok(Object.is(await rejection(failure), reason), 'another error than the one thrown');
      }
      assert.equal(await numbersIn(context.driver, table), '');
    },
  },
  {
    title: 'rolls back when a statement fails, and rejects with its error',
    run: async (context) => {
      const table = await tableOfNumbers(context);
      let seen: unknown;
      const failure = context.driver.transaction(async (tx) => {
        await tx.run(sql(`insert into ${table} values ($1::int4)`, 1));
        seen = await rejection(tx.run(sql('select 1::int4 / $1::int4 as value', 0)));
        throw seen;
      });
      const error = await databaseError(failure);
      assert.equal(error.sqlState, '22012');
      assert.equal(error, seen);
      assert.equal(await numbersIn(context.driver, table), '');
    },
  },
  {
    title: 'rejects when the work hides that a statement failed: nothing was committed',
    run: async (context) => {
      const table = await tableOfNumbers(context);
      const failure = context.driver.transaction(async (tx) => {
        await tx.run(sql(`insert into ${table} values ($1::int4)`, 1));
        await rejection(tx.run(sql('select 1::int4 / $1::int4 as value', 0)));
        return 'as if nothing had happened';
      });
      await databaseError(failure);
      assert.equal(await numbersIn(context.driver, table), '');
    },
  },
  {
    title: 'rejects when the commit itself fails',
    run: async (context) => {
      const table = await tableOfNumbers(context);
      const failure = context.driver.transaction(async (tx) => {
        // The constraint is deferred: nothing is wrong until the commit.
        await tx.run(sql(`insert into ${table} values (7), (7)`));
      });
      assert.equal((await databaseError(failure)).sqlState, '23505');
      assert.equal(await numbersIn(context.driver, table), '');
    },
  },
  {
    title: 'stays on one connection',
    run: async ({ driver }) => {
      await driver.transaction(async (tx) => {
        await tx.run(sql("select set_config('bearmq.testkit', $1::text, true)::text as value", 'here'));
        for (let i = 0; i < 5; i += 1) {
          assert.equal(await oneValue(tx, "select current_setting('bearmq.testkit', true)::text as value"), 'here');
        }
      });
    },
  },
  {
    title: 'runs statements that were asked for at once in that order',
    run: async (context) => {
      const table = await tableOfNumbers(context);
      const counts = await context.driver.transaction(
        async (tx) =>
          await Promise.all(
            [1, 2, 3, 4].flatMap((n) => [
              tx.run(sql(`insert into ${table} values ($1::int4) returning n::int4`, n)).then((rows) => rows[0]?.[0]),
              oneValue(tx, `select count(*)::int4 as n from ${table}`),
            ]),
          ),
      );
      assert.deepEqual(counts, [1, 1, 2, 2, 3, 3, 4, 4]);
    },
  },
  {
    title: 'commits what it was asked for, though the work did not wait for it',
    run: async (context) => {
      const table = await tableOfNumbers(context);
      await context.driver.transaction(async (tx) => {
        for (const n of [1, 2, 3]) void tx.run(sql(`insert into ${table} values ($1::int4)`, n));
      });
      assert.equal(await numbersIn(context.driver, table), '1 2 3');
    },
  },
  {
    title: 'refuses its session after the commit',
    run: async (context) => {
      const table = await tableOfNumbers(context);
      const session = await begunAndEnded(context.driver, 'commit');
      await rejection(session.run(sql(`insert into ${table} values (1)`)));
      assert.equal(await numbersIn(context.driver, table), '');
    },
  },
  {
    title: 'refuses its session after the rollback',
    run: async (context) => {
      const table = await tableOfNumbers(context);
      const session = await begunAndEnded(context.driver, 'rollback');
      await rejection(session.run(sql(`insert into ${table} values (1)`)));
      assert.equal(await numbersIn(context.driver, table), '');
    },
  },
  {
    title: 'gives its connection back every time',
    run: async ({ driver }) => {
      for (let i = 0; i < 30; i += 1) {
        await soon(`transaction ${i}`, begunAndEnded(driver, i % 2 === 0 ? 'commit' : 'rollback'));
      }
    },
  },
  {
    title: 'is invisible to others until it commits',
    needs: ['concurrentConnections'],
    run: async (context) => {
      const table = await tableOfNumbers(context);
      await context.driver.transaction(async (tx) => {
        await tx.run(sql(`insert into ${table} values (1)`));
        assert.equal(await numbersIn(context.driver, table), '');
      });
      assert.equal(await numbersIn(context.driver, table), '1');
    },
  },
  {
    title: 'is independent of one that runs beside it, or is begun within its work',
    needs: ['concurrentConnections'],
    run: async (context) => {
      const { driver } = context;
      const table = await tableOfNumbers(context);
      const both = [new Gate(), new Gate()] as const;
      const undone = rejection(
        driver.transaction(async (tx) => {
          await tx.run(sql(`insert into ${table} values (1)`));
          both[0].open();
          await both[1].opened;
          throw new Error('on purpose');
        }),
      );
      await driver.transaction(async (tx) => {
        await tx.run(sql(`insert into ${table} values (2)`));
        await both[0].opened;
        await driver.transaction(async (inner) => void (await inner.run(sql(`insert into ${table} values (3)`))));
        assert.equal(await numbersIn(driver, table), '3');
        both[1].open();
      });
      await soon('the rollback', undone);
      assert.equal(await numbersIn(driver, table), '2 3');
    },
  },
];
