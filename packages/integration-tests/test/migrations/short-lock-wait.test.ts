import { tablesOf } from '@bearmq/core/internal';
import { rejectionOf } from '@bearmq/test-support';
import { afterEach, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { until } from '../support/until.ts';
import { future, INDEX_VERSION, migrateWith, released, stepsOf } from './support/future.ts';
import { fillJobs, ledgerOf, noting, waitingBuilder } from './support/upgrades.ts';

// An index that is built concurrently waits for every snapshot in the database, those of other test files too, of which
// some hold one for a while.

const schema = useSchema({ migrations: 'none', database: 'own' });
const daemons = useDaemons();
const next = released.length + 1;
const upTo = (version: number) => future.slice(0, version);

/** A user's transaction, with a name, on a connection of its own. */
const sessions: pg.PoolClient[] = [];
async function begin(...statements: readonly string[]): Promise<pg.PoolClient & { readonly pid: number }> {
  const client = await schema.direct.connect();
  sessions.push(client);
  await client.query("set application_name = 'night report'");
  await client.query('begin');
  for (const sql of statements) await client.query(sql.replaceAll('{s}', () => schema.q));
  const { rows } = await client.query('select pg_backend_pid() as pid');
  return Object.assign(client, { pid: rows[0].pid as number });
}
afterEach(async () => {
  for (const client of sessions.splice(0)) client.release(true);
  await schema.direct.query(`drop schema if exists ${schema.q} cascade`);
});

describe("a migration that meets a user's long transaction", () => {
  it('keeps nobody waiting behind it, and is done soon after the transaction is', async () => {
    await schema.migrate();
    const context = schema.context();
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'MEANWHILE');
    daemons.worker(context);
    const user = await begin('select count(*) from {s}.job');
    const { driver, refusals } = noting(schema.newDriver());
    const migrating = migrateWith(upTo(next), { driver, schema: schema.name });
    for (let round = 1; round <= 4; round += 1) {
      await until('the migration was turned away again', () => refusals.length >= round);
      const jobId = await definition.enqueue();
      await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    }
    expect(await ledgerOf(schema)).toEqual(upTo(next - 1).map(({ version }) => version));
    await user.query('commit');
    await migrating;
    expect(await ledgerOf(schema)).toEqual(upTo(next).map(({ version }) => version));
    expect(events.of('DAEMON_ERROR')).toEqual([]);
  });

  it('gives up in the end, holds nothing, and says who is in its way and what to do', async () => {
    await schema.migrate();
    const user = await begin('select count(*) from {s}.job');
    const driver = schema.newDriver();
    const error = await rejectionOf(migrateWith(upTo(next), { driver, schema: schema.name }, 0.3));
    expect(error).toMatchObject({
      name: 'DatabaseError',
      sqlState: '55P03',
      isRetryable: true,
      message: expect.stringMatching(
        new RegExp(
          `^migration ${next} \\(job columns\\) of the schema .* backed off .* held by pid ${user.pid} ` +
            `\\(application "night report", idle in transaction, its last query began \\d{4}-.*; to end it: ` +
            `select pg_terminate_backend\\(${user.pid}\\)\\); run the migrations again: .* \\(tried \\d+ times`,
        ),
      ),
    });
    const mine = await schema.rows(`select mode from pg_locks where relation = to_regclass($1) and pid <> $2`, [
      `${schema.q}.job`,
      user.pid,
    ]);
    expect(mine).toEqual([]);
  });

  it('says so as plain SQL too, which works when it is run again', async () => {
    await schema.migrate();
    const user = await begin('lock table {s}.job in access share mode');
    const [text = ''] = stepsOf(tablesOf(schema.name), upTo(next)).at(-1)?.texts ?? [];
    await expect(schema.pool.query(text)).rejects.toMatchObject({
      code: '55P03',
      message: expect.stringContaining(`pid ${user.pid} (application "night report"`),
    });
    await user.query('commit');
    await schema.pool.query(text);
    expect(await ledgerOf(schema)).toEqual(upTo(next).map(({ version }) => version));
  });

  it('is all or nothing where a step is turned away halfway', async () => {
    await migrateWith(upTo(future.length - 1), { driver: schema.driver(), schema: schema.name });
    await begin('select count(*) from {s}.process'); // the second table of the last step
    await rejectionOf(migrateWith(future, { driver: schema.driver(), schema: schema.name }, 0));
    const columns = `select count(*)::int from pg_attribute where attrelid = to_regclass($1) and attname = 'note'`;
    expect(await schema.value(columns, [`${schema.q}.job_group`])).toBe(0);
  });

  it('leaves lock_timeout as it was, where all is run in one transaction', async () => {
    const client = await begin(`set local lock_timeout = '7s'`);
    for (const { texts } of stepsOf(tablesOf(schema.name), future)) for (const text of texts) await client.query(text);
    expect((await client.query('show lock_timeout')).rows).toEqual([{ lock_timeout: '7s' }]);
  });
});

