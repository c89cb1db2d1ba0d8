import assert from 'node:assert/strict';
import { type DatabaseError, type Driver, toDatabaseError } from '@bearmq/core/driver';
import type { DriverCase } from './cases.ts';
import { databaseError, oneValue, sql, uniqueLock } from './support.ts';
import { eventually, Gate, soon } from './waiting.ts';

const SELECT_LOCK = 'select pg_advisory_xact_lock($1::int4)::text as locked';

/** What the server reports, and what it means for another attempt. */
export const errorCases: readonly DriverCase[] = [
  {
    title: 'names the violated constraint',
    run: async ({ driver, newTable }) => {
      const table = newTable();
      await driver.run(sql(`create table ${table} (id int4 constraint one_bear unique, n int4 check (n > 0))`));
      await driver.run(sql(`insert into ${table} values (1, 1)`));
      const duplicate = await databaseError(driver.run(sql(`insert into ${table} values ($1::int4, 1)`, 1)));
      assert.deepEqual([duplicate.sqlState, duplicate.constraint, duplicate.isRetryable], ['23505', 'one_bear', false]);
      const check = await databaseError(driver.run(sql(`insert into ${table} values ($1::int4, 0)`, 2)));
      assert.equal(check.sqlState, '23514');
      assert.match(check.constraint ?? '', /_n_check$/);
    },
  },
  {
    title: 'reports a syntax error as final',
    run: async ({ driver }) => {
      const error = await databaseError(driver.run(sql('selec 1::int4 as value')));
      assert.deepEqual([error.sqlState, error.constraint, error.isRetryable], ['42601', null, false]);
      assert.match(error.message, /selec/);
    },
  },
  {
    title: 'reports a missing table as final',
    run: async ({ driver, newTable }) => {
      const error = await databaseError(driver.run(sql(`select 1::int4 as value from ${newTable()}`)));
      assert.deepEqual([error.sqlState, error.isRetryable], ['42P01', false]);
    },
  },
  {
    title: 'reports a value that is none of its type',
    run: async ({ driver }) => {
      const error = await databaseError(driver.run(sql('select ($1::text)::int4 as value', 'bear')));
      assert.deepEqual([error.sqlState, error.isRetryable], ['22P02', false]);
    },
  },
  {
    title: "keeps the client's own error as the cause",
    run: async ({ driver }) => {
      const error = await databaseError(driver.run(sql('select 1::int4 as value from nowhere')));
      assert.notEqual(error.cause ?? null, null);
    },
  },
  {
    title: 'goes on working after errors, more of them than it has connections',
    run: async ({ driver }) => {
      for (let i = 0; i < 30; i += 1) await databaseError(driver.run(sql('select 1::int4 / $1::int4 as value', 0)));
      assert.equal(await oneValue(driver, 'select 1::int4 as value'), 1);
    },
  },
  {
    title: 'reports a deadlock as retryable, and lets the other side through',
    needs: ['concurrentConnections'],
    run: async ({ driver }) => {
      const locks = [uniqueLock(), uniqueLock()] as const;
      const gates = [new Gate(), new Gate()] as const;
      const cross = (mine: 0 | 1, other: 0 | 1): Promise<unknown> =>
        driver
          .transaction(async (tx) => {
            await tx.run(sql(SELECT_LOCK, locks[mine]));
            gates[mine].open();
            await gates[other].opened;
            await tx.run(sql(SELECT_LOCK, locks[other]));
          })
          .catch((error: unknown) => error);
      const outcomes = await soon('the end of the deadlock', Promise.all([cross(0, 1), cross(1, 0)]));
      const errors = outcomes.filter((outcome) => outcome !== undefined) as DatabaseError[];
      assert.deepEqual(
        errors.map((error) => [error.sqlState, error.isRetryable]),
        [['40P01', true]],
      );
    },
  },
  {
    title: 'reports a serialization failure as retryable',
    needs: ['concurrentConnections'],
    run: async ({ driver, newTable }) => {
      const table = newTable();
      await driver.run(sql(`create table ${table} (n int4)`));
      await driver.run(sql(`insert into ${table} values (1)`));
      const failure = driver.transaction(async (tx) => {
        await tx.run(sql('set transaction isolation level repeatable read'));
        await oneValue(tx, `select n::int4 from ${table}`);
        await driver.run(sql(`update ${table} set n = 2`));
        await tx.run(sql(`update ${table} set n = 3`));
      });
      const error = await databaseError(failure);
      assert.deepEqual([error.sqlState, error.isRetryable], ['40001', true]);
    },
  },
  {
    title: 'reports a lock timeout as retryable',
    needs: ['concurrentConnections'],
    run: async ({ driver }) => {
      const lock = uniqueLock();
      await driver.transaction(async (holder) => {
        await holder.run(sql(SELECT_LOCK, lock));
        const waiting = driver.transaction(async (tx) => {
          await tx.run(sql("set local lock_timeout = '50ms'"));
          await tx.run(sql(SELECT_LOCK, lock));
        });
        const error = await databaseError(waiting);
        assert.deepEqual([error.sqlState, error.isRetryable], ['55P03', true]);
      });
    },
  },
  {
    title: 'reports a statement timeout as retryable',
    needs: ['statementTimeout'],
    run: async ({ driver }) => {
      const slow = driver.transaction(async (tx) => {
        await tx.run(sql("set local statement_timeout = '50ms'"));
        await tx.run(sql('select pg_sleep(60)::text as slept'));
      });
      const error = await soon('the statement timeout', databaseError(slow));
      assert.deepEqual([error.sqlState, error.isRetryable], ['57014', true]);
    },
  },
  {
    title: 'reports a connection that the server cuts under a statement as retryable, and recovers',
    needs: ['concurrentConnections', 'terminateBackend'],
    run: async ({ driver }) => {
      const mark = uniqueLock();
      const sleeping = databaseError(driver.run(sql(`select pg_sleep(60)::text as slept /* ${mark} */`)));
      await eventually('the sleeping connection', async () => {
        const text = `
          select pg_terminate_backend(pid)::boolean as done from pg_stat_activity
          where query like '%pg_sleep%' || $1::text || '%' and pid <> pg_backend_pid() and state = 'active'`;
        return (await driver.run(sql(text, String(mark))))[0];
      });
      const error = await soon('the error', sleeping);
      assert.ok(error.isRetryable, `${error.sqlState} ${error.message}`);
      await recovers(driver);
    },
  },
  {
    title: 'reports a connection that the server cuts inside a transaction as retryable, and recovers',
    needs: ['concurrentConnections', 'terminateBackend', 'lostTransaction'],
    run: async ({ driver, newTable }) => {
      const table = newTable();
      await driver.run(sql(`create table ${table} (n int4)`));
      const cut = driver.transaction(async (tx) => {
        await tx.run(sql(`insert into ${table} values (1)`));
        const pid = await oneValue(tx, 'select pg_backend_pid()::int4 as pid');
        await oneValue(driver, 'select pg_terminate_backend($1::int4)::boolean as done', pid);
        await gone(driver, pid as number);
        await tx.run(sql(`insert into ${table} values (2)`));
      });
      const error = await soon('the error', databaseError(cut));
      assert.ok(error.isRetryable, `${error.sqlState} ${error.message}`);
      await recovers(driver);
      assert.equal(await oneValue(driver, `select count(*)::int4 as n from ${table}`), 0);
    },
  },
];

/** Waits until a server process has ended. */
async function gone(driver: Driver, pid: number): Promise<void> {
  const text = 'select count(*)::int4 as n from pg_stat_activity where pid = $1::int4';
  await eventually('the end of the server process', async () => {
    return (await oneValue(driver, text, pid)) === 0 ? true : undefined;
  });
}

/** A pool may hold a second dead connection, so errors are allowed as long as they say "try again". */
async function recovers(driver: Driver): Promise<void> {
  await eventually('a working connection', async () => {
    try {
      return await oneValue(driver, 'select 1::int4 as value');
    } catch (error) {
      if (toDatabaseError(error).isRetryable) return undefined;
      throw error;
    }
  });
}
