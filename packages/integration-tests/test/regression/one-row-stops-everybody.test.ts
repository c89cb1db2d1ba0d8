import { registerProcess, tablesOf } from '@bearmq/core/internal';
import { describe, expect, it } from '@jest/globals';
import { diagnose, JobDefinition } from 'bearmq';
import { useRole } from '../roles/support/roles.ts';
import { useDaemons } from '../support/daemons.ts';
import { type TestSchema, useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { insertHostileRows, TABLES } from './support/hostile-rows.ts';

const daemons = useDaemons();

/** The columns of our tables that are asked about here, or of `job` those that a producer may set. */
async function columnsOf(schema: TestSchema, roleName?: string) {
  const found = await schema.rows(
    `select c.relname as table, a.attname as name, t.typname as type
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 join pg_type t on t.oid = a.atttypid
     where c.relnamespace = to_regnamespace($1) and c.relname = any ($2)
       and has_column_privilege($3, c.oid, a.attnum, 'insert') order by c.relname, a.attnum`,
    [schema.q, TABLES, roleName ?? (await schema.value('select current_user'))],
  );
  return found as { table: string; name: string; type: string }[];
}

const OTHERS = 20;
const DEAD = '00000000-0000-4000-8000-000000000000';

/** Jobs run, in groups and delayed ones too, are repeated, rescued and deleted; the doctor comes. */
async function othersAreWell(schema: TestSchema): Promise<void> {
  const context = schema.context({ pollSecs: 0.1, jobPostFinalizeDeleteSecs: 0.1 });
  const events = logEvents(context);
  await notedJob<unknown>(context, 'HOSTILE', () => {
    throw new Error('tried again after its own timeout_secs');
  });
  await new JobDefinition({ context, name: 'HOSTILE_TICK', repeatSecs: 2, workFunction: () => {} }).register();
  await new JobDefinition({ context, name: 'TICK', repeatSecs: 3_600, workFunction: () => {} }).register();
  const { definition } = await notedJob<number>(context, 'OTHER', () => {}, { numAttempts: 2 });
  const lost = await definition.enqueue(-1);
  await registerProcess(schema.driver(), tablesOf(schema.name), { processId: DEAD, leaseSecs: -1, sessionKey: null });
  await schema.rows(`update {s}.job set state = 'running', process_id = $1, fence = 1 where id = $2`, [DEAD, lost]);
  daemons.worker(context, { concurrency: 10 });
  daemons.orchestrator(context, { cleanUpPollSecs: 0.1 });
  const ids = await definition.enqueueMany(
    Array.from({ length: OTHERS }, (_, n) => ({
      payload: n,
      ...(n % 4 === 1 ? { jobGroup: `g${n % 3}` } : {}),
      ...(n % 4 === 2 ? { delaySecs: 0.2 } : {}),
    })),
  );
  for (const jobId of [lost, ...ids]) {
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    await events.waitFor('ORCHESTRATOR_JOB_DELETE', { jobId });
  }
  await events.waitFor('ORCHESTRATOR_JOB_GROUP_DELETE', { count: 3 });
  expect(events.of('ORCHESTRATOR_JOB_SCHEDULE').map(({ jobName }) => jobName)).toContain('TICK');
  expect(events.of('DAEMON_ERROR').map(({ daemon, error }) => `${daemon}: ${error}`)).toEqual([]);
  // What somebody wrote into groups and limits by hand is fixed, and told; schedules of nobody are told of, and a pooler on the way.
  const warnings = events
    .of('WARNING')
    .filter(
      ({ message }) =>
        !/^(the (job group|limit of) .* was found .*, and fixed|ticks of the schedule .* are overdue|notifications do not arrive)/.test(
          message,
        ),
    );
  expect(warnings).toEqual([]);
  await expect(diagnose({ driver: schema.driver(), schema: schema.name })).resolves.toBeInstanceOf(Array);
}

// A claim, a rescue, a tick and a clean-up are one statement for all rows. One row that made an expression raise (a
// `run_at` of infinity that was subtracted from, a pause beyond what an interval can be, a name too long for the index
// of its next state, a counter at its end) so failed it for all, again and again.
describe('whatever a row may hold, all other jobs are run, repeated, rescued and deleted:', () => {
  describe('a row of any table, by who owns them', () => {
    const schema = useSchema();
    it('is refused, or harms but itself', async () => {
      const columns = await columnsOf(schema);
      expect(new Set(columns.map(({ table }) => table))).toEqual(new Set(TABLES));
      const taken = await insertHostileRows(schema.direct, schema.q, columns);
      expect(taken).toContain(`job.run_at = 'infinity'`);
      await othersAreWell(schema);
    });
  });

  describe('a job by a producer', () => {
    const schema = useSchema({ way: 'direct' });
    const role = useRole(schema, 'producer');
    it('is refused, or harms but itself', async () => {
      const pool = schema.newPool({ connectionString: role.url, max: 1 });
      const columns = await columnsOf(schema, role.name);
      expect(columns.map(({ name }) => name)).toContain('run_at');
      const taken = await insertHostileRows(pool, schema.q, columns);
      expect(taken).toContain(`job.run_at = 'infinity'`);
      await othersAreWell(schema);
    });
  });
});
