import { DatabaseError, type SqlSession } from '@bearmq/core/driver';
import { describe, expect, it } from '@jest/globals';
import { oneValue, rejectionOf, sql, withDriver } from './support.ts';

const PID = 'select pg_backend_pid()::int4 as pid';

describe('a transaction', () => {
  it('commits after an error that was undone to a savepoint', async () => {
    await withDriver({}, {}, async (driver) => {
      const value = await driver.transaction(async (tx) => {
        await tx.run(sql('savepoint before'));
        await rejectionOf(tx.run(sql('select 1::int4 / 0 as value')));
        await tx.run(sql('rollback to before'));
        return await oneValue(tx, 'select 1::int4 as value');
      });
      expect(value).toBe(1);
    });
  });

  it('gives a healthy client back to the pool, and drops one that could not roll back', async () => {
    await withDriver({ max: 1 }, {}, async (driver) => {
      const first = await oneValue(driver, PID);
      await rejectionOf(driver.transaction(() => Promise.reject(new Error('on purpose'))));
      expect(await oneValue(driver, PID)).toBe(first);
      const cut = driver.transaction(async (tx) => {
        await rejectionOf(tx.run(sql('select pg_terminate_backend(pg_backend_pid())::boolean as done')));
        throw new RangeError('the error of the work');
      });
      expect(await rejectionOf(cut)).toBeInstanceOf(RangeError);
      expect(await oneValue(driver, PID)).not.toBe(first);
    });
  });

  it('drops a client whose statement the caller has stopped waiting for', async () => {
    // `query_timeout` only stops the waiting: the connection stays busy, and the rollback waits in line behind it.
    await withDriver({ max: 1, query_timeout: 100 }, {}, async (driver) => {
      const slow = driver.transaction((tx) => tx.run(sql('select pg_sleep(1)::text as slept')));
      expect(await rejectionOf(slow)).toMatchObject({ sqlState: null, isRetryable: true });
      expect(await oneValue(driver, 'select 1::int4 as value')).toBe(1);
    });
  });

  it('takes in a statement that its work did not wait for', async () => {
    await withDriver({ max: 1 }, {}, async (driver) => {
      let late: Promise<unknown> | undefined;
      await driver.transaction(async (tx) => {
        await tx.run(sql('create temporary table bears (n int4)'));
        late = Promise.all([1, 2, 3].map((n) => tx.run(sql('insert into bears values ($1::int4)', n))));
      });
      await late;
      expect(await oneValue(driver, 'select count(*)::int4 as n from bears')).toBe(3);
    });
  });

  it('says that it has ended', async () => {
    await withDriver({}, {}, async (driver) => {
      let session: SqlSession | undefined;
      await driver.transaction(async (tx) => {
        session = tx;
      });
      const error = await rejectionOf((session as SqlSession).run(sql('select 1::int4 as value')));
      expect(error).toBeInstanceOf(DatabaseError);
      expect(error).toMatchObject({ sqlState: '25P01', isRetryable: false, message: 'this transaction has ended' });
    });
  });
});
