import { join } from 'node:path';
import { until } from '@bearmq/test-support';
import { describe, expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { jobRow, startDemo } from './support/child.ts';
import { useFolder, writeSample } from './support/folder.ts';
import { useDatabase } from './support/server.ts';

jest.setTimeout(90_000);

const CUT = `select pg_terminate_backend(pid) from pg_stat_activity
  where application_name = 'bearmq demo' and datname = $1`;

describe('with a server that is there', () => {
  const tmpdir = useFolder();
  const folder = useFolder();
  const { files } = writeSample(folder);
  const { url, pool, value } = useDatabase();
  const schemas = (): Promise<unknown> =>
    value(`select count(*)::int4 from pg_namespace where nspname = 'bearmq_demo'`);

  test('--keep leaves the schema, with jobs and results in it', async () => {
    const results = join(tmpdir, 'results.csv');
    const demo = startDemo([folder, '--database', url, '--keep', '--results', results], tmpdir);
    expect(await demo.ended).toBe(0);
    expect(demo.out()).toContain(`Results: ${results} (${files} files)`);
    expect(demo.out()).toContain('schema kept');
    expect(await value('select count(*)::int4 from bearmq_demo.measured_file')).toBe(files);
    const outcomes = `select json_object_agg(outcome, n) from (
      select outcome, count(*)::int4 as n from bearmq_demo.finalized_job where name <> 'REPORT' group by outcome) as x`;
    expect(await value(outcomes)).toEqual({ succeeded: files + 2, failed: 1 });
    expect(await value('select count(*)::int4 from bearmq_demo.job')).toBe(0);
    expect(await value('select count(*)::int4 from bearmq_demo.process')).toBe(0);
  });

  test('the next run replaces that schema, and drops its own', async () => {
    const demo = startDemo([folder], tmpdir, { DATABASE_URL: url });
    expect(await demo.ended).toBe(0);
    expect(demo.out()).toContain('in place of the schema of an earlier run');
    expect(demo.out()).toContain('schema dropped');
    expect(await schemas()).toBe(0);
  });

  test('SIGINT in the middle: what runs is finished, the rest stays, nobody holds anything', async () => {
    const demo = startDemo([folder, '--database', url, '--keep'], tmpdir);
    await demo.waitFor(/enqueued, and some others/); // and NEVER_WORKS keeps it busy for two seconds more
    demo.process.kill('SIGINT');
    expect(await demo.ended).toBe(130);
    expect(demo.err()).toBe('');
    const out = demo.out();
    expect(out).toContain('Stopping:');
    const left = Number(/(\d+) left in the queue/.exec(out)?.[1]);
    expect(left).toBeGreaterThan(0);
    const [, jobs, ok, failed, leftFiles] = jobRow(out, 'MEASURE_FILE').map(Number);
    expect(jobs).toBe(files);
    expect((ok ?? 0) + (failed ?? 0) + (leftFiles ?? 0)).toBe(files);
    expect(await value('select count(*)::int4 from bearmq_demo.job')).toBe(left);
    expect(await value(`select count(*)::int4 from bearmq_demo.job where state = 'running'`)).toBe(0);
    expect(await value('select count(*)::int4 from bearmq_demo.job_group where running > 0')).toBe(0);
    expect(await value('select count(*)::int4 from bearmq_demo.process')).toBe(0);
  });

  test('a second SIGINT does not wait for anything', async () => {
    const demo = startDemo([folder, '--database', url], tmpdir);
    await demo.waitFor(/enqueued, and some others/);
    const blocker = await pool.connect();
    try {
      await blocker.query('begin');
      await blocker.query('lock table bearmq_demo.process in access exclusive mode'); // it can never say goodbye
      demo.process.kill('SIGINT');
      await demo.waitFor(/Stopping:/);
      let code: number | string | undefined;
      void demo.ended.then((ended) => {
        code = ended;
      });
      await until('the demo has ended', () => {
        demo.process.kill('SIGINT');
        return code !== undefined;
      });
      expect(code).toBe(130);
    } finally {
      await blocker.query('rollback');
      blocker.release();
    }
  });

  test('two demos at a time on one database: the second says so', async () => {
    const first = startDemo([folder, '--database', url], tmpdir);
    await first.waitFor(/bearmq_demo: /);
    await first.waitFor(/enqueued, and some others/);
    const blocker = await pool.connect();
    try {
      await blocker.query('begin');
      await blocker.query('lock table bearmq_demo.process in access exclusive mode'); // the first does not end before it
      const second = startDemo([folder, '--database', url], tmpdir);
      expect(await second.ended).toBe(1);
      expect(second.err()).toBe('Another demo is running on this database: wait for its end.\n');
    } finally {
      await blocker.query('rollback');
      blocker.release();
    }
    expect(await first.ended).toBe(0);
  });

  test('a schema of that name which is not the demo’s is left alone', async () => {
    await pool.query('create schema bearmq_demo');
    await pool.query('create table bearmq_demo.precious (id integer)');
    const demo = startDemo([folder, '--database', url], tmpdir);
    expect(await demo.ended).toBe(1);
    expect(demo.err()).toMatch(/^There is a schema bearmq_demo that is not the demo's: .*\n$/);
    expect(await value('select count(*)::int4 from bearmq_demo.precious')).toBe(0);
    await pool.query('drop schema bearmq_demo cascade');
  });

  test('a user who may not create a schema is told so', async () => {
    const role = new URL(url).pathname.slice(1);
    await pool.query(`create role ${role} login password 'secret'`);
    try {
      const theirs = new URL(url);
      theirs.username = role;
      theirs.password = 'secret';
      const demo = startDemo([folder, '--database', theirs.href], tmpdir);
      expect(await demo.ended).toBe(1);
      expect(demo.err()).toMatch(/^The user demo_\w+ lacks a right \(permission denied .*\): .*\n$/);
    } finally {
      await pool.query(`drop role ${role}`);
    }
  });

  test('cut connections cost some time, and nothing else', async () => {
    const demo = startDemo([folder, '--database', url], tmpdir);
    await demo.waitFor(/enqueued, and some others/);
    await pool.query(CUT, [new URL(url).pathname.slice(1)]);
    expect(await demo.ended).toBe(0);
    expect(demo.out()).toContain('could not reach the database');
    expect(jobRow(demo.out(), 'MEASURE_FILE').slice(1, 4)).toEqual([`${files}`, `${files}`, '0']);
    expect(demo.out()).toContain('Checked:');
  });

  test('the database is lost for good: no stack, exit code 1', async () => {
    const demo = startDemo([folder, '--database', url], tmpdir);
    await demo.waitFor(/enqueued, and some others/);
    const name = new URL(url).pathname.slice(1);
    const admin = new pg.Client({ connectionString: process.env['BEARMQ_TEST_URL'] });
    await admin.connect();
    try {
      await admin.query(`alter database ${name} with allow_connections false`);
      await admin.query(CUT, [name]);
      expect(await demo.ended).toBe(1);
      expect(demo.err()).toMatch(/^The database .*\n$/);
    } finally {
      await admin.query(`alter database ${name} with allow_connections true`);
      await admin.end();
    }
  });
});
