import { randomBytes } from 'node:crypto';
import type { Driver } from '@bearmq/core/driver';
import { describe, expect, it, jest } from '@jest/globals';
import { diagnose, generateMigrationSql, JobDefinition, migrate, pgDriver } from 'bearmq';
import pg from 'pg';
import { useDaemons } from '../support/daemons.ts';
import { freshName, type TestSchema, useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { listening, until } from '../support/until.ts';

const daemons = useDaemons();

/** A bit of everything: an enqueue that wakes, a delay, a retry, a group, a tick, a unique key, SQL, the clean-up of a job and a group. */
async function everythingWorks(schema: TestSchema, driver: Driver = schema.driver()): Promise<void> {
  await schema.rows('delete from {s}.schedule');
  const context = schema.context(schema.hasSessions ? { pollSecs: 3_600 } : { wakeUp: 'poll' }, { driver });
  const events = logEvents(context);
  const { definition } = await notedJob<{ text: string }>(
    context,
    'ALL',
    (_payload, { attempt }) => {
      if (attempt === 1) throw new Error('once');
    },
    { numAttempts: 2, timeoutSecs: 0 },
  );
  await new JobDefinition({ context, name: 'TICK', repeatSecs: 3_600, workFunction: () => {} }).register();
  const worker = daemons.worker(context, { concurrency: 2 });
  daemons.orchestrator(context, { cleanUpPollSecs: 0.1 });
  if (schema.hasSessions) await listening(schema);
  const producer = schema.context({}, { driver });
  const other = new JobDefinition({
    context: producer,
    name: 'ALL',
    numAttempts: 2,
    timeoutSecs: 0,
    workFunction: (_payload: { text: string }) => {},
  });
  const ids = [
    await definition.enqueue({ text: 'plain' }),
    await other.enqueue({ text: 'from elsewhere' }),
    await definition.enqueue({ text: 'delayed' }, { delaySecs: 0.05 }),
    await definition.enqueue({ text: 'grouped' }, { jobGroup: 'g' }),
    await definition.enqueue({ text: 'grouped, too' }, { jobGroup: 'g' }),
  ];
  ids.push(
    ...(await definition.enqueueMany([
      { payload: { text: 'one of many' } },
      { payload: { text: 'grouped' }, jobGroup: 'g' },
    ])),
  );
  const keyed = new JobDefinition({
    context: producer,
    name: 'ALL',
    numAttempts: 2,
    timeoutSecs: 0,
    unique: { key: ({ text }: { text: string }) => text, until: 'started', onConflict: 'replace' },
    workFunction: (_payload: { text: string }) => {},
  });
  const twice = [{ payload: { text: 'unique' } }, { payload: { text: 'unique' } }];
  const [one = '', same = ''] = await keyed.enqueueMany(twice);
  expect(same).toBe(one);
  const inSql = `select ${schema.q}.enqueue('ALL', '{"text":"in SQL"}', num_attempts => 2, timeout_secs => 0,
    headers => '{"a":"b"}')::pg_catalog.text`;
  const [[bySql] = []] = await driver.run({
    name: `in_sql_${randomBytes(5).toString('hex')}`,
    text: inSql,
    values: [],
  });
  for (const jobId of [...ids, one, String(bySql)]) await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
  await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 10 });
  const groups = `select array_agg(job_group order by seq) from {s}.finalized_job where id = any ($1)`;
  expect(await schema.value(groups, [ids])).toEqual([null, null, null, 'g', 'g', null, 'g']);
  await schema.age(100_000, 'finalized_job');
  await events.waitFor('ORCHESTRATOR_JOB_DELETE', { count: 10 });
  await events.waitFor('ORCHESTRATOR_JOB_GROUP_DELETE');
  expect(events.of('DAEMON_ERROR')).toEqual([]);
  expect(events.of('WARNING')).toEqual([]);
  await worker.stop();
}

