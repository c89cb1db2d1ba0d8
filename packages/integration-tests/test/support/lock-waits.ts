import { hasSqlState, SQL_STATES } from '@bearmq/core/driver';
import type { TestSchema } from './database.ts';

/** How many sessions wait for a lock in a call of this function of this schema: other tests have their own on the same server. */
export async function lockWaits(schema: TestSchema, name: string): Promise<number> {
  const sql = `select count(*)::int from pg_stat_activity where wait_event_type = 'Lock' and query like '%' || $1 || '%'`;
  return Number(await schema.value(sql, [`${schema.q}.${name}`]));
}

/** What a call resolves to that gives up after half a second of waiting for somebody's lock, and is sent again then, as a process does. */
export async function untilHad<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!hasSqlState(error, SQL_STATES.lockNotAvailable)) throw error;
    }
  }
}
