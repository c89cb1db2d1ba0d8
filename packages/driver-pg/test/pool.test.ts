import { describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { pgDriver } from '../src/index.ts';
import { newPool, oneValue, rejectionOf, soon, sql, testUrl, until, withDriver } from './support.ts';

describe('the pool of the caller', () => {
  it('is not ended by close, and still serves the driver', async () => {
    await withDriver({}, {}, async (driver, pool) => {
      await driver.close();
      expect(pool.ending).toBe(false);
      expect(await oneValue(driver, 'select 1::int4 as value')).toBe(1);
      expect(await driver.transaction((tx) => oneValue(tx, 'select 2::int4 as value'))).toBe(2);
    });
  });

  it('has one error listener more, however many drivers use it, until the last is closed', async () => {
    const pool = newPool();
    const drivers = Array.from({ length: 20 }, () => pgDriver({ pool }));
    expect(pool.listenerCount('error')).toBe(1);
    for (const driver of drivers.slice(1)) await Promise.all([driver.close(), driver.close()]);
    expect(pool.listenerCount('error')).toBe(1);
    await drivers[0]?.close();
    expect(pool.listenerCount('error')).toBe(0);
    const again = pgDriver({ pool });
    expect(pool.listenerCount('error')).toBe(1);
    await again.close();
    await pool.end();
  });

  it("still calls the caller's own error listener", async () => {
    await withDriver({ max: 1 }, {}, async (driver, pool) => {
      const heard: unknown[] = [];
      pool.on('error', (error) => heard.push(error));
      await killIdle(await oneValue(driver, 'select pg_backend_pid()::int4 as pid'));
      await until("the caller's listener", () => heard.length === 1);
      expect(await oneValue(driver, 'select 1::int4 as value')).toBe(1);
    });
  });

  it('is left with the listeners it had on its clients', async () => {
    await withDriver({ max: 1 }, {}, async (driver, pool) => {
      const count = async (): Promise<number[]> => {
        const client = await pool.connect();
        const counts = ['error', 'end', 'notification'].map((event) => client.listenerCount(event));
        client.release();
        return counts;
      };
      const before = await count();
      for (let i = 0; i < 15; i += 1) await driver.transaction((tx) => oneValue(tx, 'select 1::int4 as value'));
      expect(await count()).toEqual(before);
    });
  });

  it('reads numbers whatever its clients were told', async () => {
    await withDriver({ binary: true } as pg.PoolConfig, {}, async (driver) => {
      const error = await rejectionOf(driver.run(sql('select 1::int4 as value')));
      expect(String(error)).toContain('binary');
    });
  });

  it('must be a pool', () => {
    const client = new pg.Client(testUrl());
    // @ts-expect-error a Client is not a Pool
    expect(() => pgDriver({ pool: client })).toThrow('a single Client was given');
    // @ts-expect-error nor is nothing
    expect(() => pgDriver({})).toThrow('must be a Pool of the pg package, as `new Pool()` makes one');
  });

  it('goes with options that are in their range only', async () => {
    const pool = newPool();
    // @ts-expect-error not one of the three
    expect(() => pgDriver({ pool, prepare: true })).toThrow('must be one of auto, always, never');
    expect(() => pgDriver({ pool, heartbeatSecs: 0 })).toThrow('from 0.1 to 3600');
    expect(() => pgDriver({ pool, heartbeatSecs: Number.NaN })).toThrow('from 0.1 to 3600');
    expect(pool.listenerCount('error')).toBe(0);
    await pool.end();
  });
});

async function killIdle(pid: unknown): Promise<void> {
  const client = new pg.Client(testUrl());
  await client.connect();
  await client.query('select pg_terminate_backend($1::int4)', [pid]);
  await client.end();
}

describe('a pool that is ended', () => {
  it('refuses, as closed, those who were still waiting for a connection of it', async () => {
    const pool = newPool({ max: 1 });
    const driver = pgDriver({ pool });
    const client = await pool.connect();
    const waiting = [
      rejectionOf(driver.run(sql('select 1::int4 as value'))),
      rejectionOf(driver.transaction(async () => undefined)),
    ];
    const ended = pool.end();
    client.release();
    await ended;
    for (const one of waiting) {
      expect(await soon('the refusal', one)).toMatchObject({
        isClientClosed: true,
        isRetryable: false,
        message: 'the pool was ended while this waited for one of its connections',
      });
    }
    await driver.close();
  });

  it('answers what was under way', async () => {
    const pool = newPool();
    const driver = pgDriver({ pool });
    await oneValue(driver, 'select 1::int4 as value');
    const underWay = oneValue(driver, 'select 2::int4 as value from pg_sleep(0.05)');
    await new Promise((resolve) => pool.once('acquire', resolve));
    await pool.end();
    expect(await underWay).toBe(2);
    await driver.close();
  });
});

describe('a pool that is used up', () => {
  it('is told of once, with what to do, when a statement waits long for a connection of it', async () => {
    const pool = newPool({ max: 1 });
    const driver = pgDriver({ pool });
    const client = await pool.connect();
    const warned = jest.spyOn(process, 'emitWarning').mockReturnValue();
    const waiting = [1, 2].map((n) => oneValue(driver, 'select $1::int4 as value', n));
    await until('a warning', () => warned.mock.calls.length > 0);
    client.release();
    expect(await Promise.all(waiting)).toEqual([1, 2]);
    const [first, ...more] = warned.mock.calls;
    expect(first?.[0]).toMatch(/waited 5 seconds for one of the 1 connections.*fromPg\(client\)/);
    expect(more).toEqual([]);
    warned.mockRestore();
    await Promise.all([driver.close(), pool.end()]);
  });
});