describe('a schema may have any name that PostgreSQL allows', () => {
  const names = [
    '_job',
    'We"ird schéma',
    'UPPER case',
    `it's a 'name'`,
    'back\\slash \\" \\\'',
    '$bearmq$ $$ $1',
    '%s {s',
    'select',
    '🐻',
    'ü'.repeat(31),
    'x'.repeat(63),
  ];
  for (const name of names) {
    describe(JSON.stringify(name), () => {
      const schema = useSchema({ name });
      it('works', () => everythingWorks(schema));
    });
  }

  describe('two on one server', () => {
    const [a, b] = [useSchema({ name: `${freshName()} a`.slice(-60) }), useSchema()];

    it('know nothing of each other', async () => {
      const contexts = [a.context(), b.context()];
      const logs = contexts.map((context) => logEvents(context));
      const jobs = await Promise.all(contexts.map((context) => notedJob<null>(context, 'SAME')));
      for (const context of contexts) daemons.worker(context);
      const ids = await Promise.all(jobs.map(({ definition }) => definition.enqueue(null, { jobGroup: 'same' })));
      for (const [i, log] of logs.entries()) {
        await log.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: ids[i] ?? '' });
        expect(jobs[i]?.runs).toHaveLength(1);
      }
    });
  });
});

describe('nothing depends on the settings of the session:', () => {
  const schema = useSchema({ way: 'direct' });

  const own = `own_${randomBytes(5).toString('hex')}`;
  /** Functions that are, or might be, called by our statements. */
  const NAMES = `{now, clock_timestamp, statement_timestamp, transaction_timestamp, make_interval, unnest, floor, min, max,
    count, json_array_elements, json_to_recordset, jsonb_array_elements, current_setting, set_config, current_database,
    array_to_string, concat_ws, replace, encode, sha256, convert_to, age, left, array_agg, string_agg, format, quote_ident,
    has_schema_privilege, pg_notify, pg_try_advisory_lock, pg_advisory_xact_lock, hashtextextended, to_regclass}`;

  const settings: readonly [string, string][] = [
    ['an empty search_path', '-c search_path='],
    ['a search_path of another', '-c search_path=pg_temp,information_schema'],
    [
      'dates, times and intervals in other words',
      '-c DateStyle=German -c TimeZone=Asia/Kathmandu -c IntervalStyle=sql_standard',
    ],
    ['backslashes in texts', '-c standard_conforming_strings=off -c escape_string_warning=off'],
    ['short numbers', '-c extra_float_digits=0'],
    ['odd plans', '-c enable_indexscan=off -c enable_nestloop=off -c plan_cache_mode=force_generic_plan'],
    ['what NULL means', '-c transform_null_equals=on -c array_nulls=on'],
    ['row security', '-c row_security=off'],
    ['no NULL in arrays', '-c array_nulls=off'],
    [
      'limits of time',
      '-c statement_timeout=10s -c lock_timeout=5s -c idle_in_transaction_session_timeout=5s -c default_transaction_deferrable=on',
    ],
    [
      'what plpgsql minds',
      '-c plpgsql.extra_errors=all -c plpgsql.variable_conflict=use_column -c check_function_bodies=off -c client_min_messages=debug1',
    ],
    [
      'values and names in other words',
      '-c bytea_output=escape -c xmloption=document -c quote_all_identifiers=on -c lc_numeric=C -c lc_time=C',
    ],
    ["a replica's role, and commits that do not wait", '-c session_replication_role=replica -c synchronous_commit=off'],
    [
      'hardly any memory, and parallel plans',
      '-c work_mem=64kB -c enable_hashagg=off -c enable_sort=off -c parallel_setup_cost=0 -c parallel_tuple_cost=0 -c min_parallel_table_scan_size=0 -c min_parallel_index_scan_size=0',
    ],
  ];

  it.each(settings)('%s', async (_what, options) => {
    await everythingWorks(schema, schema.newDriver({ options }));
  });

  it("an own function, or type, of the name of PostgreSQL's before it on the search path changes nothing either", async () => {
    await schema.rows(
      `do $do$ declare p record; begin
         create schema own;
         for p in select proname, pg_get_function_arguments(oid) as arguments, pg_get_function_result(oid) as result
           from pg_proc where pronamespace = 'pg_catalog'::regnamespace and prokind in ('f', 'a')
             and pg_get_function_arguments(oid) !~ '"any"|internal|cstring' and proname = any ($names$${NAMES}$names$)
         loop
           execute format('create function own.%I(%s) returns %s language plpgsql as $$begin raise ''own %I''; end$$',
             p.proname, p.arguments, p.result, p.proname);
         end loop;
         create domain own.text as integer;
         create domain own.uuid as integer;
         create domain own.json as integer;
         create domain own.int4 as date;
         create domain own.float8 as date;
         create domain own.timestamptz as integer;
       end $do$`.replaceAll('own', own),
    );
    const driver = schema.newDriver({ options: `-c search_path=${own},pg_catalog` });
    try {
      await everythingWorks(schema, driver);
      expect(await diagnose({ driver, schema: schema.name })).toEqual([]);
      await migrate({ driver, schema: `${own} migrated` });
      expect(await diagnose({ driver, schema: `${own} migrated` })).toEqual([]);
    } finally {
      await schema.rows(`drop schema if exists "${own} migrated" cascade`);
      await schema.rows(`drop schema ${own} cascade`);
    }
  });

  it('the type parsers of the pool change nothing either', async () => {
    const types = { getTypeParser: () => () => 'mangled' } as unknown as pg.CustomTypesConfig;
    await everythingWorks(schema, pgDriver({ pool: schema.newPool({ types }) }));
  });

  it('a migration does not either', async () => {
    const name = 'odd \\ settings $bearmq$';
    const pool = schema.newPool({ options: '-c search_path= -c standard_conforming_strings=off' });
    for (const sql of generateMigrationSql(name)) await pool.query(sql);
    expect((await pool.query('select 1 from pg_namespace where nspname = $1', [name])).rows).toHaveLength(1);
    await pool.query(`drop schema ${pg.escapeIdentifier(name)} cascade`);
  });
});

