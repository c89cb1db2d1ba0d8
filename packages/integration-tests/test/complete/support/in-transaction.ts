import type { SqlSession } from '@bearmq/core/driver';
import { fromPg } from 'bearmq';
import type pg from 'pg';
import type { TestSchema } from '../../support/database.ts';

/** A transaction of the program's own, open until `work` is over: committed when it resolves, else rolled back. */
export async function inTransaction<T>(
  schema: TestSchema,
  work: (tx: SqlSession, client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await schema.pool.connect();
  try {
    await client.query('begin');
    const result = await work(fromPg(client), client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}

/** A table of the program's own, with a row for each effect of a job. */
export async function createEffects(schema: TestSchema): Promise<void> {
  await schema.rows('create table {s}.effect (job_id uuid not null, attempt integer not null)');
}

export async function effectsOf(schema: TestSchema, jobId: string): Promise<number> {
  return (await schema.value('select count(*)::int from {s}.effect where job_id = $1', [jobId])) as number;
}
