import { randomBytes } from 'node:crypto';
import type { Driver } from '@bearmq/core/driver';
import { postgresJsDriver } from '@bearmq/driver-postgresjs';
import { afterAll, beforeAll } from '@jest/globals';
import { Context, type ContextSettings, generateMigrationSql, pgDriver } from 'bearmq';
import pg from 'pg';
import postgres from 'postgres';
import { ownDatabase } from './own-database.ts';
import { DRIVER, databaseUrl, directUrl, poolerOptions } from './way.ts';

export { databaseUrl, directUrl } from './way.ts';

/** A schema of one test file, with all that is needed to look into it. */
export interface TestSchema {
  /** On the way that BearMQ takes: through the pooler, where the suite runs behind one. */
  readonly pool: pg.Pool;
  /** On the server itself, for sessions that a test holds. The same pool, where there is no pooler. */
  readonly direct: pg.Pool;
  /** The address that its pools and drivers are on. */
  readonly url: string;
  /** Whether notifications arrive and session locks hold there. */
  readonly hasSessions: boolean;
  readonly name: string;
  /** The schema quoted, for hand-written SQL. */
  readonly q: string;
  /** A context of its own events and definitions on this schema; on the suite's driver unless another way is given. */
  context(settings?: ContextSettings, way?: { readonly pool: pg.Pool } | { readonly driver: Driver }): Context;
  /** The suite's driver, on the schema's own pool or client; to be wrapped. */
  driver(): Driver;
  /** Another pool there, ended when the file is done. With startup `options`, which no pooler takes, it is direct. */
  newPool(config?: pg.PoolConfig): pg.Pool;
  /** The suite's driver on connections of its own. */
  newDriver(config?: ClientConfig): Driver;
  /** Applies the migrations; done already unless the schema was asked for without. */
  migrate(): Promise<void>;
  /** Rows of a query; `{s}` stands for the quoted schema. */
  rows(sql: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** The first column of the first row. */
  value(sql: string, values?: readonly unknown[]): Promise<unknown>;
  /** Moves points in time back, so that what is due in `secs` seconds is due now: of the tables named, or of all. */
  age(secs: number, ...tables: readonly TimedTable[]): Promise<void>;
}

/** What a pool of pg and a client of postgres.js can both be told. */
export interface ClientConfig {
  /** @defaultValue that of the schema */
  readonly url?: string;
  /** @defaultValue 10 */
  readonly max?: number;
  readonly applicationName?: string;
  readonly idleSecs?: number;
  /** Settings of the session, as `-c name=value`. No pooler takes them, so the connections are direct. */
  readonly options?: string;
  /** Of the driver. */
  readonly answerTimeoutSecs?: number;
}

export interface SchemaOptions {
  /** @defaultValue a fresh name that holds what makes careless SQL fail: quotes, a space, letters outside ASCII */
  readonly name?: string;
  /** `none`: the file migrates by itself. */
  readonly migrations?: 'all' | 'none';
  /** `direct`: past the pooler, for tests that are about LISTEN, a session lock or single connections by their nature. */
  readonly way?: 'suite' | 'direct';
  /**
   * `own`: a database of the file's own, for what waits for every snapshot of a database, as an index that is built
   * concurrently does: those of the files beside would hold it up.
   *
   * @defaultValue `shared`
   */
  readonly database?: 'shared' | 'own';
}

/** Gives a test file a freshly migrated schema, dropped when the file is done. */
export function useSchema({
  name = freshName(),
  migrations = 'all',
  way: route = 'suite',
  database = 'shared',
}: SchemaOptions = {}): TestSchema {
  const own = database === 'own' ? ownDatabase() : undefined;
  const at = (address: string): string => own?.at(address) ?? address;
  const hasSessions = route === 'direct' || databaseUrl() === directUrl();
  const straight = at(directUrl());
  const url = hasSessions ? straight : at(databaseUrl());
  const q = `"${name.replaceAll('"', '""')}"`;
  const pools: pg.Pool[] = [];
  const newPool: TestSchema['newPool'] = (config = {}) => {
    const connectionString = config.options === undefined ? url : straight;
    const made = new pg.Pool({ connectionString, max: 10, ...config });
    made.on('error', () => {}); // tests cut connections on purpose
    pools.push(made);
    return made;
  };
  const clients: postgres.Sql[] = [];
  const newDriver: TestSchema['newDriver'] = ({ answerTimeoutSecs, ...config } = {}) => {
    const settings = answerTimeoutSecs === undefined ? {} : { answerTimeoutSecs };
    if (DRIVER === 'pg') return pgDriver({ pool: newPool(asPgConfig(config)), ...settings });
    const sql = newPostgresJs({ url: config.options === undefined ? url : straight, ...config });
    clients.push(sql);
    return postgresJsDriver({ sql, ...settings });
  };
  const pool = newPool();
  const direct = hasSessions ? pool : newPool({ connectionString: straight });
  let suites: Driver | undefined;
  const driver: TestSchema['driver'] = () => {
    suites ??= DRIVER === 'pg' ? pgDriver({ pool }) : newDriver();
    return suites;
  };
  const rows: TestSchema['rows'] = async (sql, values = []) =>
    (
      await direct.query<Record<string, unknown>>(
        sql.replaceAll('{s}', () => q),
        [...values],
      )
    ).rows;
  // As the README says of those who send the statements themselves: all again after a 55P03. Many files migrate at once,
  // and the server's own catalogues may be locked for longer than a migration waits.
  const migrate: TestSchema['migrate'] = async () => {
    for (let refusals = 0; ; refusals += 1) {
      try {
        for (const sql of generateMigrationSql(name)) await pool.query(sql);
        return;
      } catch (error) {
        if ((error as { code?: string }).code !== '55P03' || refusals === 20) throw error;
      }
    }
  };
  if (own !== undefined) beforeAll(own.create);
  if (migrations === 'all') beforeAll(migrate);
  afterAll(async () => {
    if (own === undefined) await direct.query(`drop schema if exists ${q} cascade`);
    // With a limit: postgres.js forgets some queries of a connection that was cut, and would wait for their answers.
    await Promise.all([...pools.map((one) => one.end()), ...clients.map((one) => one.end({ timeout: 1 }))]);
    await own?.drop();
  });
  return {
    pool,
    direct,
    url,
    hasSessions,
    name,
    q,
    context: (settings = {}, way = DRIVER === 'pg' ? { pool } : { driver: driver() }) =>
      new Context({ ...way, schema: name, ...settings }),
    driver,
    newPool,
    newDriver,
    migrate,
    rows,
    value: async (sql, values) => Object.values((await rows(sql, values))[0] ?? {})[0],
    age: async (secs, ...tables) => {
      for (const [table, columns] of Object.entries(TIMES)) {
        if (tables.length > 0 && !tables.includes(table as TimedTable)) continue;
        const moved = columns.map((column) => `${column} = ${column} - make_interval(secs => $1)`);
        await direct.query(`update ${q}.${table} set ${moved.join(', ')}`, [secs]);
      }
    },
  };
}

function asPgConfig({ url, max, applicationName, idleSecs, options }: ClientConfig): pg.PoolConfig {
  return {
    ...(url === undefined ? {} : { connectionString: url }),
    ...(max === undefined ? {} : { max }),
    ...(applicationName === undefined ? {} : { application_name: applicationName }),
    ...(idleSecs === undefined ? {} : { idleTimeoutMillis: idleSecs * 1000 }),
    ...(options === undefined ? {} : { options }),
  };
}

function newPostgresJs({ url = '', max = 10, applicationName, idleSecs, options }: ClientConfig): postgres.Sql {
  return postgres(url, {
    max,
    onnotice: () => {},
    fetch_types: false, // as the driver's README advises: tests cut connections, while they are being made too
    ...poolerOptions(url),
    connection: {
      ...(applicationName === undefined ? {} : { application_name: applicationName }),
      ...(options === undefined ? {} : { options }),
    },
    ...(idleSecs === undefined ? {} : { idle_timeout: idleSecs }),
  });
}

export function freshName(): string {
  return `t "${randomBytes(5).toString('hex')}" schéma`;
}

export type TimedTable = keyof typeof TIMES;

const TIMES = {
  job: ['enqueued_at', 'run_at', 'claimed_at'],
  finalized_job: ['enqueued_at', 'claimed_at', 'finalized_at'],
  job_group: ['locked_at'],
  process: ['started_at', 'renewed_at', 'expires_at'],
  schedule: ['next_at', 'last_at'],
} as const;
