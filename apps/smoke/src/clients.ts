import type { Driver } from '@bearmq/core/driver';
import { fromPostgresJs, postgresJsDriver } from '@bearmq/driver-postgresjs';
import { Context, type ContextSettings, fromPg, pgDriver, type TransactionOption } from 'bearmq';
import pg from 'pg';
import postgres from 'postgres';

export type ClientName = 'pg' | 'postgres.js';

/** A connection to the database by one of the client libraries, used as a program would. */
export interface Client {
  readonly driver: Driver;
  newContext(settings?: ContextSettings): Context;
  /** Does the work in a transaction of the client's own, and rolls it back if it throws. */
  transaction(work: (tx: NonNullable<TransactionOption['tx']>) => Promise<unknown>): Promise<void>;
  rows(text: string): Promise<readonly Record<string, unknown>[]>;
  end(): Promise<void>;
}

export function openClient(name: ClientName, url: string, schema: string): Client {
  return name === 'pg' ? onPg(url, schema) : onPostgresJs(url, schema);
}

function onPg(url: string, schema: string): Client {
  const pool = new pg.Pool({ connectionString: url, max: 5 });
  return {
    driver: pgDriver({ pool }),
    newContext: (settings = {}) => new Context({ pool, schema, ...settings }),
    transaction: async (work) => {
      const client = await pool.connect();
      try {
        await client.query('begin');
        await work(fromPg(client));
        await client.query('commit');
      } catch (error) {
        await client.query('rollback');
        throw error;
      } finally {
        client.release();
      }
    },
    rows: async (text) => (await pool.query<Record<string, unknown>>(text)).rows,
    end: () => pool.end(),
  };
}

function onPostgresJs(url: string, schema: string): Client {
  const sql = postgres(url, { max: 5, onnotice: () => {} });
  const driver = postgresJsDriver({ sql });
  return {
    driver,
    newContext: (settings = {}) => new Context({ driver, schema, ...settings }),
    transaction: async (work) => {
      await sql.begin(async (tx) => {
        await work(fromPostgresJs(tx));
      });
    },
    rows: async (text) => await sql.unsafe(text),
    end: async () => {
      await driver.close();
      await sql.end();
    },
  };
}
