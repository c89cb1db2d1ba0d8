import { rejectionOf } from '@bearmq/test-support';
import { describe, expect, it } from '@jest/globals';
import { fromPg, JobDefinition } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { listening } from '../support/until.ts';
import { rightsOf, useRole } from './support/roles.ts';

// A pooler knows none of these roles.
const schema = useSchema({ way: 'direct' });
const role = useRole(schema, 'producer');
const daemons = useDaemons();

const contextOfProducer = () => schema.context({}, { driver: schema.newDriver({ url: role.url }) });
const pool = schema.newPool({ connectionString: role.url, max: 1 });
const count = (name: string) => schema.value('select count(*)::int from {s}.job where name = $1', [name]);

describe('a role that was granted what a producer needs', () => {
  it('registers, and enqueues one job, many, delayed ones and grouped ones', async () => {
    const context = contextOfProducer();
    const make = new JobDefinition({ context, name: 'MAKE', workFunction: (_: { n: number }) => {} });
    await make.register();
    await make.enqueue({ n: 1 });
    await make.enqueue({ n: 2 }, { delaySecs: 60, channel: 'C', numAttempts: 3, timeoutSecs: 1 });
    await make.enqueue({ n: 3 }, { jobGroup: 'G' });
    await make.enqueueMany(Array.from({ length: 2_500 }, (_, n) => ({ payload: { n }, jobGroup: `G${n % 3}` })));
    expect(await count('MAKE')).toBe(2_503);
  });

  it('enqueues in its own transaction', async () => {
    const own = new JobDefinition({ context: contextOfProducer(), name: 'OWN', workFunction: () => {} });
    const client = await pool.connect();
    for (const end of ['rollback', 'commit']) {
      await client.query('begin');
      await own.enqueue(null, { tx: fromPg(client) });
      await own.enqueueMany([{}, {}], { tx: fromPg(client) });
      await client.query(end);
    }
    client.release();
    expect(await count('OWN')).toBe(3);
  });

  it('wakes workers that poll once an hour', async () => {
    const context = schema.context({ pollSecs: 3_600 });
    const events = logEvents(context);
    const { runs } = await notedJob(context, 'WAKE');
    daemons.worker(context);
    await listening(schema);
    const definition = new JobDefinition<string>({
      context: contextOfProducer(),
      name: 'WAKE',
      workFunction: () => {},
    });
    const jobId = await definition.enqueue('up');
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(runs.map(({ payload }) => payload)).toEqual(['up']);
  });

  it('was given no more than to set what an enqueue sets, and to read the version', async () => {
    const columns = [
      'channel',
      'extras',
      'id',
      'job_group',
      'name',
      'num_attempts',
      'payload',
      'priority',
      'run_at',
      'state',
      'timeout_secs',
    ];
    expect(await rightsOf(schema, role)).toEqual([
      'enqueue(): execute, execute, execute',
      'enqueue_first_v1(): execute',
      'enqueue_unique_v1(): execute',
      'flush_mark: update',
      ...columns.map((column) => `job.${column}: insert`),
      'line_up_v1(): execute',
      'migration.oldest_client: select',
      'migration.version: select',
      'schema: usage',
    ]);
    const sequence = `has_sequence_privilege($1, pg_get_serial_sequence($2, 'seq'), 'usage, select, update')`;
    expect(await schema.value(`select ${sequence}`, [role.name, `${schema.q}.job`])).toBe(false);
  });
});

