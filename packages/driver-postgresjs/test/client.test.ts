import { describe, expect, it } from '@jest/globals';
import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { postgresJsDriver } from '../src/index.ts';
import { cut, listeningSession, newClient, oneValue, rejectionOf, until, withDriver } from './support.ts';

describe('the client of the caller', () => {
  it('is not ended by close, and still serves the driver', async () => {
    await withDriver({}, {}, async (driver, sql) => {
      await driver.close();
      expect(await sql`select 1 as value`).toEqual([{ value: 1 }]);
      expect(await oneValue(driver, 'select 1::int4 as value')).toBe(1);
      expect(await driver.transaction((tx) => oneValue(tx, 'select 2::int4 as value'))).toBe(2);
    });
  });

  it('is not connected before the first statement', async () => {
    const sql = newClient({ socket: () => Promise.reject(new Error('connected')) });
    const driver = postgresJsDriver({ sql });
    await driver.close();
    await postgresJsDriver({ sql }).close();
    expect(String(await rejectionOf(oneValue(driver, 'select 1::int4 as value')))).toContain('connected');
    await sql.end({ timeout: 1 });
  });

  it('keeps its options as they are, while it is used and while it is listened with', async () => {
    await withDriver({ transform: postgres.camel, max: 2 }, {}, async (driver, sql) => {
      await sql`select 1`;
      const before = flat(sql.options);
      await oneValue(driver, 'select 1::int4 as value');
      await driver.transaction((tx) => oneValue(tx, 'select 2::int4 as value'));
      const session = await listeningSession(driver);
      await oneValue(session, "select set_config('application_name', 'listener', false)::text as value");
      expect(flat(sql.options)).toEqual(before);
      expect(await sql`select 1 as snake_case`).toEqual([{ snakeCase: 1 }]);
    });
  });

  it('works for the program as before after drizzle(sql), and for the driver too', async () => {
    await withDriver({ max: 1 }, {}, async (driver, sql) => {
      const db = drizzle(sql);
      const text = 'select $1::text::jsonb::text as value';
      expect(await oneValue(driver, text, '"a text"')).toBe('"a text"');
      const done = await db.execute<{ now: unknown }>('select now() as now');
      expect(typeof done[0]?.now).toBe('string');
      expect(await oneValue(driver, 'select true::boolean as value')).toBe(true);
    });
  });

  it('that lost an idle connection serves the driver again', async () => {
    await withDriver({ max: 1, backoff: () => 0 }, {}, async (driver) => {
      const other = newClient({ max: 1 });
      await cut(postgresJsDriver({ sql: other }), await oneValue(driver, 'select pg_backend_pid()::int4 as pid'));
      await until('an answer', () =>
        oneValue(driver, 'select 1::int4 as value').then(
          () => true,
          () => false,
        ),
      );
      await other.end();
    });
  });

  it('must be a client', async () => {
    const sql = newClient({ max: 1 });
    await sql.begin(async (tx) => {
      // @ts-expect-error the sql of a transaction is not a client
      expect(() => postgresJsDriver({ sql: tx })).toThrow('the `sql` of a transaction was given');
    });
    // @ts-expect-error nor is nothing
    expect(() => postgresJsDriver({})).toThrow('postgresJsDriver({ sql: postgres() })');
    await sql.end();
  });

  it('goes with options that are in their range only', async () => {
    const sql = newClient();
    // @ts-expect-error not one of the two
    expect(() => postgresJsDriver({ sql, prepare: true })).toThrow('must be one of auto, never');
    expect(() => postgresJsDriver({ sql, heartbeatSecs: 0 })).toThrow('from 0.1 to 3600');
    expect(() => postgresJsDriver({ sql, heartbeatSecs: Number.NaN })).toThrow('from 0.1 to 3600');
    await sql.end();
  });
});

/** A copy of an object and what is in it. */
function flat(options: object): object {
  const copy = (value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : value;
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [name, copy(value)]));
}
