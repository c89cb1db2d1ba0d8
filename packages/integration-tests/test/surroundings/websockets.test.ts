import { afterAll, describe, expect, it } from '@jest/globals';
import { Pool } from '@neondatabase/serverless';
import { createPool } from '@vercel/postgres';
import { Context, type ContextOptions, JobDefinition } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { directUrl, useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { listening } from '../support/until.ts';
import { asVercelTakesIt, speakNeon } from '../support/websockets.ts';

const endProxy = await speakNeon(directUrl());
const connectionString = asVercelTakesIt(directUrl());
const neonPool = new Pool({ connectionString });
const vercelPool = createPool({ connectionString });
afterAll(async () => {
  await Promise.all([neonPool.end(), vercelPool.end()]);
  await endProxy();
});

const pools: Readonly<Record<string, Extract<ContextOptions, { pool: unknown }>['pool']>> = {
  "Neon's driver": neonPool,
  "Vercel's driver": vercelPool,
};

describe.each(Object.entries(pools))('a context on a pool of %s', (_name, pool) => {
  const schema = useSchema({ way: 'direct' });
  const daemons = useDaemons();

  it('hears through its WebSocket of jobs that others enqueue, and again after that was cut', async () => {
    // It looks for jobs so seldom that only a notification is in time.
    const context = new Context({ pool, schema: schema.name, pollSecs: 3_600 });
    const events = logEvents(context);
    await notedJob<null>(context, 'HEARD');
    daemons.worker(context);
    const elsewhere = new JobDefinition({ context: schema.context(), name: 'HEARD', workFunction: () => {} });
    await listening(schema);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: await elsewhere.enqueue() });
    expect(events.of('WARNING')).toEqual([]);

    const cut = await schema.rows(
      `select pg_terminate_backend(l.pid) from pg_locks l, {s}.process w where l.locktype = 'advisory'
         and (l.classid::bigint << 32 | l.objid::bigint) = w.session_key`,
    );
    expect(cut).toHaveLength(1);
    await events.waitFor('DAEMON_ERROR');
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: await elsewhere.enqueue() });
  });
});
