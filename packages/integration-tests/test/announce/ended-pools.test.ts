// A script, or a function of a platform, enqueues and ends its pool at once. What it told the others on the way out was
// dropped by the pool in silence, unless it was one job by itself.
import { expect, it } from '@jest/globals';
import { JobDefinition } from 'bearmq';
import pg from 'pg';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { listening, until } from '../support/until.ts';

const schema = useSchema({ way: 'direct' });
const daemons = useDaemons();

/** Polling would find a job only after an hour. */
const HARDLY_POLLING = { pollSecs: 3_600 } as const;

/** A worker of another process, that has found nothing. */
async function idleWorker(name: string) {
  const context = schema.context(HARDLY_POLLING);
  const events = logEvents(context);
  const aborted: string[] = [];
  await new JobDefinition<{ waits?: boolean }>({
    context,
    name,
    workFunction: async ({ waits = false }, { jobId, signal }) => {
      if (!waits) return;
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          aborted.push(jobId);
          reject(signal.reason);
        });
      });
    },
  }).register();
  daemons.worker(context);
  await listening(schema);
  return { events, aborted };
}

/** A program with a pool of its own, which it ends as soon as `work` is done. */
async function program(
  name: string,
  work: (job: JobDefinition<{ waits?: boolean }>, context: ReturnType<typeof schema.context>) => Promise<unknown>,
): Promise<void> {
  const pool = new pg.Pool({ connectionString: schema.url });
  try {
    const context = schema.context({}, { pool });
    await work(new JobDefinition<{ waits?: boolean }>({ context, name, workFunction: () => {} }), context);
  } finally {
    await pool.end();
  }
}

it.each<[string, number, (job: JobDefinition<{ waits?: boolean }>) => Promise<unknown>]>([
  ['one job', 1, (job) => job.enqueue({})],
  ['a list of jobs', 2, (job) => job.enqueueMany([{ payload: {} }, { payload: {} }])],
  ['jobs at once', 2, (job) => Promise.all([job.enqueue({}), job.enqueue({})])],
  ['a job for later', 1, (job) => job.enqueue({}, { delaySecs: 0.5 })],
])('%s of a program that ends its pool then is known elsewhere', async (what, count, work) => {
  const name = `LAST ${what}`;
  const { events } = await idleWorker(name);
  await program(name, work);
  expect(await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count })).toHaveLength(count);
});

it('a cancel by a program that ends its pool then is known where the job runs', async () => {
  const name = 'CANCELLED LAST';
  const { events, aborted } = await idleWorker(name);
  let id = '';
  await program(name, async (job) => {
    id = await job.enqueue({ waits: true });
  });
  await events.waitFor('WORKER_JOB_RUN', { jobId: id });
  await program(name, (_job, context) => context.jobs.cancel(id));
  await until('it is told', () => aborted.includes(id));
});
