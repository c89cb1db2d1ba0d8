import { setTimeout as wait } from 'node:timers/promises';
import { postgresJsDriver } from '@bearmq/driver-postgresjs';
import { pgDriver } from 'bearmq';
import pg from 'pg';
import postgres from 'postgres';
import type { ChildConfig } from './config.ts';

/** A process's client of PostgreSQL. */
export interface Client {
  readonly driver: ReturnType<typeof pgDriver>;
  /** What only a program on pg has: for transactions of its own. */
  readonly pool: pg.Pool | undefined;
  /** Takes a connection and keeps it for so long. Rejects if there is none. */
  hold(secs: number): Promise<void>;
  /** The transactions of work functions that are to complete their jobs, apart from what the queue's driver has. */
  readonly completing: pg.Pool;
  /** A transaction that takes so long, on one of its connections. */
  transact(secs: number): Promise<void>;
  end(): Promise<void>;
}

const CONNECT_SECS = 5;

/** Shorter than the default, so that a run is long enough to see statements given up. */
const ANSWER_SECS = 3;

/** So long a work function waits for an answer, and then for the truth: its own transaction may be committed. */
const COMPLETION_SECS = 5;

/** Few: it takes some milliseconds, and who waits holds up nobody but himself. */
const COMPLETING_MAX = 2;

/** On pg, as most programs are. */
export function pgClient(config: ChildConfig): Client {
  const { name, url, traits } = config;
  const { poolMax, statementTimeoutMs } = traits;
  const completing = completingPool(config);
  const pool = new pg.Pool({
    connectionString: url,
    application_name: name,
    max: poolMax,
    connectionTimeoutMillis: CONNECT_SECS * 1000,
    ...(statementTimeoutMs === null ? {} : { statement_timeout: statementTimeoutMs }),
  });
  pool.on('error', () => {}); // idle connections that are cut: the next statement gets another
  pool.on('connect', (client) => client.on('error', () => {})); // and those in use: their statement rejects
  return {
    driver: pgDriver({ pool, answerTimeoutSecs: ANSWER_SECS }),
    pool,
    completing,
    hold: async (secs) => {
      const client = await pool.connect();
      await wait(secs * 1000);
      client.release();
    },
    transact: async (secs) => {
      const client = await pool.connect();
      try {
        await client.query('begin');
        await client.query('select pg_sleep($1::float8)', [secs]);
        await client.query('commit');
        client.release();
      } catch (error) {
        client.release(error as Error);
        throw error;
      }
    },
    end: async () => {
      await Promise.all([pool.end(), completing.end()]);
    },
  };
}

/** On postgres.js, with what the driver's README advises where connections are cut. */
export function postgresJsClient(config: ChildConfig): Client {
  const { name, url, traits } = config;
  const { poolMax, statementTimeoutMs } = traits;
  const completing = completingPool(config);
  const sql = postgres(url, {
    max: poolMax,
    connect_timeout: CONNECT_SECS,
    fetch_types: false,
    connection: {
      application_name: name,
      ...(statementTimeoutMs === null ? {} : { statement_timeout: statementTimeoutMs }),
    },
  });
  // By a statement, not by `sql.reserve()` or `sql.begin()`, which reserves: where a reserved connection is cut,
  // postgres.js 3.4.9 throws where nobody can catch it (porsager/postgres#1208).
  const sleep = async (secs: number): Promise<void> => {
    await sql.unsafe('select pg_sleep($1::float8)', [secs]);
  };
  return {
    driver: postgresJsDriver({ sql, answerTimeoutSecs: ANSWER_SECS }),
    pool: undefined,
    completing,
    hold: sleep,
    transact: sleep,
    end: async () => {
      await Promise.all([sql.end({ timeout: 5 }), completing.end()]);
    },
  };
}

/** On pg whatever the queue's driver is on: `completeIn` takes the transaction of any client. */
function completingPool({ name, url }: ChildConfig): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: name,
    max: COMPLETING_MAX,
    connectionTimeoutMillis: CONNECT_SECS * 1000,
    query_timeout: COMPLETION_SECS * 1000,
  });
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}
