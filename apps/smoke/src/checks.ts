import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { createDashboard } from '@bearmq/dashboard';
import { until } from '@bearmq/test-support';
import { generateMigrationSql, JobDefinition, migrate, migrationStatus, Orchestrator, Worker } from 'bearmq';
import type { Bench } from './bench.ts';

/** Each uses one part of BearMQ and fails if that does not keep its promise. They run one after the other. */
export const checks = {
  migrates: async ({ client, schema }) => {
    for (const sql of generateMigrationSql(schema)) await client.rows(sql);
    await migrate({ driver: client.driver, schema });
    assert.deepEqual((await migrationStatus({ driver: client.driver, schema })).pending, []);
  },

  'runs a job': async ({ context }) => {
    const runs: unknown[] = [];
    const job = new JobDefinition({
      context,
      name: 'GREET',
      workFunction: (payload: { name: string }, { jobId, attempt }) => void runs.push({ payload, jobId, attempt }),
    });
    await job.register();
    await using _worker = new Worker({ context });
    const jobId = await job.enqueue({ name: 'Ada "é" \u{1f43b}' });
    await until('the job ran', () => runs.length > 0);
    assert.deepEqual(runs, [{ payload: { name: 'Ada "é" \u{1f43b}' }, jobId, attempt: 1 }]);
  },

  'tries a failed job again': async ({ context, outcomes }) => {
    const job = new JobDefinition({
      context,
      name: 'FLAKY',
      numAttempts: 3,
      timeoutSecs: 0.1,
      workFunction: async (_payload: null, { attempt }) => {
        if (attempt < 3) throw new RangeError(`attempt ${attempt} fails on purpose`);
      },
    });
    await job.register();
    await using _worker = new Worker({ context });
    await job.enqueue(null);
    await until('the job succeeded', () => outcomes('FLAKY').includes('SUCCESS'));
    assert.deepEqual(outcomes('FLAKY'), ['ERROR', 'ERROR', 'SUCCESS']);
  },

  'keeps the order of a group': async ({ context }) => {
    const numbers = Array.from({ length: 20 }, (_, n) => n);
    const started: number[] = [];
    let [running, mostRunning] = [0, 0];
    const job = new JobDefinition({
      context,
      name: 'ORDERED',
      workFunction: async (n: number) => {
        started.push(n);
        running += 1;
        mostRunning = Math.max(mostRunning, running);
        await setTimeout(5);
        running -= 1;
      },
      jobGroupGenerator: () => 'one at a time',
    });
    await job.register();
    await job.enqueueMany(numbers.map((payload) => ({ payload })));
    await using _many = new Worker({ context, concurrency: 5 });
    await using _more = new Worker({ context, concurrency: 5 });
    await until('all jobs of the group ran', () => started.length === numbers.length && running === 0);
    assert.deepEqual(started, numbers);
    assert.equal(mostRunning, 1);
  },

  repeats: async ({ context, outcomes }) => {
    await using _worker = new Worker({ context });
    const ticks = new JobDefinition({ context, name: 'TICK', repeatSecs: 0.2, workFunction: () => {} });
    await ticks.register();
    await using _orchestrator = new Orchestrator({ context });
    await until('three ticks ran', () => outcomes('TICK').filter((one) => one === 'SUCCESS').length >= 3);
  },

  'enqueues in a transaction of the program': async ({ client, context }) => {
    const runs: string[] = [];
    const job = new JobDefinition({ context, name: 'RECEIPT', workFunction: (fate: string) => void runs.push(fate) });
    await job.register();
    await using _worker = new Worker({ context });
    const undone = client.transaction(async (tx) => {
      await job.enqueue('rolled back', { tx });
      throw new RangeError('on purpose');
    });
    await assert.rejects(undone, RangeError);
    await client.transaction((tx) => job.enqueue('committed', { tx }));
    await until('the job of the transaction ran', () => runs.length > 0);
    assert.deepEqual(runs, ['committed']);
  },

  'is woken by another process': async (bench) => {
    const context = bench.client.newContext({ pollSecs: 3600 }); // so that only a notification can be in time
    bench.watch(context);
    const from: number[] = [];
    await bench.errand(context, (pid) => from.push(pid)).register();
    await using _worker = new Worker({ context });
    await until('the worker listens', async () => (await bench.count('process', 'session_key is not null')) === 1);
    const pid = await bench.enqueueElsewhere();
    await until('the job of the other process ran', () => from.length > 0);
    assert.deepEqual(from, [pid]);
  },

  'shows it in a dashboard': async ({ context, schema }) => {
    const dashboard = createDashboard({ context, authorize: 'open', basePath: '/jobs' });
    const ask = async (path: string) => await dashboard.fetch(new Request(`http://localhost/jobs${path}`));
    assert.equal(((await (await ask('/api/v1/meta')).json()) as { schema: string }).schema, schema);
    const [, script] = /src="\.\/(assets\/[^"]+)"/.exec(await (await ask('/')).text()) ?? [];
    assert.equal((await ask(`/${script}`)).status, 200);
    await dashboard.close();
  },

  'stops when the running job is done': async ({ context, outcomes, count }) => {
    let started = 0;
    const job = new JobDefinition({
      context,
      name: 'SLOW',
      workFunction: async () => {
        started += 1;
        await setTimeout(300);
      },
    });
    await job.register();
    await job.enqueueMany([{ payload: null }, { payload: null }]);
    const worker = new Worker({ context });
    await until('the first job runs', () => started === 1);
    await worker.stop();
    assert.deepEqual(outcomes('SLOW'), ['SUCCESS']);
    assert.equal(await count('job', `name = 'SLOW' and state = 'ready' and attempt = 0`), 1);
    assert.equal(await count('job', `state = 'running'`), 0);
    await until('the process said goodbye', async () => (await count('process')) === 0);
  },
} satisfies Readonly<Record<string, (bench: Bench) => Promise<void>>>;