describe('an index of a large table', () => {
  const build = () => migrateWith(upTo(INDEX_VERSION), { driver: schema.newDriver(), schema: schema.name });
  const validity = () =>
    schema.rows('select indisvalid from pg_index where indexrelid = to_regclass($1)', [`${schema.q}.job_name`]);
  const prepare = async () => {
    await migrateWith(upTo(INDEX_VERSION - 1), { driver: schema.driver(), schema: schema.name });
    await fillJobs(schema);
  };

  it('is built while jobs are enqueued and run, however long it waits for a transaction', async () => {
    await prepare();
    const user = await begin(`update {s}.job set attempt = 0 where id = (select id from {s}.job limit 1)`);
    const building = build();
    await waitingBuilder(schema);
    const context = schema.context();
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'MEANWHILE');
    daemons.worker(context);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    await user.query('commit');
    await building;
    expect(await validity()).toEqual([{ indisvalid: true }]);
  });

  it('is built anew after a build that was cut off', async () => {
    await prepare();
    const user = await begin(`update {s}.job set attempt = 0 where id = (select id from {s}.job limit 1)`);
    const cut = rejectionOf(build());
    const pid = await waitingBuilder(schema);
    await schema.rows('select pg_terminate_backend($1)', [pid]);
    await cut;
    await until('the builder is gone', async () => {
      return (await schema.value('select count(*)::int from pg_stat_activity where pid = $1', [pid])) === 0;
    });
    expect(await validity()).toEqual([{ indisvalid: false }]);
    expect(await ledgerOf(schema)).not.toContain(INDEX_VERSION);
    await user.query('commit');
    await build();
    expect(await validity()).toEqual([{ indisvalid: true }]);
    expect(await ledgerOf(schema)).toContain(INDEX_VERSION);
  });

  it('is waited for where another process builds it', async () => {
    await prepare();
    const user = await begin(`update {s}.job set attempt = 0 where id = (select id from {s}.job limit 1)`);
    const building = build();
    const pid = await waitingBuilder(schema);
    const { driver, refusals } = noting(schema.newDriver());
    const second = migrateWith(upTo(INDEX_VERSION), { driver, schema: schema.name });
    await until('the second was turned away', () => refusals.length > 0);
    expect(refusals[0]).toMatch(new RegExp(`pid ${pid} \\(.*; it builds an index, wait for it\\)`));
    await user.query('commit');
    await Promise.all([building, second]);
    expect(await validity()).toEqual([{ indisvalid: true }]);
  });

  it('is asked for by plain SQL, in words that say which statement to run', async () => {
    await prepare();
    const run = async () => {
      for (const { texts } of stepsOf(tablesOf(schema.name), upTo(INDEX_VERSION)))
        for (const text of texts) await schema.pool.query(text);
    };
    const error = await rejectionOf(run());
    expect(error).toMatchObject({ code: 'BM001' });
    const [, statement = ''] = /run: (create index concurrently .*); then run/.exec((error as Error).message) ?? [];
    await schema.pool.query(statement);
    await run();
    expect(await validity()).toEqual([{ indisvalid: true }]);
    expect(await ledgerOf(schema)).toContain(INDEX_VERSION);
  });
});