describe('what does matter', () => {
  const schema = useSchema();

  it.each(['repeatable read', 'serializable'])(
    'is the isolation of transactions: %s by default is said so',
    async (level) => {
      const driver = schema.newDriver({
        options: `-c default_transaction_isolation=${level.replace(' ', '\\ ')}`,
      });
      const context = schema.context({}, { driver });
      const events = logEvents(context);
      const { definition, runs } = await notedJob<null>(context, `ISOLATED ${level}`);
      daemons.worker(context);
      const jobId = await definition.enqueue();
      await until('the claimer says so', () =>
        events.of('DAEMON_ERROR').some(({ daemon, error }) => {
          const text = `needs transaction isolation "read committed", this session uses "${level}"`;
          return daemon === 'claimer' && (error as Error).message.includes(text);
        }),
      );
      expect(runs).toHaveLength(0);
      expect(await schema.value('select fence from {s}.job where id = $1', [jobId])).toBe(0);
    },
  );

  it('is not the clock of the process: ten years off, or going backwards, it changes nothing', async () => {
    let now = Date.now() - 10 * 365 * 86_400_000;
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => {
      now -= 1_000;
      return now;
    });
    await everythingWorks(schema);
    const context = schema.context();
    const events = logEvents(context);
    const { definition, runs } = await notedJob<number>(context, 'BACKWARDS');
    for (let n = 0; n < 20; n += 1) await definition.enqueue(n);
    const delayed = await definition.enqueue(20, { delaySecs: 0.3 });
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: delayed });
    clock.mockRestore();
    expect(runs.map(({ payload }) => payload)).toEqual(Array.from({ length: 21 }, (_, n) => n));
    const enqueuedAt = runs[0]?.metadata.enqueuedAt.getTime() ?? 0;
    expect(Math.abs(Date.now() - enqueuedAt)).toBeLessThan(3_600_000);
  });

  it('is the time of the database: enqueuedAt is by its clock, whatever the zone', async () => {
    const context = schema.context({}, { driver: schema.newDriver({ options: '-c TimeZone=Pacific/Kiritimati' }) });
    const events = logEvents(context);
    const { definition, runs } = await notedJob<null>(context, 'WHEN');
    daemons.worker(context);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    const stored = await schema.value('select enqueued_at from {s}.finalized_job where id = $1', [jobId]);
    expect(runs[0]?.metadata.enqueuedAt).toEqual(stored);
  });
});
