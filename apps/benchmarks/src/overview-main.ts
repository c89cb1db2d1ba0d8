// What the questions of an overview cost where there is much: node dist/overview-main.js [finalized jobs] [waiting jobs] [keep]
//
// Fills a schema of its own in the database of DATABASE_URL with rows made by SQL, asks each question several times, prints
// medians and the slowest, and drops the schema. With `keep` it leaves the schema, and asks one that is there already.
import { Context, generateMigrationSql } from 'bearmq';
import pg from 'pg';
import { median } from './statistics.ts';

const [finalized = 10_000_000, waiting = 1_000_000] = process.argv.slice(2, 4).map(Number);
const isKept = process.argv[4] === 'keep';
const SCHEMA = 'bearmq_overview';
const ROUNDS = 5;
const PER_INSERT = 500_000;
const LANES = 100;
const GROUPS = 8_000;

const connectionString = process.env['DATABASE_URL'];
if (connectionString === undefined) throw new Error('DATABASE_URL says which database');
const pool = new pg.Pool({ connectionString, max: 4 });
const q = `"${SCHEMA}"`;

const LANE = `'NAME_' || n % ${LANES}, case when n % 10 < 3 then 'mail' else 'DEFAULT' end`;

async function fill(): Promise<void> {
  await pool.query(`drop schema if exists ${q} cascade`);
  for (const sql of generateMigrationSql(SCHEMA)) await pool.query(sql);
  await filledWith(
    finalized,
    `insert into ${q}.finalized_job (id, seq, enqueued_at, claimed_at, finalized_at, timeout_secs, outcome, attempt,
       num_attempts, fence, priority, name, channel, error, payload)
     select gen_random_uuid(), n, t.at, t.at, t.at, 300, case when n % 200 = 0 then 'failed' else 'succeeded' end::${q}.job_outcome,
       1, 1, 1, 0, ${LANE}, case when n % 200 = 0 then 'Error: upstream answered 503 for order ' || n end, '{"n":1}'
     from generate_series($1::int4, $2::int4) n
     cross join lateral (select now() - make_interval(secs => ($3::int4 - n) * 0.01) as at) t`,
  );
  // A tenth waits in groups of its own.
  await filledWith(
    waiting,
    `insert into ${q}.job (id, enqueued_at, timeout_secs, state, run_at, num_attempts, name, channel, job_group, payload)
     select gen_random_uuid(), now() - make_interval(secs => ($3::int4 - n) * 0.01), 300,
       case when n % 10 = 0 then 'blocked' when n % 10 = 1 then 'scheduled' else 'ready' end::${q}.job_state,
       case when n % 10 = 1 then now() + interval '1 hour' end, 1, ${LANE},
       case when n % 10 = 0 then 'group ' || n % ${GROUPS} end, '{"n":1}'
     from generate_series($1::int4, $2::int4) n`,
  );
  await pool.query(
    `select ${q}.line_up_v1(array_agg(w.job_group), array_agg(w.channel), array_agg(w.name), array_agg(w.priority), array_agg(w.seq))
     from (select job_group, channel, name, max(priority) as priority, min(seq) as seq from ${q}.job
       where state = 'blocked' group by job_group, channel, name order by job_group) w`,
  );
  await pool.query(
    `insert into ${q}.lane_stats (span_secs, at, channel, name, process_id, started, succeeded, waits, runs)
     select 60, date_trunc('minute', now()) - make_interval(mins => m), case when n % 10 < 3 then 'mail' else 'DEFAULT' end,
       'NAME_' || n, '00000000-0000-0000-0000-000000000000', 60, 60, array_fill(1, array[48]), array_fill(1, array[48])
     from generate_series(0, ${LANES - 1}) n, generate_series(0, 1439) m`,
  );
  await pool.query(`vacuum analyze ${q}.job`);
  await pool.query(`vacuum analyze ${q}.finalized_job`);
  await pool.query(`vacuum analyze ${q}.lane_stats`);
}

async function filledWith(rows: number, sql: string): Promise<void> {
  for (let from = 1; from <= rows; from += PER_INSERT) {
    await pool.query(sql, [from, Math.min(rows, from + PER_INSERT - 1), rows]);
  }
}

async function timed(name: string, ask: () => Promise<unknown>): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = performance.now();
    await ask();
    times.push(performance.now() - began);
  }
  console.log(
    `${name.padEnd(44)} ${median(times).toFixed(1).padStart(9)} ms   ${Math.max(...times)
      .toFixed(1)
      .padStart(9)} ms`,
  );
}

const idOf = async (sql: string): Promise<string> => (await pool.query<{ id: string }>(sql)).rows[0]?.id ?? '';

try {
  const { rows } = await pool.query('select from pg_namespace where nspname = $1', [SCHEMA]);
  if (!isKept || rows.length === 0) {
    const began = performance.now();
    await fill();
    const secs = ((performance.now() - began) / 1000).toFixed(0);
    console.log(`${finalized} finalized, ${waiting} waiting: filled in ${secs} s`);
  }
  console.log(`${''.padEnd(44)} ${'median'.padStart(12)}   ${'slowest'.padStart(12)}`);
  const context = new Context({ pool, schema: SCHEMA });
  const { jobs } = context;
  const waitingId = await idOf(`select id from ${q}.job where state = 'ready' order by seq desc limit 1`);
  const overId = await idOf(`select id from ${q}.finalized_job where seq = ${Math.ceil(finalized / 2)}`);
  const hour = { from: new Date(Date.now() - 3_600_000) };
  const page = await jobs.find({ outcomes: ['succeeded'] });
  await timed('stats.series, an hour', () => context.stats.series(hour));
  await timed('stats.series, a day', () =>
    context.stats.series({ from: new Date(Date.now() - 86_400_000), stepSecs: 300 }),
  );
  await timed('stats.totals', () => context.stats.totals());
  await timed('stats.queue', () => context.stats.queue());
  await timed('lanes', () => context.lanes());
  await timed('failures', () => context.failures());
  await timed('health', () => context.health());
  await timed('counts', () => jobs.counts());
  await timed('groups.list', () => context.groups.list());
  await timed('find, the newest', () => jobs.find());
  await timed('find, failed', () => jobs.find({ outcomes: ['failed'] }));
  await timed('find, over, the next page', () =>
    jobs.find({ outcomes: ['succeeded'] }, page.next === null ? {} : { after: page.next }),
  );
  await timed('find, ready of a lane', () => jobs.find({ states: ['ready'], jobName: 'NAME_7', channel: 'DEFAULT' }));
  await timed('find, of a group', () => jobs.find({ jobGroup: 'group 80' }));
  await timed('find, nothing fits', () => jobs.find({ jobName: 'NOBODY' }));
  await timed('get, waiting', () => jobs.get(waitingId));
  await timed('get, over', () => jobs.get(overId));
  await timed('explain, waiting', () => jobs.explain(waitingId));
  await timed('explain, over', () => jobs.explain(overId));
} finally {
  if (!isKept) await pool.query(`drop schema if exists ${q} cascade`);
  await pool.end();
}
