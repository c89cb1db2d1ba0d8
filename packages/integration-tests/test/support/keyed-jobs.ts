import type { SqlSession } from '@bearmq/core/driver';
import { enqueueUnique, type JobKey, type KeyedJob, type KeyedOutcome } from '@bearmq/core/internal';
import { fromPg } from 'bearmq';
import type pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { TestSchema } from './database.ts';
import type { Statements } from './statements.ts';
import { until } from './until.ts';

export type KeyedRow = Partial<Omit<KeyedJob, 'unique'>> &
  Partial<Omit<JobKey, 'key'>> & { readonly key?: string | undefined };

/** A job with a key that is held until its start, unless something else is said. `key: undefined` is none. */
export function keyedJob({ until: heldUntil, forSecs, onConflict, maxRestartSecs, ...job }: KeyedRow = {}): KeyedJob {
  const { key = 'key' in job ? undefined : 'K', ...row } = job;
  const rule = { until: heldUntil ?? 'started', forSecs: forSecs ?? 0, onConflict: onConflict ?? 'skip' } as const;
  return {
    id: uuidv7(),
    name: 'JOB',
    channel: 'DEFAULT',
    jobGroup: null,
    delaySecs: 0,
    numAttempts: 3,
    timeoutSecs: 0,
    priority: 0,
    payloadText: 'null',
    extras: null,
    ...row,
    unique: key === undefined ? null : { ...rule, maxRestartSecs: maxRestartSecs ?? null, key },
  };
}

/** What a test does with keyed jobs, on the schema's session or in a transaction. */
export function keyedOf(schema: TestSchema, { session, tables }: Statements) {
  const submit = async (rows: readonly KeyedRow[], on: SqlSession = session): Promise<readonly KeyedOutcome[]> =>
    await enqueueUnique(on, tables, rows.map(keyedJob));
  return {
    submit,
    one: async (row: KeyedRow = {}, on?: SqlSession): Promise<KeyedOutcome> => {
      const [outcome] = await submit([row], on);
      if (outcome === undefined) throw new Error('no outcome');
      return outcome;
    },
    /** Resolves once a session of this database waits for a lock that `client` holds. */
    waitsFor: async (client: pg.PoolClient): Promise<void> => {
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
      await until('a session waits for the transaction', async () => {
        const blocked = 'select count(*)::int from pg_stat_activity where $1 = any (pg_blocking_pids(pid))';
        return Number(await schema.value(blocked, [rows[0]?.pid])) > 0;
      });
    },
    /** Runs `act` with a transaction of a user's, which is rolled back if that did not end it. */
    inTransaction: async <T>(act: (tx: SqlSession, client: pg.PoolClient) => Promise<T>): Promise<T> => {
      const client = await schema.direct.connect();
      try {
        await client.query('begin');
        return await act(fromPg(client), client);
      } finally {
        await client.query('rollback');
        client.release();
      }
    },
  };
}
