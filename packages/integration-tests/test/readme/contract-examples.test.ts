import { describe, expect, it } from '@jest/globals';
import { Context, generateMigrationSql, JobDefinition, Orchestrator, Worker } from 'bearmq';
import { Pool } from 'pg';
import { databaseUrl, useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { until } from '../support/until.ts';

const schema = useSchema({ migrations: 'none' });

describe('the first look of the README', () => {
  it('works as it is written there: migrate, define, register, start, enqueue a thousand, shut down', async () => {
    const pool = new Pool({ connectionString: databaseUrl() });
    const sqlFragments = generateMigrationSql(schema.name);
    for (const sqlFragment of sqlFragments) {
      await pool.query(sqlFragment);
    }
    const context = new Context({ pool, schema: schema.name });
    const said: string[] = [];
    const pingJob = new JobDefinition({
      name: 'PING',
      context: context,
      workFunction: async (payload: { message: string }, metadata) => {
        said.push(`${metadata.jobId} - ${payload.message}`);
      },
    });
    await pingJob.register();
    const orchestrator = new Orchestrator({ context });
    const worker1 = new Worker({ context });
    const worker2 = new Worker({ context });
    const ids: string[] = [];
    for (let i = 0; i < 1000; i += 1) {
      ids.push(await pingJob.enqueue({ message: `Hello: ${i}` }));
    }
    await until('a thousand were said', () => said.length === 1_000);
    await orchestrator.stop();
    await worker1.stop();
    await worker2.stop();
    await pool.end();
    expect([...said].sort()).toEqual(ids.map((id, i) => `${id} - Hello: ${i}`).sort());
    expect(await schema.value('select count(*)::int from {s}.finalized_job')).toBe(1_000);
  });
});

describe('the other examples of the README', () => {
  it('compile and work: definitions, overrides, channels, groups, repeats, events', async () => {
    const context = schema.context();
    const events = logEvents(context);
    type JobParams = { foo: string };
    const jobDefinition = new JobDefinition<JobParams>({
      name: 'MY_JOB',
      context: context,
      delaySecs: 5,
      numAttempts: 3,
      timeoutSecs: 60 * 5,
      workFunction: async (payload: JobParams, metadata) => {
        expect(metadata.jobName).toBe('MY_JOB');
        expect(payload.foo).toBe('hello');
      },
    });
    const repeating = new JobDefinition({
      name: 'MY_REPEATING_JOB',
      context: context,
      repeatSecs: 60,
      workFunction: async (payload: null, _metadata) => {
        expect(payload).toBe(null);
      },
    });
    const lowPriorityJob = new JobDefinition({
      name: 'LOW_PRIORITY_JOB',
      context: context,
      workFunction: async (_payload, _metadata) => {},
    });
    for (const definition of [jobDefinition, repeating, lowPriorityJob]) await definition.register();
    const payload = { foo: 'hello' };
    await jobDefinition.enqueue(payload);
    await jobDefinition.enqueue(payload, { delaySecs: 30 });
    await jobDefinition.enqueue(payload, { numAttempts: 2, timeoutSecs: 5 });
    await jobDefinition.enqueue(payload, { jobGroup: 'MY_CUSTOM_JOB_GROUP' });
    await lowPriorityJob.enqueue(null, { channel: 'HIGH_PRIORITY' });
    const workers: Worker[] = [
      new Worker({ context, channels: ['HIGH_PRIORITY'] }),
      new Worker({ context }),
      new Worker({ context }),
    ];
    const orchestrator = new Orchestrator({ context, jobSchedulePollSecs: 5 });
    await schema.age(31, 'job');
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 6 });
    await Promise.all([...workers.map((worker) => worker.stop()), orchestrator.stop()]);
    expect(events.of('ORCHESTRATOR_JOB_SCHEDULE')).toHaveLength(1);
    expect(events.of('WORKER_JOB_RUN_ERROR')).toEqual([]);
  });
});
