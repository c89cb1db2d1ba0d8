// #region testing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BearEvent, Context, JobDefinition, type JobMetadata, migrate, pgDriver, Worker } from 'bearmq';
import { Pool } from 'pg';

const sent: string[] = [];

async function welcome(payload: { name: string }, { attempt }: Pick<JobMetadata, 'attempt'>): Promise<void> {
  sent.push(`Welcome, ${payload.name}! (attempt ${attempt})`);
}

test('a work function is a function', async () => {
  await welcome({ name: 'Ada' }, { attempt: 2 });
  assert.equal(sent.pop(), 'Welcome, Ada! (attempt 2)');
});

test('a job goes all the way', async () => {
  const pool = new Pool({ connectionString: process.env.DATABASE_URL });
  await migrate({ driver: pgDriver({ pool }), schema: '_bearmq_test' });
  const context = new Context({ pool, schema: '_bearmq_test' });
  const definition = new JobDefinition({ context, name: 'WELCOME', workFunction: welcome });
  await definition.register();
  const ended = new Promise<BearEvent>((resolve) => {
    context.addEventHandler((event) => {
      if (event.eventType === 'WORKER_JOB_RUN_SUCCESS' || event.eventType === 'WORKER_JOB_RUN_ERROR') resolve(event);
    });
  });
  const worker = new Worker({ context });

  await definition.enqueue({ name: 'Grace' });
  assert.equal((await ended).eventType, 'WORKER_JOB_RUN_SUCCESS');
  assert.deepEqual(sent, ['Welcome, Grace! (attempt 1)']);

  await worker.stop();
  await pool.end();
});
// #endregion testing
