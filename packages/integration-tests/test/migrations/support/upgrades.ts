import type { DatabaseError, Driver } from '@bearmq/core/driver';
import type { TestSchema } from '../../support/database.ts';
import { type Interception, intercepted } from '../../support/drivers.ts';
import { until } from '../../support/until.ts';

/** More jobs than an index may be made of at once; they wait, as nobody knows their name. */
export async function fillJobs(schema: TestSchema, count = 6_000): Promise<void> {
  await schema.rows(
    `insert into {s}.job (id, state, name, channel, num_attempts, timeout_secs, payload)
     select gen_random_uuid(), 'ready', 'NOBODY KNOWS', 'DEFAULT', 1, 0, to_json(repeat('x', 1000))
     from generate_series(1, $1::int)`,
    [count],
  );
}

/** A driver that notes what it sends, and each time that the database refuses a lock. */
export function noting(driver: Driver): {
  readonly driver: Driver;
  readonly texts: readonly string[];
  readonly refusals: readonly string[];
} {
  const texts: string[] = [];
  const refusals: string[] = [];
  const note: Interception = async (statement, send) => {
    texts.push(statement.text);
    return await send().catch((error: DatabaseError) => {
      if (error.sqlState === '55P03') refusals.push(error.message);
      throw error;
    });
  };
  return { driver: intercepted(driver, note), texts, refusals };
}

/** What the ledger says, in the order in which it was written. */
export async function ledgerOf(schema: TestSchema): Promise<unknown[]> {
  return (await schema.rows('select version from {s}.migration order by applied_at, version')).map(
    (row) => row['version'],
  );
}

/** Resolves to the pid of a session that builds an index of the job table and waits for somebody's transaction. */
export async function waitingBuilder(schema: TestSchema): Promise<number> {
  return await until('an index is being built', async () => {
    const sql = `select pid from pg_stat_progress_create_index
      where relid = to_regclass($1) and phase like 'waiting for %' and lockers_total > 0`;
    return (await schema.value(sql, [`${schema.q}.job`])) as number | undefined;
  });
}
