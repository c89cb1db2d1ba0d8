// The second half of contract.test.ts: what the first README called advanced topics.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Context, JobDefinition, Orchestrator, Worker } from 'bearmq';
import { Pool } from 'pg';
import { type EventLog, logEvents } from '../support/events.ts';
import { until } from '../support/until.ts';
import { useOwnDatabase } from './support/own-database.ts';

const database = useOwnDatabase('_bearmq');
let pool: Pool;
let context: Context;
let events: EventLog;
let seen: string[];

beforeAll(() => {
  pool = new Pool({ connectionString: process.env['DATABASE_URL'] });
});
beforeEach(() => {
  context = new Context({ pool, schema: '_bearmq' });
  events = logEvents(context);
  seen = [];
});
afterAll(() => pool.end());

const age = (table: string, column: string, secs: number): Promise<object[]> =>
  database.rows(`update _bearmq.${table} set ${column} = ${column} - make_interval(secs => ${secs})`);

describe('repeating jobs', () => {
  it('take null, and are enqueued by the orchestrator', async () => {
    const jobDefinition = new JobDefinition({
      name: 'MY_REPEATING_JOB',
      context: context,
      repeatSecs: 60,
      workFunction: async (payload: null, metadata) => {
        seen.push(`hello ${payload} ${metadata.jobName}`);
      },
    });
    await jobDefinition.register();
    const worker = new Worker({ context });
    const orchestrator = new Orchestrator({ context, jobSchedulePollSecs: 0.1 });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS');
    await age('schedule', 'next_at', 60);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 2 });
    await Promise.all([worker.stop(), orchestrator.stop()]);
    expect(seen).toEqual(['hello null MY_REPEATING_JOB', 'hello null MY_REPEATING_JOB']);
  });

  it('with another payload do not compile', () => {
    const options = { name: 'NEVER', context, repeatSecs: 60 };
    // @ts-expect-error: a repeating job takes no payload
    const jobDefinition = new JobDefinition({ ...options, workFunction: async (payload: { foo: string }) => payload });
    expect(jobDefinition.name).toBe('NEVER');
  });
});

describe('delayed jobs', () => {
  it('wait as long as their definition says, or their enqueue', async () => {
    const payload = null;
    const jobDefinition = new JobDefinition({
      context,
      name: 'MY_DELAYED_JOB',
      delaySecs: 5,
      workFunction: async (payload, metadata) => {
        seen.push(`hello ${payload} ${metadata.jobId}`);
      },
    });
    await jobDefinition.register();
    const first = await jobDefinition.enqueue(payload);

    // Override default behaviour:
    const second = await jobDefinition.enqueue(payload, { delaySecs: 30 });

    const worker = new Worker({ context });
    await age('job', 'run_at', 6);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: first });
    expect(events.types(second)).toEqual(['JOB_DEFINITION_JOB_ENQUEUE']);
    await age('job', 'run_at', 25);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: second });
    await worker.stop();
    expect(seen).toEqual([`hello null ${first}`, `hello null ${second}`]);
  });
});

describe('retries', () => {
  it('happen as often as the definition says, or the enqueue, and then the job expires', async () => {
    const payload = null;
    const jobDefinition = new JobDefinition({
      context,
      name: 'MY_FAILING_JOB',
      numAttempts: 3,
      timeoutSecs: 60 * 5,
      workFunction: async (payload, metadata) => {
        seen.push(`hello ${payload} ${metadata.attempt}/${metadata.numAttempts}`);
        throw new Error('no luck');
      },
    });
    await jobDefinition.register();

    // Override default behaviour:
    const jobId = await jobDefinition.enqueue(payload, { numAttempts: 2, timeoutSecs: 5 });

    const worker = new Worker({ context });
    const [failure] = await events.waitFor('WORKER_JOB_RUN_ERROR', { jobId });
    expect(failure?.error).toEqual(new Error('no luck'));
    const due = `select round(extract(epoch from run_at - now()))::int between 3 and 5 as soon from _bearmq.job`;
    expect(await database.rows(`${due} where id = '${jobId}'`)).toEqual([{ soon: true }]);
    await age('job', 'run_at', 5);
    await events.waitFor('WORKER_JOB_EXPIRE', { jobId });
    await worker.stop();
    expect(seen).toEqual(['hello null 1/2', 'hello null 2/2']);
  });
});

