import { randomBytes } from 'node:crypto';
import { afterAll } from '@jest/globals';
import pg from 'pg';

/** Where the tests' server is; set by jest's global setup. */
export function testUrl(): string {
  const url = process.env['BEARMQ_TEST_URL'];
  if (url === undefined) throw new Error('BEARMQ_TEST_URL is not set');
  return url;
}

/** A pool and an empty schema of this test file's own, taken away at its end. */
export async function useSchema(): Promise<{ readonly pool: pg.Pool; readonly schema: string }> {
  const pool = new pg.Pool({ connectionString: testUrl() });
  const schema = `testkit_${randomBytes(6).toString('hex')}`;
  await pool.query(`create schema ${schema}`);
  afterAll(async () => {
    await pool.query(`drop schema if exists ${schema} cascade`);
    await pool.end();
  });
  return { pool, schema };
}
