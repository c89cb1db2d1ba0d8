import type { Driver, SqlSession } from '@bearmq/core/driver';
import { tablesOf } from '@bearmq/core/schema';
import { fromPg, pgDriver } from '@bearmq/driver-pg';
import { fromPglite, pgliteDriver } from '@bearmq/driver-pglite';
import { fromPostgresJs, postgresJsDriver } from '@bearmq/driver-postgresjs';
import { migrate, migrationStatus } from '@bearmq/migrations';
import { rejectionOf } from '@bearmq/test-support';
import { PGlite } from '@electric-sql/pglite';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Context, JobDefinition } from 'bearmq';
import pg from 'pg';
import postgres from 'postgres';
import { useDaemons } from '../support/daemons.ts';
import { directUrl, freshName } from '../support/database.ts';
import { enqueueAll } from '../support/two-hundred-jobs.ts';
import { until } from '../support/until.ts';

/** A driver, and the caller's own transaction on the same client. */
interface Way {
  readonly driver: Driver;
  inTransaction(work: (tx: SqlSession) => Promise<void>): Promise<unknown>;
  end(): Promise<void>;
}

async function onPg(): Promise<Way> {
  const pool = new pg.Pool({ connectionString: directUrl() });
  const inTransaction: Way['inTransaction'] = async (work) => {
    const client = await pool.connect();
    try {
      await client.query('begin');
      await work(fromPg(client));
      await client.query('commit');
    } catch (error) {
      await client.query('rollback');
      throw error;
    } finally {
      client.release();
    }
  };
  return { driver: pgDriver({ pool }), inTransaction, end: () => pool.end() };
}

async function onPostgresJs(options: postgres.Options<Record<string, never>>): Promise<Way> {
  const sql = postgres(directUrl(), { onnotice: () => undefined, ...options });
  return {
    driver: postgresJsDriver({ sql }),
    inTransaction: (work) => sql.begin((tx) => work(fromPostgresJs(tx))),
    end: () => sql.end(),
  };
}

async function onPglite(): Promise<Way> {
  const db = await PGlite.create();
  return {
    driver: pgliteDriver({ db }),
    inTransaction: (work) => db.transaction((tx) => work(fromPglite(tx))),
    end: () => db.close(),
  };
}

const ways: Readonly<Record<string, () => Promise<Way>>> = {
  'node-postgres': onPg,
  'postgres.js as it comes': () => onPostgresJs({}),
  'postgres.js with camel, few connections and nothing prepared': () =>
    onPostgresJs({ transform: postgres.camel, max: 3, prepare: false }),
  PGlite: onPglite,
};

/** PGlite takes some seconds to start. */
const PATIENCE_MS = 60_000;

describe.each(Object.entries(ways))('a queue on %s', (name, open) => {
  const daemons = useDaemons();
  const opened: { readonly way: Way; readonly schema: string }[] = [];
  afterEach(async () => {
    for (const { way, schema } of opened.splice(0)) {
      await way.driver.run({ name: 'drop', text: `drop schema ${tablesOf(schema).schema} cascade`, values: [] });
      await way.driver.close();
      await way.end();
    }
  });

  async function migrated(): Promise<{ way: Way; schema: string; context: Context }> {
    const way = await open();
    const schema = freshName();
    opened.push({ way, schema });
    await migrate({ driver: way.driver, schema });
    return { way, schema, context: new Context({ driver: way.driver, schema }) };
  }

  it(
    'runs 200 jobs: plain ones, in groups, after a failure, after a delay',
    async () => {
      const { way, schema, context } = await migrated();
      const { driver } = way;
      await migrate({ driver, schema });
      expect((await migrationStatus({ driver, schema })).pending).toEqual([]);
      const troubles: unknown[] = [];
      const succeeded = new Set<string>();
      context.addEventHandler((event) => {
        if (event.eventType === 'WORKER_JOB_RUN_SUCCESS') succeeded.add(event.jobId);
        if (event.eventType === 'DAEMON_ERROR' || event.eventType === 'WARNING') troubles.push(event);
      });
      const runs = await enqueueAll(context);
      const running = [
        daemons.worker(context, { concurrency: 6 }),
        daemons.worker(context, { channels: ['DEFAULT', 'OTHER'], concurrency: 2 }),
        daemons.orchestrator(context),
      ];
      await until('200 jobs have succeeded', () => succeeded.size === 200, 30_000);
      await Promise.all(running.map((daemon) => daemon.stop()));

      runs.check();
      expect(troubles).toEqual([]);
      const { job, finalizedJob } = tablesOf(schema);
      const rows = (text: string): Promise<unknown> => driver.run({ name: 'look', text, values: [] });
      expect(await rows(`select count(*)::int4 as n from ${job}`)).toEqual([[0]]);
      expect(await rows(`select outcome::text, count(*)::int4 as n from ${finalizedJob} group by 1`)).toEqual([
        ['succeeded', 200],
      ]);
    },
    PATIENCE_MS,
  );

  it(
    'takes jobs in a transaction of the caller, or of the driver, if it commits',
    async () => {
      const { way, context } = await migrated();
      const seen: number[] = [];
      const job = new JobDefinition({
        context,
        name: 'COUNT',
        workFunction: ({ n }: { n: number }) => void seen.push(n),
      });
      await job.register();
      daemons.worker(context);
      const undone = way.inTransaction(async (tx) => {
        await job.enqueue({ n: 1 }, { tx });
        throw new RangeError('on purpose');
      });
      expect(await rejectionOf(undone)).toBeInstanceOf(RangeError);
      await way.inTransaction(async (tx) => {
        await job.enqueueMany([{ payload: { n: 2 } }, { payload: { n: 3 } }], { tx });
      });
      await way.driver.transaction(async (tx) => {
        // Outside of the transaction, which has the only connection of PGlite.
        if (name === 'PGlite') expect(await rejectionOf(job.enqueue({ n: 4 }))).toMatchObject({ sqlState: '25001' });
        await job.enqueue({ n: 5 }, { tx });
      });
      await until('three jobs have run', () => seen.length === 3);
      expect([...seen].sort()).toEqual([2, 3, 5]);
    },
    PATIENCE_MS,
  );
});
