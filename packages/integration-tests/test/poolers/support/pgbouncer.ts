import type { Driver } from '@bearmq/core/driver';
import { postgresJsDriver } from '@bearmq/driver-postgresjs';
import { installedPgBouncer, type RunningPgBouncer, startPgBouncer } from '@bearmq/test-database';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { pgDriver } from 'bearmq';
import pg from 'pg';
import postgres from 'postgres';
import { directUrl } from '../../support/way.ts';

/** Tests that start a PgBouncer, whichever way the suite takes; where none is installed they are skipped, and say so. */
export function describeBehindPgBouncer(what: string, tests: () => void): void {
  if (installedPgBouncer() === undefined) describe.skip(`${what} (skipped: PgBouncer is not installed)`, tests);
  else describe(what, tests);
}

/** A PgBouncer of a test file's own, in transaction mode, and the clients that come through it. */
export interface PgBouncer {
  readonly url: string;
  newPool(config?: pg.PoolConfig): pg.Pool;
  newSql(options?: postgres.Options<Record<string, never>>): postgres.Sql;
  /** How many clients of an application are connected to the pooler. */
  clients(applicationName: string): Promise<number>;
}

export function usePgBouncer(): PgBouncer {
  const ends: (() => Promise<unknown>)[] = [];
  let pooler: RunningPgBouncer | undefined;
  const url = (): string => {
    if (pooler === undefined) throw new Error('the pooler is not started yet');
    return pooler.url;
  };
  beforeAll(async () => {
    const superuser = new URL(directUrl()).username;
    pooler = await startPgBouncer({ url: directUrl(), settings: { admin_users: superuser } });
  });
  afterAll(async () => {
    await Promise.all(ends.map((end) => end()));
    await pooler?.stop();
  });
  return {
    get url() {
      return url();
    },
    newPool: (config = {}) => {
      const pool = new pg.Pool({ connectionString: url(), ...config });
      ends.push(() => pool.end());
      return pool;
    },
    newSql: (options = {}) => {
      const sql = postgres(url(), { onnotice: () => {}, ...options });
      ends.push(() => sql.end({ timeout: 1 })); // it forgets queries of connections that were cut
      return sql;
    },
    clients: async (applicationName) => {
      const admin = new URL(url());
      admin.pathname = 'pgbouncer';
      const client = new pg.Client({ connectionString: admin.href });
      await client.connect();
      try {
        const { rows } = await client.query<{ application_name: string }>('show clients');
        return rows.filter((row) => row.application_name === applicationName).length;
      } finally {
        await client.end();
      }
    },
  };
}

/** The ways in which a program may come through the pooler, and get on. */
export const CLIENTS: Readonly<Record<string, (pooler: PgBouncer, max?: number, name?: string) => Driver>> = {
  pg: (pooler, max = 5, name = '') => pgDriver({ pool: pooler.newPool({ max, application_name: name }) }),
  'postgres.js without prepared statements': (pooler, max = 5, name = '') =>
    postgresJsDriver({ sql: pooler.newSql({ max, prepare: false, connection: { application_name: name } }) }),
  // It sends a statement again when it meets a connection that does not know it.
  'postgres.js as it comes': (pooler, max = 5, name = '') =>
    postgresJsDriver({ sql: pooler.newSql({ max, connection: { application_name: name } }) }),
};
