import { describe, expect, it } from '@jest/globals';
import { fromPg, JobDefinition } from 'bearmq';
import pg from 'pg';
import { useDaemons } from '../support/daemons.ts';
import { directUrl, useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { rejectionOf } from '../support/thrown.ts';

describe("a job enqueued in the caller's own transaction", () => {
  const schema = useSchema();
  const daemons = useDaemons();

  async function inTransaction(work: (client: pg.PoolClient) => Promise<void>): Promise<void> {
    const client = await schema.pool.connect();
    try {
      await client.query('begin');
      await work(client);
    } finally {
      await client.query('rollback'); // a no-op after a commit
      client.release();
    }
  }

  function define(context = schema.context(), name = 'TX') {
    return new JobDefinition({ context, name, workFunction: async (_payload: { n: number }) => {} });
  }

  it('is not there before the commit, and runs after it', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const job = define(context);
    await job.register();
    daemons.worker(context);
    await inTransaction(async (client) => {
      const jobId = await job.enqueue({ n: 1 }, { tx: fromPg(client) });
      expect(await schema.value('select count(*)::int from {s}.job where id = $1', [jobId])).toBe(0);
      expect(events.of('JOB_DEFINITION_JOB_ENQUEUE')).toEqual([]);
      await client.query('commit');
      await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    });
  });

  it('is gone with a rollback, and with that of a savepoint', async () => {
    const job = define(schema.context(), 'ROLLED_BACK');
    await inTransaction(async (client) => {
      await job.enqueue({ n: 1 }, { tx: fromPg(client) });
      await client.query('rollback');
    });
    await inTransaction(async (client) => {
      await client.query('savepoint before');
      await job.enqueueMany([{ payload: { n: 2 } }, { payload: { n: 3 } }], { tx: fromPg(client) });
      await client.query('rollback to savepoint before');
      await job.enqueue({ n: 4 }, { tx: fromPg(client) });
      await client.query('commit');
    });
    expect(await schema.rows(`select payload from {s}.job where name = 'ROLLED_BACK'`)).toEqual([
      { payload: { n: 4 } },
    ]);
  });

  it('is notified with the commit, and not sooner', async () => {
    const listener = new pg.Client({ connectionString: directUrl() });
    await listener.connect();
    const heard: string[] = [];
    const first = new Promise<void>((resolve) => {
      listener.on('notification', ({ channel }) => {
        heard.push(channel);
        resolve();
      });
    });
    await listener.query(`listen "${`bearmq:${schema.name}`.replaceAll('"', '""')}"`);
    await inTransaction(async (client) => {
      await define(schema.context(), 'NOTIFIED').enqueue({ n: 1 }, { tx: fromPg(client) });
      await listener.query('select 1'); // what had been sent would have arrived with this answer
      expect(heard).toEqual([]);
      await client.query('commit');
    });
    await first;
    await listener.end();
  });

  it('does not hold up other jobs of its group while the transaction is open', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const job = define(context, 'IN_GROUP');
    await job.register();
    daemons.worker(context);
    await inTransaction(async (client) => {
      await job.enqueue({ n: 1 }, { tx: fromPg(client), jobGroup: 'shared' });
      const other = await job.enqueue({ n: 2 }, { jobGroup: 'shared' });
      await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: other });
    });
  });

  it('refuses a pool or a bare client in place of a transaction, and says what to pass', async () => {
    const job = define(schema.context(), 'REFUSED');
    // @ts-expect-error a pool is not a transaction
    expect(await rejectionOf(job.enqueue({ n: 1 }, { tx: schema.pool }))).toMatchObject({
      code: 'BEAR_INVALID_OPTION',
      message: expect.stringContaining('fromPg(client)'),
    });
    await inTransaction(async (client) => {
      // @ts-expect-error nor is a client: fromPg makes one of it
      expect(await rejectionOf(job.enqueueMany([{ payload: { n: 1 } }], { tx: client }))).toMatchObject({
        code: 'BEAR_INVALID_OPTION',
        message: expect.stringContaining('fromPg(client)'),
      });
    });
    expect(await schema.value(`select count(*)::int from {s}.job where name = 'REFUSED'`)).toBe(0);
  });
});
