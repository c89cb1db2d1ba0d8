import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { fromPg, type PgClient, type PgPool } from '../src/index.ts';
import { newPool, oneValue, rejectionOf, sql, testUrl } from './support.ts';

describe('fromPg', () => {
  it('refuses a pool, at compile time and at run time', async () => {
    const pool = newPool();
    // @ts-expect-error a Pool does not hold a transaction
    expect(() => fromPg(pool)).toThrow('fromPg() was given a Pool');
    await pool.end();
  });

  it('refuses what is no client', () => {
    // @ts-expect-error nothing
    expect(() => fromPg(undefined)).toThrow('needs a Client or PoolClient');
    // @ts-expect-error no client
    expect(() => fromPg({})).toThrow('needs a Client or PoolClient');
  });

  it('takes the classes of pg as they are declared', () => {
    const poolFits: (pool: pg.Pool) => PgPool = (pool) => pool;
    const clientFits: (client: pg.Client) => PgClient = (client) => client;
    const poolClientFits: (client: pg.PoolClient) => PgClient = (client) => client;
    const baseFits: (client: pg.ClientBase) => PgClient = (client) => client;
    expect([poolFits, clientFits, poolClientFits, baseFits]).toHaveLength(4);
  });

  it('leaves commit and rollback, and the client, to the caller', async () => {
    const client = new pg.Client(testUrl());
    await client.connect();
    await client.query('create temporary table bears (n int4)');
    for (const end of ['rollback', 'commit']) {
      await client.query('begin');
      await fromPg(client).run(sql('insert into bears values ($1::int4)', 1));
      await client.query(end);
    }
    expect((await client.query('select * from bears')).rows).toHaveLength(1);
    await client.end();
  });

  it('sends one statement at a time, whichever session it comes through', async () => {
    const client = new pg.Client(testUrl());
    await client.connect();
    const query: PgClient['query'] = client.query.bind(client);
    let inFlight = 0;
    let most = 0;
    const counted: PgClient = {
      query: (config) => {
        inFlight += 1;
        most = Math.max(most, inFlight);
        return query(config).finally(() => {
          inFlight -= 1;
        });
      },
    };
    await client.query('begin');
    const numbers = Array.from({ length: 10 }, (_, n) => n);
    const all = numbers.map((n) => oneValue(fromPg(counted), 'select $1::int4 as value', n));
    expect(await Promise.all(all)).toEqual(numbers);
    await client.query('rollback');
    expect(most).toBe(1);
    await client.end();
  });

  it('goes on in order after a statement that failed', async () => {
    const client = new pg.Client(testUrl());
    await client.connect();
    await client.query('begin');
    const session = fromPg(client);
    const [failed, after] = [
      rejectionOf(session.run(sql('select 1::int4 / 0 as value'))),
      rejectionOf(oneValue(session, 'select 1::int4 as v')),
    ];
    expect(await failed).toMatchObject({ sqlState: '22012' });
    expect(await after).toMatchObject({ sqlState: '25P02' });
    await client.end();
  });

  it('refuses a client that is in no transaction: before one, and after it', async () => {
    const client = new pg.Client(testUrl());
    await client.connect();
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
    await client.end();
  });

  it('takes a client whose begin has no answer yet', async () => {
    const client = new pg.Client(testUrl());
    await client.connect();
    const begun = client.query('begin');
    expect(await oneValue(fromPg(client), 'select 1::int4 as value')).toBe(1);
    await begun;
    await client.query('rollback');
    await client.end();
  });
});
