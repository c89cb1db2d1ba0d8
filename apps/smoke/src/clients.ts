import { fromPostgresJs, postgresJsDriver } from '@bearmq/driver-postgresjs';
import { Context, fromPg, pgDriver } from 'bearmq';
import pg from 'pg';
import postgres from 'postgres';
import type { Client, ClientName } from './client.ts';

export async function openClient(name: ClientName, url: string, schema: string): Promise<Client> {
  if (name === 'postgres.js') return onPostgresJs(url, schema);
  if (name === 'pg') return onPg(url, schema);
  const { onBunSql } = await import('./bun-sql/client.ts');
  return onBunSql(url, onPg(url, schema));
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
