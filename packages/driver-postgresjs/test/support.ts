import type { Driver } from '@bearmq/core/driver';
import { testUrl, unique } from '@bearmq/test-database/driver-tests';
import postgres from 'postgres';
import { type PostgresJsDriverOptions, postgresJsDriver } from '../src/index.ts';

export {
  cut,
  hears,
  listeningSession,
  noting,
  oneValue,
  statement,
  testUrl,
  unique,
} from '@bearmq/test-database/driver-tests';
export { rejectionOf, soon, until } from '@bearmq/test-support';

/** What `postgres()` takes beside a URL; also the hidden ones. */
export type ClientOptions = postgres.Options<Record<string, postgres.PostgresType>> & Readonly<Record<string, unknown>>;

export function newClient(options: ClientOptions = {}, url: string = testUrl()): postgres.Sql {
  return postgres(url, { onnotice: () => undefined, ...options });
}

/**
 * Ends a client. Without a time limit it would wait for ever when a connection was cut under a statement: postgres.js
 * takes that statement for still running.
 */
export async function endClient(sql: postgres.Sql): Promise<void> {
  await sql.end({ timeout: 1 });
}

/** A driver on a client of its own, both closed afterwards. */
export async function withDriver(
  client: ClientOptions,
  options: Omit<PostgresJsDriverOptions, 'sql'>,
  use: (driver: Driver, sql: postgres.Sql) => Promise<void>,
  url: string = testUrl(),
): Promise<void> {
  const sql = newClient(client, url);
  const driver = postgresJsDriver({ sql, ...options });
  try {
    await use(driver, sql);
  } finally {
    await driver.close();
    await endClient(sql);
  }
}

/** A schema of this file's own. */
export async function createSchema(): Promise<{ schema: string; drop(): Promise<void> }> {
  const schema = unique('driver_postgresjs');
  const run = async (text: string): Promise<void> => {
    const sql = newClient({ max: 1 });
    await sql.unsafe(text).finally(() => endClient(sql));
  };
  await run(`create schema "${schema}"`);
  return { schema, drop: () => run(`drop schema "${schema}" cascade`) };
}
