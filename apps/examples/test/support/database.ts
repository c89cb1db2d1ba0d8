import { randomBytes } from 'node:crypto';
import { until } from '@bearmq/test-support';
import { afterEach, beforeEach } from '@jest/globals';
import { generateMigrationSql } from 'bearmq';
import pg from 'pg';

/** The schema that every example uses. */
export const SCHEMA = '_bearmq';

/** How the connections of the tests themselves call themselves, other than those of examples. */
const TESTS = 'bearmq tests';

export interface TestDatabase {
  /** The address, for another role if one is given. */
  url(role?: { readonly name: string; readonly password: string }): string;
  readonly pool: pg.Pool;
  rows(sql: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** Moves what is due in `secs` seconds to now. */
  age(secs: number): Promise<void>;
  /** Resolves once no example has a connection any more: the server has noticed who was killed, and rolled back. */
  allGone(): Promise<void>;
}

/** Gives each test a database of its own, since the examples all use the same schema. */
export function useDatabase(state: 'migrated' | 'empty' = 'migrated'): TestDatabase {
  let current: { readonly url: URL; readonly pool: pg.Pool } | undefined;
  const get = (): NonNullable<typeof current> => {
    if (current === undefined) throw new Error('there is a database only while a test runs');
    return current;
  };
  beforeEach(async () => {
    const name = `bearmq_example_${randomBytes(5).toString('hex')}`;
    await asAdmin(`create database ${name}`);
    const url = new URL(serverUrl());
    url.pathname = name;
    const pool = new pg.Pool({ connectionString: url.href, max: 3, application_name: TESTS });
    // The database is dropped by force, perhaps while a connection of a pool that was ended still says goodbye.
    pool.on('error', () => {});
    current = { url, pool };
    if (state === 'migrated') for (const sql of generateMigrationSql(SCHEMA)) await current.pool.query(sql);
  });
  afterEach(async () => {
    const { url, pool } = get();
    current = undefined;
    await pool.end();
    await asAdmin(`drop database ${url.pathname.slice(1)} with (force)`);
  });
  const rows: TestDatabase['rows'] = async (sql, values = []) =>
    (await get().pool.query<Record<string, unknown>>(sql, [...values])).rows;
  return {
    url: (role) => {
      const url = new URL(get().url);
      if (role !== undefined) Object.assign(url, { username: role.name, password: role.password });
      return url.href;
    },
    get pool() {
      return get().pool;
    },
    rows,
    age: async (secs) => {
      const moved = [
        ['job', 'run_at'],
        ['finalized_job', 'finalized_at'],
        ['schedule', 'next_at'],
      ] as const;
      for (const [table, column] of moved) {
        await rows(`update ${SCHEMA}.${table} set ${column} = ${column} - make_interval(secs => $1)`, [secs]);
      }
    },
    allGone: async () => {
      const others = `
        select pid, application_name, state, query from pg_stat_activity
        where datname = current_database() and application_name <> $1`;
      await until('the examples are gone', async () => (await rows(others, [TESTS])).length === 0);
    },
  };
}

function serverUrl(): string {
  const url = process.env['BEARMQ_TEST_URL'];
  if (url === undefined) throw new Error('BEARMQ_TEST_URL is not set: run these tests through the package script');
  return url;
}

/** Runs a statement in the database that the server's address names. */
export async function asAdmin(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl() });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
