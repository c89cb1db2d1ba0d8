import { startPgBouncer } from './pgbouncer.ts';
import type { TestDatabase } from './test-database.ts';

/** A database for tests, and the way to it that they are to take. */
export interface PooledDatabase extends TestDatabase {
  /** The server itself; the same as `url` where there is no pooler. */
  readonly directUrl: string;
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Puts a pooler in front of a database when `BEARMQ_TEST_POOLER` asks for one (`pgbouncer`), to be stopped with it.
 * Stops the database when there is none to be had.
 */
export async function behindPooler(database: TestDatabase, env: Env = process.env): Promise<PooledDatabase> {
  const wanted = env['BEARMQ_TEST_POOLER'];
  if (wanted === undefined || wanted === '') return { ...database, directUrl: database.url };
  try {
    if (wanted !== 'pgbouncer') throw new Error(`BEARMQ_TEST_POOLER is "${wanted}"; it may be pgbouncer.`);
    const pooler = await startPgBouncer({ url: database.url });
    return {
      url: pooler.url,
      directUrl: database.url,
      source: `${database.source}, behind PgBouncer in transaction mode`,
      stop: async () => {
        await pooler.stop();
        await database.stop();
      },
    };
  } catch (error) {
    await database.stop();
    throw error;
  }
}
