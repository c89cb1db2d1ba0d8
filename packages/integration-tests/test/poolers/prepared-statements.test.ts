import type { Driver } from '@bearmq/core/driver';
import { fromPostgresJs, postgresJsDriver } from '@bearmq/driver-postgresjs';
import { expect, it } from '@jest/globals';
import { Context, DatabaseError, JobDefinition, pgDriver } from 'bearmq';
import type pg from 'pg';
import type postgres from 'postgres';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { describeBehindPgBouncer, usePgBouncer } from './support/pgbouncer.ts';

/** Says what is wrong, and what to do. */
const EXPLAINED = /prepared statement "\w+" (does not exist|already exists).*pooler.*prepare: 'never'.*prepare: false/s;

const ROUNDS = 100;

/** Without support for them the pooler hands named statements to whichever connection is free, which may not know them. */
describeBehindPgBouncer('prepared statements behind PgBouncer in transaction mode', () => {
  const schema = useSchema({ way: 'direct' });
  const other = useSchema({ way: 'direct' });
  const daemons = useDaemons();
  const pooler = usePgBouncer();

  function define(name: string, driver: Driver): JobDefinition<null> {
    return new JobDefinition({ context: schema.context({}, { driver }), name, workFunction: () => {} });
  }

  /** Does it several times at once, again and again, so that the pooler has several connections to choose from. */
  async function failures(act: () => Promise<unknown>): Promise<DatabaseError[]> {
    const failed: DatabaseError[] = [];
    const once = (): Promise<unknown> =>
      act().catch((error: unknown) => {
        if (!(error instanceof DatabaseError)) throw error;
        failed.push(error);
      });
    for (let i = 0; i < ROUNDS; i += 1) await Promise.all(Array.from({ length: 1 + (i % 4) }, once));
    return failed;
  }

  function inOwnTransaction(job: JobDefinition<null>, sql: postgres.Sql, driver?: Driver): () => Promise<unknown> {
    if (driver !== undefined) return () => driver.transaction((tx) => job.enqueue(null, { tx }));
    return async () => {
      let reason: unknown;
      await sql
        .begin((tx) =>
          job.enqueue(null, { tx: fromPostgresJs(tx) }).catch((error: unknown) => {
            reason = error;
          }),
        )
        .catch((error: unknown) => {
          throw reason ?? error;
        });
    };
  }

  /** How many queries of the pool fail from now on. */
  function failedQueries(pool: pg.Pool): () => number {
    let count = 0;
    pool.on('release', (error) => {
      if (error instanceof Error) count += 1;
    });
    return () => count;
  }

  async function enqueued(name: string): Promise<unknown> {
    return await schema.value('select count(*)::int from {s}.job where name = $1', [name]);
  }

  it('are given up by pgDriver, for good: everything is enqueued, and once', async () => {
    const pool = pooler.newPool({ max: 4 });
    const failed = failedQueries(pool);
    const job = define('GIVEN_UP', pgDriver({ pool }));
    let count = 0;
    const enqueue = async (): Promise<void> => {
      await job.enqueue();
      count += 1;
    };
    expect(await failures(enqueue)).toEqual([]);
    const failedFirst = failed();
    expect(failedFirst).toBeGreaterThan(0);
    expect(await failures(enqueue)).toEqual([]);
    expect(failed()).toBe(failedFirst);
    expect(await enqueued('GIVEN_UP')).toBe(count);
  });

  it('are given up by pgDriver while many statements are under way, of several drivers and two schemas', async () => {
    const pool = pooler.newPool({ max: 10 });
    const failed = failedQueries(pool);
    const definitions = Array.from({ length: 20 }, (_, n) => {
      const { name } = n % 2 === 0 ? schema : other;
      const context = new Context({ driver: pgDriver({ pool }), schema: name });
      return new JobDefinition({ context, name: 'MANY', workFunction: () => {} });
    });
    const ids = definitions.map((): string[] => []);
    const enqueueAll = async (): Promise<unknown> =>
      await Promise.all(definitions.map(async (job, n) => ids[n]?.push(await job.enqueue())));
    for (let round = 0; round < 5; round += 1) await enqueueAll();
    const failedFirst = failed();
    expect(failedFirst).toBeGreaterThan(0);
    for (let round = 0; round < 5; round += 1) await enqueueAll();
    expect(failed()).toBe(failedFirst);
    for (const [i, { rows }] of [schema, other].entries()) {
      const stored = (await rows("select id from {s}.job where name = 'MANY'")).map(({ id }) => id);
      expect(stored.sort()).toEqual(
        ids
          .filter((_, n) => n % 2 === i)
          .flat()
          .sort(),
      );
    }
  });

  it('are given up by pgDriver in all that BearMQ does: each job runs once', async () => {
    const pool = pooler.newPool({ max: 5 });
    const failed = failedQueries(pool);
    const context = schema.context({ wakeUp: 'poll', pollSecs: 0.05 }, { pool });
    const events = logEvents(context);
    const { definition, runs } = await notedJob<number>(context, 'ALL_OF_IT');
    daemons.worker(context, { concurrency: 5 });
    daemons.orchestrator(context, { cleanUpPollSecs: 0.1 });
    for (let n = 0; n < 50; n += 1) await definition.enqueue(n, { jobGroup: `group ${n % 5}` });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 50 });
    expect(runs.map(({ payload }) => payload).sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, n) => n));
    expect(events.of('DAEMON_ERROR')).toEqual([]);
    expect(failed()).toBeGreaterThan(0);
  });

  it("of pgDriver with 'always' fail with an error that says why, and the rest is enqueued", async () => {
    const job = define('ALWAYS', pgDriver({ pool: pooler.newPool({ max: 4 }), prepare: 'always' }));
    let count = 0;
    const failed = await failures(async () => {
      await job.enqueue();
      count += 1;
    });
    expect(failed.length).toBeGreaterThan(0);
    for (const { message } of failed) expect(message).toMatch(EXPLAINED);
    expect(await enqueued('ALWAYS')).toBe(count);
  });

  it('of a postgres.js client are sent anew, except in a transaction of yours: that fails, and the error says why', async () => {
    const sql = pooler.newSql({ max: 4 });
    const job = define('DEFAULT', postgresJsDriver({ sql }));
    expect(await failures(() => job.enqueue())).toEqual([]);
    const failed = await failures(inOwnTransaction(job, sql));
    expect(failed.length).toBeGreaterThan(0);
    for (const { message } of failed) expect(message).toMatch(EXPLAINED);
  });

  it('are none where the postgres.js client prepares none: nothing fails', async () => {
    const sql = pooler.newSql({ max: 4, prepare: false });
    const job = define('NONE', postgresJsDriver({ sql }));
    expect(await failures(() => job.enqueue())).toEqual([]);
    expect(await failures(inOwnTransaction(job, sql))).toEqual([]);
  });

  it("are none with prepare: 'never' of postgresJsDriver, whatever the client does", async () => {
    const sql = pooler.newSql({ max: 4 });
    const driver = postgresJsDriver({ sql, prepare: 'never' });
    const job = define('NEVER', driver);
    expect(await failures(() => job.enqueue())).toEqual([]);
    expect(await failures(inOwnTransaction(job, sql, driver))).toEqual([]);
  });
});
