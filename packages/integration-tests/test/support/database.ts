import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll } from '@jest/globals';
import { Context, type ContextSettings, generateMigrationSql } from 'bearmq';
import pg from 'pg';

/** The server that jest's global set-up started. */
export function databaseUrl(): string {
  const url = process.env['BEARMQ_TEST_URL'];
  if (url === undefined) throw new Error('BEARMQ_TEST_URL is not set: run these tests through the package script');
  return url;
}

/** A schema of one test file, with all that is needed to look into it. */
export interface TestSchema {
  readonly pool: pg.Pool;
  readonly name: string;
  /** The schema quoted, for hand-written SQL. */
  readonly q: string;
  /** A context of its own events and definitions on this schema. */
  context(settings?: ContextSettings): Context;
  /** Rows of a query; `{s}` stands for the quoted schema. */
  rows(sql: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** The first column of the first row. */
  value(sql: string, values?: readonly unknown[]): Promise<unknown>;
  /** Moves every point in time of the schema back, so that what is due in `secs` seconds is due now. */
  age(secs: number): Promise<void>;
}

/**
 * Gives a test file a freshly migrated schema, dropped when the file is done. The name holds what makes careless SQL
 * fail: quotes, a space, letters outside ASCII.
 */
export function useSchema(): TestSchema {
  const name = `t "${randomBytes(5).toString('hex')}" schéma`;
  const q = `"${name.replaceAll('"', '""')}"`;
  const pool = new pg.Pool({ connectionString: databaseUrl(), max: 10 });
  pool.on('error', () => {}); // tests cut connections on purpose
  const rows: TestSchema['rows'] = async (sql, values = []) =>
    (await pool.query<Record<string, unknown>>(sql.replaceAll('{s}', q), [...values])).rows;
  beforeAll(async () => {
    for (const sql of generateMigrationSql(name)) await pool.query(sql);
  });
  afterAll(async () => {
    await pool.query(`drop schema if exists ${q} cascade`);
    await pool.end();
  });
  return {
    pool,
    name,
    q,
    context: (settings = {}) => new Context({ pool, schema: name, ...settings }),
    rows,
    value: async (sql, values) => Object.values((await rows(sql, values))[0] ?? {})[0],
    age: async (secs) => {
      for (const [table, columns] of Object.entries(TIMES)) {
        const moved = columns.map((column) => `${column} = ${column} - make_interval(secs => $1)`);
        await pool.query(`update ${q}.${table} set ${moved.join(', ')}`, [secs]);
      }
    },
  };
}

const TIMES = {
  job: ['enqueued_at', 'run_at', 'claimed_at'],
  finalized_job: ['enqueued_at', 'claimed_at', 'finalized_at'],
  job_group: ['locked_at'],
  worker: ['started_at', 'expires_at'],
  schedule: ['next_at', 'last_at'],
};
