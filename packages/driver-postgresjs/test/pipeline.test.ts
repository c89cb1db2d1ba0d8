import { describe, expect, it } from '@jest/globals';
import { postgresJsDriver } from '../src/index.ts';
import {
  type ClientOptions,
  endClient,
  newClient,
  rejectionOf,
  statement,
  testUrl,
  unique,
  withDriver,
} from './support.ts';

/**
 * postgres.js sets a connection aside for its transaction only if the `begin` was not the statement that reached
 * `max_pipeline`. Otherwise the transaction stays open on a connection that everybody uses: enqueues resolved, and
 * their jobs were rolled back when the connection ended.
 */
describe('max_pipeline', () => {
  const tooSmall: Readonly<Record<string, ClientOptions>> = {
    '0': { max_pipeline: 0 },
    '1': { max_pipeline: 1 },
    '99': { max_pipeline: 99 },
    negative: { max_pipeline: -1 },
    'no number': { max_pipeline: Number.NaN },
    null: { max_pipeline: null },
    undefined: { max_pipeline: undefined },
    false: { max_pipeline: false },
    'a text': { max_pipeline: '0' },
  };

  it.each(Object.entries(tooSmall))('of %s is refused, with what to do', async (_what, options) => {
    const sql = newClient(options);
    expect(() => postgresJsDriver({ sql })).toThrow(
      /postgresJsDriver\.sql was made with max_pipeline.*leave max_pipeline out/is,
    );
    await sql.end();
  });

  it('is refused in the URL too', async () => {
    const url = new URL(testUrl());
    url.searchParams.set('max_pipeline', '0');
    const sql = newClient({}, url.href);
    expect(() => postgresJsDriver({ sql })).toThrow('was made with max_pipeline: 0');
    await sql.end();
  });

  it.each([{}, { max_pipeline: 100 }, { max_pipeline: '1000' }, { max_pipeline: Infinity }])(
    'may be %p',
    async (options) => {
      const sql = newClient(options);
      await postgresJsDriver({ sql }).close();
      await sql.end();
    },
  );

  it.each([0, 1, 2])('of %d leaves a transaction open when so many statements are under way', async (pipeline) => {
    const name = unique('pipeline');
    const sql = newClient({
      max: 2,
      max_pipeline: pipeline,
      fetch_types: false,
      connection: { application_name: name },
    });
    const watch = newClient({ max: 1 });
    await Promise.all([sql`select pg_sleep(0.05)`, sql`select pg_sleep(0.05)`]); // both are connected
    const before = Array.from({ length: 2 * pipeline }, () => sql`select pg_sleep(0.01)`.execute());
    expect(String(await rejectionOf(sql.begin((tx) => tx`select 1`)))).toContain('UNSAFE_TRANSACTION');
    await Promise.all(before);
    const open =
      await watch`select 1 from pg_stat_activity where application_name = ${name} and state = 'idle in transaction'`;
    expect(open).toHaveLength(1);
    await Promise.all([endClient(sql), watch.end()]);
  });
});

describe('a statement on a connection on which somebody left a transaction open', () => {
  it('is refused with the reason, once that transaction has failed', async () => {
    await withDriver({ max: 1 }, {}, async (driver, sql) => {
      await sql`begin`;
      await rejectionOf(sql`select 1 / 0`.execute());
      expect(await rejectionOf(driver.run(statement('select 1::int4 as value')))).toMatchObject({
        name: 'DatabaseError',
        sqlState: '25001',
        isRetryable: false,
        message: expect.stringContaining('somebody left a transaction open'),
      });
      await sql`rollback`;
    });
  });

  it('is refused where it would commit', async () => {
    await withDriver({ max: 1 }, {}, async (driver, sql) => {
      await sql`begin`;
      const failure = await rejectionOf(driver.run(statement('do $$ begin commit; end $$')));
      expect(failure).toMatchObject({
        sqlState: '25001',
        message: expect.stringContaining('begin transactions by sql.begin only'),
      });
      await sql`rollback`;
    });
  });
});
