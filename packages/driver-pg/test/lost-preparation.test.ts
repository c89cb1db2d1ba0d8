// Connections on which node-postgres and the server disagree on what is prepared.

import type { Driver } from '@bearmq/core/driver';
import { afterAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { type PgPool, pgDriver } from '../src/index.ts';
import { createSchema, newPool, oneValue, rejectionOf, sql, unique, withDriver } from './support.ts';

const { schema, drop } = await createSchema();
afterAll(drop);

/** A table to insert into, and the driver's statement for that, prepared on every connection of the pool. */
async function preparedInsert(driver: Driver, pool: pg.Pool, connections = 1) {
  const table = `"${schema}"."${unique('bears')}"`;
  await pool.query(`create table ${table} (n int4)`);
  const statement = (n: number) => ({
    ...sql(`insert into ${table} values ($1::int4) returning *`, n),
    name: 'insert',
  });
  const clients = await Promise.all(Array.from({ length: connections }, () => pool.connect()));
  for (const client of clients) client.release();
  for (let round = 0; round < 2; round += 1) {
    await Promise.all(Array.from({ length: connections }, (_, n) => driver.run(statement(n))));
  }
  await pool.query(`truncate ${table}`);
  return {
    table,
    insert: async (n: number) => await driver.run(statement(n)),
    /** How many connections know the statement, asked on each. */
    known: async () => {
      const all = await Promise.all(Array.from({ length: connections }, () => pool.connect()));
      const counts = await Promise.all(all.map(async (client) => (await names(client, table)).length));
      for (const client of all) client.release();
      return counts.filter((count) => count > 0).length;
    },
    stored: async () => (await pool.query<{ n: number }>(`select n from ${table} order by n`)).rows.map(({ n }) => n),
  };
}

async function names(target: pg.Pool | pg.PoolClient, mark: string): Promise<string[]> {
  const text = 'select name from pg_prepared_statements where strpos(statement, $1) > 0';
  return (await target.query<{ name: string }>(text, [mark])).rows.map(({ name }) => name);
}

/** Every connection of the pool is reset, as a program may have its pool do. */
async function discardAll(pool: pg.Pool, connections = 1): Promise<void> {
  const clients = await Promise.all(Array.from({ length: connections }, () => pool.connect()));
  await Promise.all(clients.map((client) => client.query('discard all')));
  for (const client of clients) client.release();
}

/** Counts the queries of the pool that failed. */
function failures(pool: pg.Pool): { count: number } {
  const counted = { count: 0 };
  pool.on('release', (error) => {
    if (error instanceof Error) counted.count += 1;
  });
  return counted;
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

describe('a statement whose preparation was lost', () => {
  it('is run once, and nothing is prepared on that pool any more, by another driver neither', async () => {
    await withDriver({ max: 1 }, {}, async (driver, pool) => {
      const { insert, stored, known, table } = await preparedInsert(driver, pool);
      expect(await known()).toBe(1);
      const failed = failures(pool);
      await discardAll(pool);
      expect(await insert(0)).toEqual([[0]]);
      expect(failed.count).toBe(1);
      const other = pgDriver({ pool });
      for (const n of [1, 2, 3]) await insert(n);
      for (const n of [4, 5, 6]) await other.run(sql(`insert into ${table} values ($1::int4)`, n));
      expect(await stored()).toEqual(upTo(7));
      expect(failed.count).toBe(1);
      expect(await known()).toBe(0);
      await other.close();
    });
  });

  it('is run once, though the pool resets its connections after each use', async () => {
    await withDriver({ max: 2 }, {}, async (driver, pool) => {
      const { insert, stored } = await preparedInsert(driver, pool);
      pool.on('release', (error, client) => {
        if (!(error instanceof Error)) void (client as unknown as pg.Client).query('discard all').catch(() => {});
      });
      for (const n of upTo(10)) await insert(n);
      expect(await stored()).toEqual(upTo(10));
    });
  });

  it('is run once when many meet that at once', async () => {
    await withDriver({ max: 8 }, {}, async (driver, pool) => {
      const { insert, stored, known } = await preparedInsert(driver, pool, 8);
      expect(await known()).toBe(8);
      const failed = failures(pool);
      await discardAll(pool, 8);
      await Promise.all(upTo(200).map(insert));
      expect(await stored()).toEqual(upTo(200));
      expect(failed.count).toBeGreaterThan(0);
      expect(failed.count).toBeLessThanOrEqual(8);
    });
  });

  it('is run once where the server knows its name from somebody else', async () => {
    await withDriver({ max: 1 }, {}, async (driver, pool) => {
      const { insert, stored, table } = await preparedInsert(driver, pool);
      const [name] = await names(pool, table);
      await rejectionOf(pool.query('select 1 / 0')); // the next connection is a new one
      await pool.query(`prepare "${name}" as select 1`);
      for (const n of upTo(3)) await insert(n);
      expect(await stored()).toEqual(upTo(3));
    });
  });

  it('is run once where the program has used its name for something else', async () => {
    await withDriver({ max: 1 }, {}, async (driver, pool) => {
      const { insert, stored, table } = await preparedInsert(driver, pool);
      const [name = ''] = await names(pool, table);
      await rejectionOf(pool.query('select 1 / 0'));
      await pool.query({ name, text: 'select 1' });
      for (const n of upTo(3)) await insert(n);
      expect(await stored()).toEqual(upTo(3));
    });
  });

  it('is run once where it is PgBouncer, with support for them, that misses it', async () => {
    const pool = newPool({ max: 1 });
    let named = 0;
    const missing: PgPool = {
      connect: () => pool.connect() as never,
      on: (event, listener) => pool.on(event, listener),
      removeListener: (event, listener) => pool.removeListener(event, listener),
      query: async (query) => {
        if (query.name === undefined) return (await pool.query(query)) as never;
        named += 1;
        throw Object.assign(new Error('prepared statement did not exist'), { severity: 'FATAL', code: '08P01' });
      },
    };
    const driver = pgDriver({ pool: missing });
    for (const n of upTo(4)) expect(await oneValue(driver, 'select $1::int4 as missed', n)).toBe(n);
    expect(named).toBe(1);
    await driver.close();
    await pool.end();
  });

  it("fails with 'always', and says what to do", async () => {
    await withDriver({ max: 1 }, { prepare: 'always' }, async (driver, pool) => {
      const { insert, stored } = await preparedInsert(driver, pool);
      await discardAll(pool);
      expect(await rejectionOf(insert(0))).toMatchObject({
        sqlState: '26000',
        message: expect.stringContaining("prepare: 'never'"),
      });
      expect(await stored()).toEqual([]);
    });
  });

  it('does no harm to a transaction, where nothing is prepared', async () => {
    await withDriver({ max: 1 }, {}, async (driver, pool) => {
      const { table, stored } = await preparedInsert(driver, pool);
      await discardAll(pool);
      await driver.transaction(async (tx) => {
        for (const n of upTo(3)) await tx.run(sql(`insert into ${table} values ($1::int4) returning *`, n));
      });
      expect(await stored()).toEqual(upTo(3));
    });
  });
});

describe('a statement whose result has another type than when it was prepared', () => {
  it('is run once on each connection, and prepared anew', async () => {
    await withDriver({ max: 4 }, {}, async (driver, pool) => {
      const { insert, stored, known, table } = await preparedInsert(driver, pool, 4);
      expect(await known()).toBe(4);
      const failed = failures(pool);
      await pool.query(`alter table ${table} add column name text default 'Ada'`);
      const rows = await Promise.all(upTo(100).map(insert));
      expect(rows.every(([row]) => row?.[1] === 'Ada')).toBe(true);
      expect(await stored()).toEqual(upTo(100));
      expect(failed.count).toBeGreaterThan(0);
      expect(failed.count).toBeLessThanOrEqual(4);
      for (const n of upTo(8)) await insert(100 + n);
      expect(await known()).toBeGreaterThan(0);
    });
  });
});

describe('another failure', () => {
  it('is not answered by sending the statement again', async () => {
    await withDriver({ max: 1 }, {}, async (driver, pool) => {
      const sequence = `"${schema}"."${unique('drawn')}"`;
      await pool.query(`create sequence ${sequence}`);
      const text = `select (nextval($1::text::regclass) / $2::int4)::int4 as value`;
      for (let round = 1; round <= 3; round += 1) {
        const failing = driver.run(sql(text, sequence, 0));
        expect(await rejectionOf(failing)).toMatchObject({ sqlState: '22012' });
        expect((await pool.query(`select last_value::int4 as drawn from ${sequence}`)).rows).toEqual([
          { drawn: round },
        ]);
      }
    });
  });
});