describe('channels', () => {
  it('keep one worker of three for high priority only', async () => {
    let open = (): void => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const highPriorityJob = new JobDefinition({
      name: 'HIGH_PRIORITY_JOB',
      channel: 'HIGH_PRIORITY',
      context: context,
      workFunction: async (_payload, metadata) => {
        seen.push(metadata.jobName);
      },
    });

    const lowPriorityJob = new JobDefinition({
      name: 'LOW_PRIORITY_JOB',
      context: context,
      workFunction: async (_payload, metadata) => {
        if (metadata.channel === 'DEFAULT') await opened;
        else seen.push(`${metadata.jobName} on ${metadata.channel}`);
      },
    });
    await highPriorityJob.register();
    await lowPriorityJob.register();

    const workers: Worker[] = [
      new Worker({ context, channels: ['HIGH_PRIORITY'] }),
      new Worker({ context }),
      new Worker({ context }),
    ];

    // Both workers that take anything are busy, and more waits.
    for (let i = 0; i < 5; i += 1) await lowPriorityJob.enqueue();
    await events.waitFor('WORKER_JOB_RUN', { count: 2 });

    // Perform low priority work with high priority on a one-time basis
    await lowPriorityJob.enqueue(null, { channel: 'HIGH_PRIORITY' });
    await highPriorityJob.enqueue();

    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 2 });
    expect(seen).toEqual(['LOW_PRIORITY_JOB on HIGH_PRIORITY', 'HIGH_PRIORITY_JOB']);
    open();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 7 });
    await Promise.all(workers.map((worker) => worker.stop()));
  });
});

describe('job groups', () => {
  it('run one job at a time: named by the definition, by the enqueue, or of its own', async () => {
    const running = new Map<string, number>();
    let overlaps = 0;
    const jobDefinition = new JobDefinition({
      context,
      name: 'MY_GROUPED_JOB',
      jobGroupGenerator: (payload: { tenant: string }) => payload.tenant,
      workFunction: async (payload: { tenant: string }, metadata) => {
        const { jobGroup } = metadata;
        running.set(jobGroup, (running.get(jobGroup) ?? 0) + 1);
        if ((running.get(jobGroup) ?? 0) > 1) overlaps += 1;
        await new Promise((next) => setImmediate(next));
        running.set(jobGroup, (running.get(jobGroup) ?? 0) - 1);
        seen.push(`${payload.tenant} in ${jobGroup}`);
      },
    });
    const alone = new JobDefinition({
      context,
      name: 'MY_UNGROUPED_JOB',
      workFunction: (_payload, { jobGroup }) => void seen.push(jobGroup),
    });
    await jobDefinition.register();
    await alone.register();
    for (let i = 0; i < 20; i += 1) await jobDefinition.enqueue({ tenant: 'acme' });
    const payload = { tenant: 'acme' };

    await jobDefinition.enqueue(payload, { jobGroup: 'MY_CUSTOM_JOB_GROUP' });

    await alone.enqueue();
    const workers = Array.from({ length: 5 }, () => new Worker({ context }));
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 22 });
    await Promise.all(workers.map((worker) => worker.stop()));
    expect(overlaps).toBe(0);
    expect(seen.filter((line) => line === 'acme in acme')).toHaveLength(20);
    expect(seen).toContain('acme in MY_CUSTOM_JOB_GROUP');
    expect(seen).toContainEqual(expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-/));
  });
});

describe('events', () => {
  it('tell of all that the first README named', async () => {
    const forgetful = new Context({ pool, schema: '_bearmq', jobPostFinalizeDeleteSecs: 1 });
    const told = logEvents(forgetful);
    const tick = new JobDefinition({ context: forgetful, name: 'TICK', repeatSecs: 3600, workFunction: () => {} });
    const fail = new JobDefinition({
      context: forgetful,
      name: 'FAIL',
      jobGroupGenerator: () => 'failures',
      workFunction: () => Promise.reject(new Error('on purpose')),
    });
    await tick.register();
    await fail.register();
    await fail.enqueue();
    const worker = new Worker({ context: forgetful });
    const orchestrator = new Orchestrator({ context: forgetful, cleanUpPollSecs: 0.1 });
    await told.waitFor('WORKER_JOB_EXPIRE');
    await told.waitFor('WORKER_JOB_RUN_SUCCESS');
    await age('finalized_job', 'finalized_at', 60);
    const keys = [
      'JOB_DEFINITION_JOB_ENQUEUE',
      'WORKER_JOB_DEQUEUE',
      'WORKER_JOB_EXPIRE',
      'WORKER_JOB_RUN',
      'WORKER_JOB_RUN_ERROR',
      'WORKER_JOB_RUN_SUCCESS',
      'ORCHESTRATOR_JOB_SCHEDULE',
      'ORCHESTRATOR_JOB_DELETE',
      'ORCHESTRATOR_JOB_GROUP_DELETE',
    ] as const;
    for (const key of keys) await until(`there is a ${key}`, () => told.of(key).length > 0);
    await Promise.all([worker.stop(), orchestrator.stop()]);
  });
});
