import type { Driver } from '@bearmq/core/driver';
import { testUrl, unique } from '@bearmq/test-database/driver-tests';
import pg from 'pg';
import { type PgDriverOptions, pgDriver } from '../src/index.ts';

export {
  hears,
  noting,
  oneValue,
  statement as sql,
  testUrl,
  unique,
} from '@bearmq/test-database/driver-tests';
export { rejectionOf, soon, until } from '@bearmq/test-support';

export function newPool(config: pg.PoolConfig = {}): pg.Pool {
  return new pg.Pool({ connectionString: testUrl(), ...config });
}

/** A driver on a pool of its own, both closed afterwards. */
export async function withDriver(
  config: pg.PoolConfig,
  options: Omit<PgDriverOptions, 'pool'>,
  use: (driver: Driver, pool: pg.Pool) => Promise<void>,
): Promise<void> {
  const pool = newPool(config);
  const driver = pgDriver({ pool, ...options });
  try {
    await use(driver, pool);
  } finally {
    await driver.close();
    await pool.end();
  }
}

/** A schema of this file's own. */
export async function createSchema(): Promise<{ schema: string; drop(): Promise<void> }> {
  const schema = unique('driver_pg');
  const run = async (text: string): Promise<void> => {
    const client = new pg.Client(testUrl());
    await client.connect();
    await client.query(text).finally(() => client.end());
  };
  await run(`create schema "${schema}"`);
  return { schema, drop: () => run(`drop schema "${schema}" cascade`) };
}
