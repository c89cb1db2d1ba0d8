import type { Driver } from '@bearmq/core/driver';
import { tablesOf } from '@bearmq/core/schema';
import { pgDriver } from '@bearmq/driver-pg';
import { pgliteDriver } from '@bearmq/driver-pglite';
import { postgresJsDriver } from '@bearmq/driver-postgresjs';
import { migrate } from '@bearmq/migrations';
import { PGlite } from '@electric-sql/pglite';
import { afterEach } from '@jest/globals';
import { Context, type ContextSettings } from 'bearmq';
import pg from 'pg';
import postgres from 'postgres';
import { directUrl, freshName } from '../../support/database.ts';

interface Way {
  readonly driver: Driver;
  end(): Promise<void>;
}

const ways = {
  'node-postgres': async (): Promise<Way> => {
    const pool = new pg.Pool({ connectionString: directUrl() });
    return { driver: pgDriver({ pool }), end: () => pool.end() };
  },
  'postgres.js': async (): Promise<Way> => {
    const sql = postgres(directUrl(), { onnotice: () => undefined });
    return { driver: postgresJsDriver({ sql }), end: () => sql.end() };
  },
  PGlite: async (): Promise<Way> => {
    const db = await PGlite.create();
    return { driver: pgliteDriver({ db }), end: () => db.close() };
  },
};

export type WayName = keyof typeof ways;
export const WAYS = Object.keys(ways) as readonly WayName[];

/** PGlite takes some seconds to start. */
export const PATIENCE_MS = 60_000;

/** A migrated schema on one of the drivers, dropped when the test is over. Daemons are asked for before this: so they are stopped first. */
export function useWays(): (
  name: WayName,
) => Promise<{ readonly driver: Driver; newContext(settings?: ContextSettings, on?: Driver): Context }> {
  const opened: { readonly way: Way; readonly schema: string }[] = [];
  afterEach(async () => {
    for (const { way, schema } of opened.splice(0)) {
      await way.driver.run({ name: 'drop', text: `drop schema ${tablesOf(schema).schema} cascade`, values: [] });
      await way.driver.close();
      await way.end();
    }
  });
  return async (name) => {
    const [way, schema] = [await ways[name](), freshName()];
    const { driver } = way;
    opened.push({ way, schema });
    await migrate({ driver, schema });
    return { driver, newContext: (settings = {}, on = driver) => new Context({ driver: on, schema, ...settings }) };
  };
}
