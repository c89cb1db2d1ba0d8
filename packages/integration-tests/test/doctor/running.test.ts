// What the doctor tells of a queue at work: who holds vacuums up, which processes are gone, what waits.
import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { diagnose, type Finding } from 'bearmq';
import type pg from 'pg';
import { useSchema } from '../support/database.ts';
import { until } from '../support/until.ts';

const schema = useSchema();
const driver = schema.driver();
const look = (patienceSecs?: number): Promise<readonly Finding[]> =>
  diagnose({ driver, schema: schema.name, ...(patienceSecs === undefined ? {} : { patienceSecs }) });
const about = async (subject: string, patienceSecs?: number): Promise<readonly Finding[]> =>
  (await look(patienceSecs)).filter((one) => one.subject === subject);

const held: pg.PoolClient[] = [];
/** A session of its own with a transaction, ended with the test. */
async function begin(first: string): Promise<{ client: pg.PoolClient; pid: number }> {
  const client = await schema.direct.connect();
  held.push(client);
  client.on('error', () => {}); // a test ends one on purpose
  await client.query(first);
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return { client, pid: rows[0]?.pid ?? 0 };
}

afterEach(async () => {
  for (const client of held.splice(0)) {
    await client.query('rollback');
    client.release(true);
  }
  for (const table of ['job', 'process', 'schedule']) await schema.rows(`delete from {s}.${table}`);
});

