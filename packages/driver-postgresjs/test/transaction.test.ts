import { DatabaseError, type Driver, type SqlSession } from '@bearmq/core/driver';
import { startTcpProxy } from '@bearmq/test-database/tcp-proxy';
import { describe, expect, it } from '@jest/globals';
import { cut, oneValue, rejectionOf, soon, statement, testUrl, withDriver } from './support.ts';

const PID = 'select pg_backend_pid()::int4 as pid';
const ONE = 'select 1::int4 as value';
const FAILS = statement('select 1::int4 / 0 as value');

describe('a transaction', () => {
  it('rolls back even what was undone to a savepoint, as sql.begin does', async () => {
    await withDriver({}, {}, async (driver) => {
      const failure = driver.transaction(async (tx) => {
        await tx.run(statement('savepoint before'));
        await rejectionOf(tx.run(FAILS));
        await tx.run(statement('rollback to before'));
      });
      expect(await rejectionOf(failure)).toMatchObject({ name: 'DatabaseError', sqlState: '22012' });
    });
  });

  it('gives its connection back healthy, after a commit and after a rollback', async () => {
    await withDriver({ max: 1 }, {}, async (driver) => {
      const pid = await oneValue(driver, PID);
      await rejectionOf(driver.transaction(() => Promise.reject(new Error('on purpose'))));
      await driver.transaction((tx) => tx.run(statement(ONE)));
      expect(await oneValue(driver, PID)).toBe(pid);
    });
  });

  it('resolves to a list as it is, and does not wait for what is in it', async () => {
    await withDriver({}, {}, async (driver) => {
      const list = [1, new Promise(() => undefined)];
      expect(await driver.transaction(async () => list)).toBe(list);
    });
  });

  it('takes in statements that its work did not wait for', async () => {
    await withDriver({ max: 1 }, {}, async (driver) => {
      let late: Promise<unknown> | undefined;
      await driver.transaction(async (tx) => {
        await tx.run(statement('create temporary table bears (n int4)'));
        late = Promise.all([1, 2, 3].map((n) => tx.run(statement('insert into bears values ($1::int4)', n))));
      });
      await late;
      expect(await oneValue(driver, 'select count(*)::int4 as n from bears')).toBe(3);
    });
  });

  it('rejects when a statement fails that its work did not wait for', async () => {
    await withDriver({}, {}, async (driver) => {
      const failure = driver.transaction(async (tx) => {
        void tx.run(FAILS).catch(() => undefined);
      });
      expect(await rejectionOf(failure)).toMatchObject({ name: 'DatabaseError', sqlState: '22012' });
    });
  });

  it('says that it has ended', async () => {
    await withDriver({}, {}, async (driver) => {
      let session: SqlSession | undefined;
      await driver.transaction(async (tx) => {
        session = tx;
      });
      const error = await rejectionOf((session as SqlSession).run(statement(ONE)));
      expect(error).toBeInstanceOf(DatabaseError);
      expect(error).toMatchObject({ sqlState: '25P01', isRetryable: false, message: 'this transaction has ended' });
    });
  });
});

describe('a transaction whose connection is cut', () => {
  const lost = { name: 'DatabaseError', isRetryable: true };

  it('runs nothing on the connection that takes its place', async () => {
    await withDriver({ max: 2, backoff: () => 0 }, {}, async (driver) => {
      await driver.run(statement('drop table if exists zombies'));
      await driver.run(statement('create table zombies (n int4)'));
      const failure = driver.transaction(async (tx) => {
        await cut(driver, await oneValue(tx, PID));
        // Both connections of the client are in use now, the one that was cut too.
        const sleep = statement('select pg_sleep(0.05)::text as slept');
        await Promise.all([driver.run(sleep), driver.run(sleep)]);
        await tx.run(statement('insert into zombies values (1)'));
      });
      expect(await rejectionOf(failure)).toMatchObject(lost);
      expect(await oneValue(driver, 'select count(*)::int4 as n from zombies')).toBe(0);
      await driver.run(statement('drop table zombies'));
    });
  });

  it('rejects its statements that were still in line', async () => {
    await withDriver({}, {}, async (driver) => {
      const failures: unknown[] = [];
      const failure = driver.transaction(async (tx) => {
        const pid = await oneValue(tx, PID);
        const sleep = (n: number): Promise<unknown> =>
          rejectionOf(tx.run(statement('select pg_sleep($1::int4)::text as slept', 60 + n)));
        const asked = [1, 2, 3].map(sleep);
        await cut(driver, pid);
        failures.push(...(await Promise.all(asked)));
      });
      expect(await soon('the rejection', rejectionOf(failure))).toMatchObject(lost);
      expect(failures).toMatchObject([lost, lost, lost]);
    });
  });

  it('rejects when the network resets it under a statement', async () => {
    const proxy = await startTcpProxy(testUrl());
    const reset = async (driver: Driver): Promise<void> => {
      const failure = driver.transaction(async (tx) => {
        const slow = rejectionOf(tx.run(statement('select pg_sleep(60)::text as slept')));
        await oneValue(driver, ONE);
        proxy.reset();
        throw await slow;
      });
      expect(await soon('the rejection', rejectionOf(failure))).toMatchObject(lost);
      expect(await oneValue(driver, ONE)).toBe(1);
    };
    await withDriver({}, {}, reset, proxy.url);
    await proxy.close();
  });

  it("rejects with the work's own error, once the work has ended", async () => {
    await withDriver({}, {}, async (driver) => {
      let hasEnded = false;
      const failure = driver.transaction(async (tx) => {
        await cut(driver, await oneValue(tx, PID));
        await rejectionOf(tx.run(statement(ONE)));
        await oneValue(driver, 'select pg_sleep(0.1)::text as slept');
        hasEnded = true;
        throw new RangeError('the error of the work');
      });
      expect(await rejectionOf(failure)).toBeInstanceOf(RangeError);
      expect(hasEnded).toBe(true);
    });
  });

  it('rejects even when its work ends well', async () => {
    await withDriver({}, {}, async (driver) => {
      const failure = driver.transaction(async (tx) => {
        await cut(driver, await oneValue(tx, PID));
        return 'as if nothing had happened';
      });
      expect(await rejectionOf(failure)).toMatchObject(lost);
    });
  });
});
