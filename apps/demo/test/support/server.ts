import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll } from '@jest/globals';
import pg from 'pg';

/** A database of a test file, on the server that jest's global set-up started. */
export interface TestServer {
  readonly url: string;
  readonly pool: pg.Pool;
  /** The first column of the first row. */
  value(sql: string): Promise<unknown>;
}

export function useDatabase(): TestServer {
  const server = process.env['BEARMQ_TEST_URL'];
  if (server === undefined) throw new Error('BEARMQ_TEST_URL is not set: run these tests through the package script');
  const name = `demo_${randomBytes(5).toString('hex')}`;
  const url = new URL(server);
  url.pathname = `/${name}`;
  const admin = new pg.Pool({ connectionString: server, max: 1 });
  const pool = new pg.Pool({ connectionString: url.href, max: 3 });
  beforeAll(async () => {
    await admin.query(`create database ${name} encoding 'UTF8' template template0`);
  });
  afterAll(async () => {
    await pool.end();
    await admin.query(`drop database ${name} with (force)`);
    await admin.end();
  });
  return {
    url: url.href,
    pool,
    value: async (sql) => Object.values((await pool.query<Record<string, unknown>>(sql)).rows[0] ?? {})[0],
  };
}

/** Whether anything takes connections on a port of this machine. */
export async function isListening(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}