describe('diagnose', () => {
  it('names a transaction that is open for longer than its patience', async () => {
    const { client, pid } = await begin('begin isolation level repeatable read');
    await client.query("set application_name = 'long report'");
    await client.query('select 1');
    expect(await about(`pid ${pid}`)).toEqual([]);
    const [finding] = await about(`pid ${pid}`, 0);
    expect(finding).toMatchObject({ kind: 'transaction-open', severity: 'warning' });
    expect(finding?.message).toMatch(
      /application "long report", idle in transaction\) has had a transaction open for \d+ s/,
    );
    await schema.direct.query(/select pg_terminate_backend\(\d+\);/.exec(finding?.remedy ?? '')?.[0] ?? '');
    held.splice(0)[0]?.release(true);
    await until('the session is gone', async () => (await about(`pid ${pid}`, 0)).length === 0);
  });

  it('does not wait for a claim that holds its locks', async () => {
    const { client } = await begin('begin');
    await client.query(`lock table ${schema.q}.job, ${schema.q}.process, ${schema.q}.job_group in row exclusive mode`);
    const id = randomUUID();
    await client.query(`insert into ${schema.q}.process (id, expires_at) values ($1, now() + interval '1 minute')`, [
      id,
    ]);
    await client.query(`select * from ${schema.q}.process for update`);
    expect(await look()).toEqual([]);
  });

  it('names a prepared transaction, where the server takes any', async () => {
    if ((await schema.value("select current_setting('max_prepared_transactions')")) === '0') {
      console.warn('skipped: max_prepared_transactions is 0 on this server');
      return;
    }
    const gid = `it's ${schema.name}`;
    const literal = `'${gid.replaceAll("'", "''")}'`;
    const { client } = await begin('begin');
    await client.query(`prepare transaction ${literal}`);
    const findings = await about(`prepared transaction ${gid}`, 0);
    await schema.direct.query(`rollback prepared ${literal}`);
    expect(findings).toMatchObject([{ kind: 'transaction-prepared', severity: 'warning' }]);
    expect(await about(`prepared transaction ${gid}`, 0)).toEqual([]);
  });

  it('names a replication slot that nobody reads from, where the server has logical ones', async () => {
    if ((await schema.value("select current_setting('wal_level')")) !== 'logical') {
      console.warn('skipped: wal_level is not logical on this server');
      return;
    }
    const name = `bearmq_doctor_${process.pid}`;
    await schema.direct.query(`select pg_create_logical_replication_slot('${name}', 'pgoutput')`);
    const findings = await until('the slot is out of use', async () => {
      const found = await about(`slot ${name}`, 0);
      return found.length > 0 && found;
    });
    await schema.direct.query(/select pg_drop[^;]*;/.exec(findings[0]?.remedy ?? '')?.[0] ?? '');
    expect(findings).toMatchObject([{ kind: 'slot-holds', severity: 'warning' }]);
    expect(await about(`slot ${name}`, 0)).toEqual([]);
  });

  it('names a table whose dead rows nobody removes', async () => {
    await schema.rows('alter table {s}.job_group set (autovacuum_enabled = off)');
    await schema.rows('insert into {s}.job_group (name) select n::text from generate_series(1, 30000) n');
    await schema.rows('delete from {s}.job_group');
    await schema.rows("update {s}.migration set applied_at = now() - interval '1 hour'");
    const findings = await until('the server has counted', async () => {
      const found = await about('table job_group');
      return found.some(({ kind }) => kind === 'not-vacuumed') && found;
    });
    expect(findings.map(({ kind }) => kind)).toEqual(['autovacuum-off', 'not-vacuumed']);
    await schema.rows('alter table {s}.job_group reset (autovacuum_enabled)');
    await schema.rows('vacuum {s}.job_group');
    await until('the server has counted', async () => (await about('table job_group')).length === 0);
  });

  it('names a process that is gone with its jobs, and one that is blocked', async () => {
    const [gone, blocked] = [randomUUID(), randomUUID()];
    const key = '-81985529216486896';
    await begin(`select pg_advisory_lock(${key})`);
    await schema.rows(
      "insert into {s}.process (id, expires_at, session_key) values ($1, now() - interval '1 hour', null), ($2, now() - interval '1 hour', $3)",
      [gone, blocked, key],
    );
    await schema.rows(
      `insert into {s}.job (id, timeout_secs, state, num_attempts, process_id, name, channel, payload)
       values ($1, 0, 'running', 1, $2, 'A', 'default', 'null')`,
      [randomUUID(), gone],
    );
    expect(await about(`worker ${gone}`)).toMatchObject([{ kind: 'worker-dead', severity: 'error' }]);
    expect(await about(`worker ${blocked}`)).toMatchObject([{ kind: 'worker-blocked', severity: 'warning' }]);
    expect(await about(`worker ${gone}`, 7_200)).toEqual([]);
  });

  it.each([
    ['ready', 'enqueued_at'],
    ['scheduled', 'run_at'],
  ])('names the oldest job that waits while no worker is there: %s', async (state, column) => {
    const id = randomUUID();
    await schema.rows(
      `insert into {s}.job (id, timeout_secs, state, num_attempts, name, channel, payload, ${column})
       values ($1, 0, '${state}', 1, 'A', 'default', 'null', now() - interval '1 hour')`,
      [id],
    );
    expect(await look()).toMatchObject([{ kind: 'jobs-waiting', severity: 'error', subject: `job ${id}` }]);
    await schema.rows("insert into {s}.process (id, expires_at) values ($1, now() + interval '1 minute')", [
      randomUUID(),
    ]);
    expect((await look()).filter(({ kind }) => kind === 'jobs-waiting')).toEqual([]);
  });

  it('names a repeating job that is overdue', async () => {
    await schema.rows(
      "insert into {s}.schedule (job_name, origin, rule, next_at) values ('it''s late', 'repeat', '{\"everySecs\":60}', now() - interval '1 hour')",
    );
    const findings = await look();
    expect(findings).toMatchObject([{ kind: 'schedule-late', severity: 'error', subject: "schedule it's late" }]);
    await schema.direct.query(/delete from .*$/.exec(findings[0]?.remedy ?? '')?.[0] ?? '');
    expect(await look()).toEqual([]);
  });

  it('names a schedule that is overdue, since its definition is nowhere', async () => {
    await schema.rows(
      `insert into {s}.schedule (job_name, key, origin, rule, next_at)
       values ('REPORT', 'nightly', 'api', '{"cron":"0 2 * * *","timeZone":"UTC"}', now() - interval '1 hour')`,
    );
    const findings = await look();
    expect(findings).toMatchObject([
      {
        kind: 'schedule-late',
        severity: 'error',
        subject: 'schedule REPORT nightly',
        message: 'the schedule "nightly" of "REPORT" is 60 min overdue, and was never enqueued',
        remedy: expect.stringContaining('with a context in which that definition is registered'),
      },
    ]);
    await schema.direct.query(/delete from .*$/.exec(findings[0]?.remedy ?? '')?.[0] ?? '');
    expect(await look()).toEqual([]);
  });
});
