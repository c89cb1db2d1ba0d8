import { registerProcess, tablesOf } from '@bearmq/core/internal';
import { rejectionOf } from '@bearmq/test-support';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { diagnose, JobDefinition, pgDriver } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { empty } from '../support/statements.ts';
import { listening } from '../support/until.ts';
import { rightsOf, useRole } from './support/roles.ts';

// A pooler knows none of these roles.
const schema = useSchema({ way: 'direct' });
const role = useRole(schema, 'worker');
const daemons = useDaemons();
const pool = schema.newPool({ connectionString: role.url, max: 1 });

beforeEach(() => empty(schema));

/** A context that has nothing but this role, with what it tells. */
function contextOfWorker(settings = {}) {
  const context = schema.context({ pollSecs: 3_600, ...settings }, { driver: schema.newDriver({ url: role.url }) });
  return { context, events: logEvents(context) };
}

describe('a role that was granted what a worker needs', () => {
  it('looks whether everything is in order, and sees all but the sessions of others', async () => {
    const findings = await diagnose({ driver: pgDriver({ pool }), schema: schema.name });
    expect(findings.filter(({ kind }) => kind !== 'sessions-hidden')).toEqual([]);
  });

  it.each([
    ['job', `new row violates row-level security policy for table "job"; a table of BearMQ has row security`],
    ['migration', 'in which this role sees no row, but'],
  ])('is told of row security on %s, not of rights that it has', async (table, message) => {
    await schema.rows(`alter table {s}.${table} enable row level security`);
    try {
      const { context } = contextOfWorker();
      const definition = new JobDefinition({ context, name: 'HIDDEN', workFunction: () => {} });
      const error = await rejectionOf(definition.register().then(() => definition.enqueue()));
      expect(String(error)).toContain(message);
      expect(String(error)).not.toContain('generateGrantSql');
      const findings = await diagnose({ driver: pgDriver({ pool }), schema: schema.name });
      expect(findings.map(({ kind, subject }) => `${kind}: ${subject}`)).toContain(`row-security: table ${table}`);
      expect(findings.map(({ kind }) => kind)).not.toContain('ledger-empty');
    } finally {
      await schema.rows(`alter table {s}.${table} disable row level security`);
    }
  });

  it('listens, runs jobs, grouped ones too, and finalizes them', async () => {
    const { context, events } = contextOfWorker();
    await notedJob<null>(context, 'RUN');
    daemons.worker(context);
    await listening(schema);
    const elsewhere = schema.context();
    const definition = new JobDefinition({ context: elsewhere, name: 'RUN', workFunction: () => {} });
    await definition.enqueue();
    await definition.enqueueMany([{ jobGroup: 'G' }, { jobGroup: 'G' }]);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 3 });
    expect(events.of('DAEMON_ERROR')).toEqual([]);
    expect(events.of('WARNING')).toEqual([]);
  });

  it('tries again what failed, and gives up at last', async () => {
    const { context, events } = contextOfWorker();
    const fail = () => {
      throw new Error('no');
    };
    const { definition } = await notedJob<null>(context, 'FAIL', fail, { numAttempts: 2, timeoutSecs: 0.01 });
    daemons.worker(context);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_EXPIRE', { jobId });
    expect(events.of('WORKER_JOB_RUN_ERROR', jobId)).toHaveLength(2);
    expect(events.of('DAEMON_ERROR')).toEqual([]);
  });

  it('rescues the jobs of the dead', async () => {
    const { context, events } = contextOfWorker({ pollSecs: 0.1 });
    const { definition } = await notedJob<null>(context, 'RESCUE', () => {}, { numAttempts: 2 });
    const jobId = await definition.enqueue();
    const processId = '00000000-0000-4000-8000-000000000000';
    await registerProcess(schema.driver(), tablesOf(schema.name), { processId, leaseSecs: -1, sessionKey: null });
    await schema.rows(`update {s}.job set state = 'running', process_id = $1, fence = 1`, [processId]);
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_RESCUE', { jobId });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(events.of('DAEMON_ERROR')).toEqual([]);
  });

  it('repeats jobs, and deletes finalized ones and unused groups', async () => {
    const { context, events } = contextOfWorker({ jobPostFinalizeDeleteSecs: 0.01 });
    const { definition } = await notedJob<null>(context, 'GROUPED', () => {}, { jobGroupGenerator: () => 'G' });
    await new JobDefinition({ context, name: 'TICK', repeatSecs: 60, workFunction: () => {} }).register();
    await new JobDefinition({
      context: schema.context(),
      name: 'TICK',
      repeatSecs: 90,
      workFunction: () => {},
    }).register();
    daemons.orchestrator(context, { cleanUpPollSecs: 0.1 });
    daemons.worker(context);
    await definition.enqueue();
    await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE');
    await events.waitFor('ORCHESTRATOR_JOB_DELETE', { count: 2 });
    await events.waitFor('ORCHESTRATOR_JOB_GROUP_DELETE');
    expect(events.of('DAEMON_ERROR')).toEqual([]);
  });

  it('was given the rows of the queue, its functions, and the version; no table to own and no sequence to draw from', async () => {
    const functions = await schema.rows(
      `select proname || '(): ' || string_agg('execute', ', ') as right from pg_proc where pronamespace = to_regnamespace($1)
       group by proname`,
      [schema.q],
    );
    expect(await rightsOf(schema, role)).toEqual(
      [
        ...['finalized_job', 'job', 'job_group', 'job_turn', 'lane_depth', 'lane_stats', 'process'].map(
          (table) => `${table}: delete, insert, select, update`,
        ),
        ...functions.map(({ right }) => right),
        'flush_mark: update',
        'job_definition: insert, select, update',
        'job_limit: delete, insert, select, update',
        'job_log: delete, insert, select',
        'job_progress: delete, insert, select, update',
        'job_seq_seq: select',
        'jobs: select',
        'queues: select',
        'lane_total: insert, select, update',
        'migration.applied_at: select',
        'migration.oldest_client: select',
        'migration.version: select',
        'pause: delete, insert, select',
        'schedule: delete, insert, select, update',
        'schema: usage',
        'unique_key: delete, select, update',
      ].sort(),
    );
  });

  it.each([
    ['to drop the schema', 'drop schema {s} cascade'],
    ['to create a table', 'create table {s}.mine ()'],
    ['to alter a table', 'alter table {s}.job drop column payload'],
    ['to empty a table past its rows', 'truncate {s}.job'],
    ['to index a table', 'create index on {s}.job (payload)'],
    [
      'to create a trigger',
      `create trigger t before update on {s}.job
      execute function pg_catalog.suppress_redundant_updates_trigger()`,
    ],
    ['to replace a function', 'drop function {s}.rescue_v1'],
    ['to write the record of migrations', 'delete from {s}.migration'],
    ['to draw numbers of the queue', `select nextval(pg_get_serial_sequence('{s}.job', 'seq'))`],
  ])('is refused by the server %s', async (_what, sql) => {
    const attempt = pool.query(sql.replaceAll('{s}', () => schema.q));
    expect(await rejectionOf(attempt)).toMatchObject({ code: '42501' });
  });
});
