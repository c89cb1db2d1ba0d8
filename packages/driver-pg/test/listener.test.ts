import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { pgDriver } from '../src/index.ts';
import { hears, newPool, noting, oneValue, testUrl, unique, withDriver } from './support.ts';

describe('the connection that listens', () => {
  it('takes no slot of the pool', async () => {
    await withDriver({ max: 1 }, {}, async (driver, pool) => {
      await hears(driver);
      await hears(driver);
      expect(pool.totalCount).toBe(1);
    });
  });

  it('connects with a password that the pool hides from copies', async () => {
    const { hostname, port, username, password, pathname } = new URL(testUrl());
    const parts = { host: hostname, port: Number(port), user: username, database: pathname.slice(1) };
    for (const secret of [decodeURIComponent(password), async () => decodeURIComponent(password)]) {
      const pool = new pg.Pool({ ...parts, password: secret });
      const driver = pgDriver({ pool });
      await hears(driver);
      await driver.close();
      await pool.end();
    }
  });

  it('takes a slot of a pool that does not tell how it makes its clients, and gives it back', async () => {
    const pool = newPool({ max: 2 });
    const shy = {
      query: pool.query.bind(pool),
      connect: pool.connect.bind(pool),
      on: pool.on.bind(pool),
      removeListener: pool.removeListener.bind(pool),
    };
    const driver = pgDriver({ pool: shy as unknown as pg.Pool });
    await hears(driver);
    expect(pool.totalCount).toBe(2);
    await driver.close();
    expect(pool.totalCount).toBe(1);
    await pool.end();
  });

  it('gives up waiting for a slot of a full pool when it is closed, and leaves the slot to others', async () => {
    const pool = newPool({ max: 1 });
    const shy = {
      query: pool.query.bind(pool),
      connect: pool.connect.bind(pool),
      on: () => 0,
      removeListener: () => 0,
    };
    const driver = pgDriver({ pool: shy as unknown as pg.Pool });
    await driver.transaction(async () => {
      driver.listen(unique('late'), noting().listener);
      expect(pool.waitingCount).toBe(1);
      await driver.close();
    });
    expect(await oneValue(driver, 'select 1::int4 as value')).toBe(1);
    expect([pool.totalCount, pool.idleCount, pool.waitingCount]).toEqual([1, 1, 0]);
    await pool.end();
  });
});