describe('the server refuses to a producer', () => {
  const ZERO = `'00000000-0000-0000-0000-000000000000'`;
  const insert = (columns: string, values: string) =>
    `insert into {s}.job (id, state, name, channel, num_attempts, timeout_secs, payload${columns})
     values (gen_random_uuid(), 'ready', 'N', 'C', 1, 0, '1'${values})`;
  it.each([
    ['to read payloads', 'select payload from {s}.job'],
    ['to read its own jobs', `${insert('', '')} returning payload`],
    ['to count jobs', 'select count(*) from {s}.job'],
    ['to copy jobs out', 'copy {s}.job to stdout'],
    ['to read history', 'select payload, result from {s}.finalized_job'],
    ['to change jobs', `update {s}.job set payload = '0'`],
    ['to change jobs by an insert', `${insert('', '')} on conflict (id) do update set payload = '0'`],
    ['to delete jobs', 'delete from {s}.job'],
    ['to empty the queue', 'truncate {s}.job'],
    ['to lock jobs', 'select 1 from {s}.job for update'],
    ['to lock the table', 'do $$begin lock table {s}.job in share mode; end$$'],
    ['to put in a running job', insert(', process_id, fence', `, ${ZERO}, 1`)],
    ['to choose a place in the queue', insert(', seq', ', 1').replace('values', 'overriding system value values')],
    ['to write history', `insert into {s}.finalized_job (id, name) values (${ZERO}, 'N')`],
    ['to hold a lease', `insert into {s}.process (id, expires_at) values (${ZERO}, now())`],
    ['to end a lease', 'delete from {s}.process'],
    ['to open groups', 'update {s}.job_group set running = 0'],
    ['to repeat jobs', `insert into {s}.schedule (job_name, rule) values ('N', '{"everySecs":1}')`],
    ['to claim by name', `select * from {s}.claim_announced_v1(${ZERO}, 0, '{}', '{}', '{}', 1)`],
    ['to claim', `select * from {s}.claim_v1(${ZERO}, 0, '{N}', '[{"slots":1,"ahead":0,"maxPerGroup": 1}]', null)`],
    ['to settle', `select * from {s}.settle_v1(${ZERO}, '{${ZERO.slice(1, -1)}}', '{1}', '{1}', null, '{}', 'keep')`],
    ['to rescue', 'select * from {s}.rescue_v1(null, 0, 0, 0)'],
    ['to take jobs back', `select * from {s}.release_jobs_v1(${ZERO}, '{}', '{}', false)`],
    ['to read unique keys', 'select key from {s}.unique_key'],
    ['to free a unique key', 'delete from {s}.unique_key'],
    ['to free unique keys', `select * from {s}.prune_keys_v1(${ZERO}, 9)`],
    ['to say what a definition says', `insert into {s}.job_definition (name, defaults) values ('N', '{}')`],
    ['to delete groups', `select * from {s}.prune_groups_v1('', 9)`],
    ['to read the record of migrations', 'select name from {s}.migration'],
    ['to write the record of migrations', `insert into {s}.migration (version, name) values (9, 'N')`],
    ['to create a table', 'create table {s}.mine ()'],
    ['to create a function', `create function {s}.mine() returns integer language sql as 'select 1'`],
    [
      'to create a trigger',
      'create trigger t before insert on {s}.job execute function pg_catalog.suppress_redundant_updates_trigger()',
    ],
    ['to alter a table', 'alter table {s}.job add column mine text'],
    ['to replace a function', 'drop function {s}.rescue_v1'],
    ['to drop the schema', 'drop schema {s} cascade'],
    ['to draw numbers of the queue', `select nextval(pg_get_serial_sequence('{s}.job', 'seq'))`],
    ['to pass its rights on', 'grant all on {s}.job to public'],
  ])('%s', async (_what, sql) => {
    await schema.rows('delete from {s}.job');
    await schema.rows(insert('', ''));
    const attempt = pool.query(sql.replaceAll('{s}', () => schema.q));
    expect(await rejectionOf(attempt)).toMatchObject({ code: '42501' });
    expect(await schema.rows(`select name, payload from {s}.job`)).toEqual([{ name: 'N', payload: 1 }]);
  });

  it('to work, and the worker says what to do', async () => {
    const context = contextOfProducer();
    const events = logEvents(context);
    await notedJob(context, 'N');
    daemons.worker(context);
    const [event] = await events.waitFor('DAEMON_ERROR');
    expect(event?.error).toMatchObject({ name: 'DatabaseError', sqlState: '42501' });
    expect(String(event?.error)).toContain(`generateGrantSql({ schema: ${JSON.stringify(schema.name)}, role`);
    expect(events.of('WORKER_JOB_DEQUEUE')).toEqual([]);
  });

  it('to register a definition that repeats', async () => {
    const definition = new JobDefinition({
      context: contextOfProducer(),
      name: 'TICK',
      repeatSecs: 60,
      workFunction: () => {},
    });
    expect(await rejectionOf(definition.register())).toMatchObject({ sqlState: '42501' });
  });
});
