import type { Driver } from '@bearmq/core/driver';
import { fromPostgresJs, postgresJsDriver } from '@bearmq/driver-postgresjs';
import { expect, it } from '@jest/globals';
import { DatabaseError, JobDefinition, pgDriver } from 'bearmq';
import type postgres from 'postgres';
import { useSchema } from '../support/database.ts';
import { describeBehindPgBouncer, usePgBouncer } from './support/pgbouncer.ts';

/** Says what is wrong, and what to do. */
const EXPLAINED = /prepared statement "\w+" (does not exist|already exists).*pooler.*prepare: 'never'.*prepare: false/s;

const ROUNDS = 100;

/** Without support for them the pooler hands named statements to whichever connection is free, which may not know them. */
describeBehindPgBouncer('prepared statements behind PgBouncer in transaction mode', () => {
  const schema = useSchema({ way: 'direct' });
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

  it('of pgDriver fail with an error that says why, and the rest is enqueued', async () => {
    const job = define('ALWAYS', pgDriver({ pool: pooler.newPool({ max: 4 }), prepare: 'always' }));
    let enqueued = 0;
    const failed = await failures(async () => {
      await job.enqueue();
      enqueued += 1;
    });
    expect(failed.length).toBeGreaterThan(0);
    for (const { message } of failed) expect(message).toMatch(EXPLAINED);
    expect(await schema.value(`select count(*)::int from {s}.job where name = 'ALWAYS'`)).toBe(enqueued);
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
