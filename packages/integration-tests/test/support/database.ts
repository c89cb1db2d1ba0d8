import { randomBytes } from 'node:crypto';
import type { Driver } from '@bearmq/core/driver';
import { afterAll, beforeAll } from '@jest/globals';
import { Context, type ContextSettings, generateMigrationSql, pgDriver } from 'bearmq';
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
  /** A context of its own events and definitions on this schema; on the schema's own pool unless another way is given. */
  context(settings?: ContextSettings, way?: { readonly pool: pg.Pool } | { readonly driver: Driver }): Context;
  /** A driver on the schema's own pool, to be wrapped. */
  driver(): Driver;
  /** Another pool on the same server, ended when the file is done. */
  newPool(config?: pg.PoolConfig): pg.Pool;
  /** Applies the migrations; done already unless the schema was asked for without. */
  migrate(): Promise<void>;
  /** Rows of a query; `{s}` stands for the quoted schema. */
  rows(sql: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** The first column of the first row. */
  value(sql: string, values?: readonly unknown[]): Promise<unknown>;
  /** Moves points in time back, so that what is due in `secs` seconds is due now: of the tables named, or of all. */
  age(secs: number, ...tables: readonly TimedTable[]): Promise<void>;
}

export interface SchemaOptions {
  /** @defaultValue a fresh name that holds what makes careless SQL fail: quotes, a space, letters outside ASCII */
  readonly name?: string;
  /** `none`: the file migrates by itself. */
  readonly migrations?: 'all' | 'none';
}

/** Gives a test file a freshly migrated schema, dropped when the file is done. */
export function useSchema({ name = freshName(), migrations = 'all' }: SchemaOptions = {}): TestSchema {
  const q = `"${name.replaceAll('"', '""')}"`;
  const pools: pg.Pool[] = [];
  const newPool: TestSchema['newPool'] = (config = {}) => {
    const made = new pg.Pool({ connectionString: databaseUrl(), max: 10, ...config });
    made.on('error', () => {}); // tests cut connections on purpose
    pools.push(made);
    return made;
  };
  const pool = newPool();
  const rows: TestSchema['rows'] = async (sql, values = []) =>
    (
      await pool.query<Record<string, unknown>>(
        sql.replaceAll('{s}', () => q),
        [...values],
      )
    ).rows;
  const migrate: TestSchema['migrate'] = async () => {
    for (const sql of generateMigrationSql(name)) await pool.query(sql);
  };
  if (migrations === 'all') beforeAll(migrate);
  afterAll(async () => {
    await pool.query(`drop schema if exists ${q} cascade`);
    await Promise.all(pools.map((one) => one.end()));
  });
  return {
    pool,
    name,
    q,
    context: (settings = {}, way = { pool }) => new Context({ ...way, schema: name, ...settings }),
    driver: () => pgDriver({ pool }),
    newPool,
    migrate,
    rows,
    value: async (sql, values) => Object.values((await rows(sql, values))[0] ?? {})[0],
    age: async (secs, ...tables) => {
      for (const [table, columns] of Object.entries(TIMES)) {
        if (tables.length > 0 && !tables.includes(table as TimedTable)) continue;
        const moved = columns.map((column) => `${column} = ${column} - make_interval(secs => $1)`);
        await pool.query(`update ${q}.${table} set ${moved.join(', ')}`, [secs]);
      }
    },
  };
}

export function freshName(): string {
  return `t "${randomBytes(5).toString('hex')}" schéma`;
}

export type TimedTable = keyof typeof TIMES;

const TIMES = {
  job: ['enqueued_at', 'run_at', 'claimed_at'],
  finalized_job: ['enqueued_at', 'claimed_at', 'finalized_at'],
  job_group: ['locked_at'],
  worker: ['started_at', 'expires_at'],
  schedule: ['next_at', 'last_at'],
} as const;
