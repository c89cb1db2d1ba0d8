import { afterAll, describe, expect, it } from '@jest/globals';
import { Client, neon, neonConfig, Pool, type PoolClient } from '@neondatabase/serverless';
import { fromPg, type PgClient, type PgPool, pgDriver } from '../src/index.ts';
import { speakNeon } from './neon.ts';
import { oneValue, rejectionOf, sql, testUrl } from './support.ts';

afterAll(await speakNeon());

async function withClient(use: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client(testUrl());
  await client.connect();
  await use(client).finally(() => client.end());
}

describe("fromPg, with Neon's serverless driver", () => {
  it('takes its classes as they are declared', () => {
    const poolFits: (pool: Pool) => PgPool = (pool) => pool;
    const clientFits: (client: Client) => PgClient = (client) => client;
    const poolClientFits: (client: PoolClient) => PgClient = (client) => client;
    expect([poolFits, clientFits, poolClientFits]).toHaveLength(3);
  });

  it('refuses its pool', () => {
    // @ts-expect-error a Pool does not hold a transaction
    expect(() => fromPg(new Pool({ connectionString: testUrl() }))).toThrow('fromPg() was given a Pool');
  });

  it('refuses what queries over HTTP, and says what to do instead', async () => {
    const query = neon(testUrl());
    const refusal = 'const client = await pool.connect()';
    // @ts-expect-error each of its queries is a transaction of its own
    expect(() => fromPg(query)).toThrow(refusal);
    const inTransaction = query.transaction((tx) => {
      // @ts-expect-error its transaction cannot wait for an answer
      expect(() => fromPg(tx)).toThrow(refusal);
      throw new Error('nothing to send');
    });
    expect(await rejectionOf(inTransaction)).toEqual(new Error('nothing to send'));
    // @ts-expect-error it has no connections
    expect(() => pgDriver({ pool: query })).toThrow("import { Pool } from '@neondatabase/serverless'");
  });

  it('refuses a client that is in no transaction: before one, and after it', () =>
    withClient(async (client) => {
      await client.query('create temporary table bears (n int4)');
      const insert = () => fromPg(client).run(sql('insert into bears values ($1::int4)', 1));
      const refusal = { name: 'InvalidOptionError', message: expect.stringContaining("await client.query('begin')") };
      expect(await rejectionOf(insert())).toMatchObject(refusal);
      for (const end of ['commit', 'rollback']) {
        await client.query('begin');
        await insert();
        await client.query(end);
        expect(await rejectionOf(insert())).toMatchObject(refusal);
      }
      expect((await client.query('select * from bears')).rows).toHaveLength(1);
    }));

  it('takes a client whose begin has no answer yet', () =>
    withClient(async (client) => {
      const begun = client.query('begin');
      expect(await oneValue(fromPg(client), 'select 1::int4 as value')).toBe(1);
      await begun;
    }));

  it('tells a transaction that has failed from none', () =>
    withClient(async (client) => {
      await client.query('begin');
      await rejectionOf(client.query('select 1 / 0'));
      expect(await rejectionOf(oneValue(fromPg(client), 'select 1::int4 as value'))).toMatchObject({
        sqlState: '25P02',
      });
    }));

  it('asks a connection once how it stands, and is told from then on', () =>
    withClient(async (client) => {
      const texts: string[] = [];
      const query = client.query.bind(client) as (...args: unknown[]) => Promise<unknown>;
      client.query = ((...args: [{ text?: string } | string]) => {
        texts.push(typeof args[0] === 'string' ? args[0] : String(args[0].text));
        return query(...args);
      }) as never;
      for (let round = 0; round < 2; round += 1) {
        await client.query('begin');
        for (const value of [1, 2]) await oneValue(fromPg(client), `select ${value}::int4 as value`);
        await client.query('commit');
      }
      const both = ['select 1::int4 as value', 'select 2::int4 as value'];
      expect(texts).toEqual(['begin', 'select 1::int4 as nothing', ...both, 'commit', 'begin', ...both, 'commit']);
    }));
});

describe("a driver on a pool of Neon's", () => {
  it('sends nothing over HTTP, whatever poolQueryViaFetch says', async () => {
    neonConfig.poolQueryViaFetch = true;
    neonConfig.fetchFunction = () => Promise.reject(new Error('sent over HTTP'));
    const pool = new Pool({ connectionString: testUrl() });
    const driver = pgDriver({ pool });
    try {
      expect(await oneValue(driver, 'select 1::int4 as value')).toBe(1);
    } finally {
      neonConfig.poolQueryViaFetch = false;
      neonConfig.fetchFunction = undefined;
      await driver.close();
      await pool.end();
    }
  });

  it('gives up what is not answered where the pool has a query_timeout', async () => {
    const pool = new Pool({ connectionString: testUrl(), query_timeout: 200 });
    const driver = pgDriver({ pool });
    try {
      const late = rejectionOf(driver.run(sql('select pg_sleep(30)::text as value')));
      expect(await late).toMatchObject({ message: expect.stringContaining('no answer within 200 ms') });
    } finally {
      await driver.close();
      await pool.end();
    }
  });
});
