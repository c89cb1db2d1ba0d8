// The examples that the README was first written with: each must go on to compile and to work as it stands. What they
// leave out is declared around them, and where they print, the test listens.
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Context, generateMigrationSql, JobDefinition, Orchestrator, Worker } from 'bearmq';
import { Pool } from 'pg';
import { logEvents } from '../support/events.ts';
import { until } from '../support/until.ts';
import { useOwnDatabase } from './support/own-database.ts';
import { useSignals } from './support/signals.ts';

const database = useOwnDatabase('_job', '_bearmq');
const sendSignal = useSignals();
let lines: string[];

beforeEach(() => {
  lines = [];
  jest.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
});
afterEach(() => {
  jest.restoreAllMocks();
});

describe('a first look', () => {
  it('runs a thousand jobs on two workers, and ends on SIGINT', async () => {
    // Create the central "context" object
    const pool = new Pool({ connectionString: process.env['DATABASE_URL'] });
    const context = new Context({ pool, schema: '_job' });
    const events = logEvents(context);

    // Define a "PING" job that echoes its received payload
    const pingJob = new JobDefinition({
      name: 'PING',
      context: context,
      workFunction: async (payload: { message: string }, metadata) => {
        console.log(`${metadata.jobId} - ${payload.message}`);
      },
    });

    await pingJob.register();

    // Kick off an orchestrator and some workers
    const orchestrator = new Orchestrator({ context });
    const worker1 = new Worker({ context });
    const worker2 = new Worker({ context });

    const jobIds: string[] = [];
    for (let i = 0; i < 1000; i += 1) {
      jobIds.push(await pingJob.enqueue({ message: `Hello: ${i}` }));
    }

    // Listen for a SIGINT and gracefully shutdown
    process.on('SIGINT', async () => {
      await orchestrator.stop();
      await worker1.stop();
      await worker2.stop();
      await pool.end();
    });

    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 1000 });
    await sendSignal('SIGINT');
    expect(pool.ended).toBe(true);
    expect(lines.sort()).toEqual(jobIds.map((jobId, i) => `${jobId} - Hello: ${i}`).sort());
    const outcomes = 'select outcome::text, attempt, count(*)::int from _job.finalized_job group by 1, 2';
    expect(await database.rows(outcomes)).toEqual([{ outcome: 'succeeded', attempt: 1, count: 1000 }]);
    expect(await database.rows('select id from _job.process')).toEqual([]);
  });
});

describe('installation and setup', () => {
  it('migrates a schema, statement by statement, and does so again', async () => {
    for (let run = 0; run < 2; run += 1) {
      const pool = new Pool({ connectionString: process.env['DATABASE_URL'] });
      const schema = '_bearmq_setup';
      const sqlFragments = generateMigrationSql(schema);

      for (const sqlFragment of sqlFragments) {
        await pool.query(sqlFragment);
      }

      await pool.end();
    }
    expect(await database.rows('select count(*)::int from _bearmq_setup.job')).toEqual([{ count: 0 }]);
  });
});

describe('getting started', () => {
  let pool: Pool;
  let context: Context;

  beforeEach(() => {
    pool = new Pool({ connectionString: process.env['DATABASE_URL'] });
    context = new Context({ pool, schema: '_bearmq' });
  });
  afterEach(async () => {
    if (!pool.ended) await pool.end();
  });

  it('defines a job with a named type, and a worker made before it is registered runs it', async () => {
    type JobParams = { foo: string };

    const jobDefinition = new JobDefinition<JobParams>({
      name: 'MY_JOB',
      context: context,
      workFunction: async (payload: JobParams, metadata) => {
        console.log(payload.foo);
        metadata satisfies { readonly jobId: string };
      },
    });

    await jobDefinition.enqueue({ foo: 'hello' });

    const worker = new Worker({ context });

    await jobDefinition.register();

    await until('it has run', () => lines.length === 1);
    await worker.stop();
    expect(lines).toEqual(['hello']);
  });

  it('runs jobs without an orchestrator, and an orchestrator without jobs', async () => {
    const jobDef = new JobDefinition({ name: 'ALONE', context, workFunction: () => console.log('ran') });

    await jobDef.register();

    const orchestrator = new Orchestrator({ context });

    await orchestrator.stop();
    const worker = new Worker({ context });
    await jobDef.enqueue();
    await until('it has run', () => lines.length === 1);
    await worker.stop();
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('shuts down on %s, and lets the running job complete', async (signal) => {
    let finish = (): void => {};
    const slow = new JobDefinition({
      name: `SLOW_${signal}`,
      context,
      workFunction: async () => {
        console.log('began');
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        console.log('completed');
      },
    });
    await slow.register();

    const worker = new Worker({ context });
    const orchestrator = new Orchestrator({ context });

    process.on(signal, () => Promise.all([worker.stop(), orchestrator.stop()]).then(() => pool.end()));

    await slow.enqueue();
    await until('it runs', () => lines.includes('began'));
    const stopped = sendSignal(signal);
    expect(pool.ended).toBe(false);
    finish();
    await stopped;
    expect(pool.ended).toBe(true);
    expect(lines).toEqual(['began', 'completed']);
    expect(await database.rows('select id from _bearmq.process')).toEqual([]);
  });
});
