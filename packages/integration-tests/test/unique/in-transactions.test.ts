import { describe, expect, it } from '@jest/globals';
import { DuplicateJobError, fromPg, JobDefinition } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { type Page, usePages } from './support/pages.ts';

const schema = useSchema();
const daemons = useDaemons();
const { pages, stored } = usePages(schema);

describe("onConflict: 'throw'", () => {
  it('rejects with the job that is there, and enqueues nothing', async () => {
    const definition = pages({ onConflict: 'throw' });
    const id = await definition.enqueue({ page: 'a' });
    const refused = definition.enqueue({ page: 'a' });
    await expect(refused).rejects.toBeInstanceOf(DuplicateJobError);
    await expect(refused).rejects.toMatchObject({
      code: 'BEAR_DUPLICATE_JOB',
      jobName: definition.name,
      jobId: id,
      key: 'a',
    });
    const list = definition.enqueueMany(['x', 'a', 'y'].map((page) => ({ payload: { page } })));
    await expect(list).rejects.toMatchObject({ name: 'DuplicateJobError', jobId: id });
    expect(await stored(definition)).toEqual([{ page: 'a' }]);
    expect(await definition.submit({ page: 'x' })).toMatchObject({ outcome: 'enqueued' });
  });

  it("leaves the caller's transaction as it was: it goes on and commits", async () => {
    const definition = pages({ onConflict: 'throw' });
    const id = await definition.enqueue({ page: 'a' });
    const client = await schema.pool.connect();
    try {
      const tx = fromPg(client);
      await client.query('begin');
      await definition.enqueue({ page: 'b' }, { tx });
      await expect(definition.enqueue({ page: 'a' }, { tx })).rejects.toMatchObject({ jobId: id });
      const list = definition.enqueueMany(
        ['x', 'a', 'y'].map((page) => ({ payload: { page } })),
        { tx },
      );
      await expect(list).rejects.toMatchObject({ jobId: id });
      await definition.enqueueMany([{ payload: { page: 'c' } }, { payload: { page: 'd' } }], { tx });
      await client.query('commit');
    } finally {
      client.release();
    }
    expect((await stored(definition)).map(({ page }) => page)).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe("in the caller's own transaction", () => {
  it('a key is taken with its commit, and tells nobody before', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const definition = pages({}, context);
    const client = await schema.pool.connect();
    try {
      for (const end of ['rollback', 'commit']) {
        await client.query('begin');
        await definition.enqueue({ page: 'a' }, { tx: fromPg(client) });
        await client.query(end);
      }
    } finally {
      client.release();
    }
    expect(await stored(definition)).toEqual([{ page: 'a' }]);
    expect(events.all).toEqual([]);
  });

  it('a job that was skipped runs after the commit, and sees what was written', async () => {
    const context = schema.context();
    const definition = pages({}, context);
    const table = `${schema.q}.seen`;
    await schema.rows('create table {s}.seen (page text)');
    const seen: unknown[] = [];
    const read = new JobDefinition({
      context,
      name: definition.name,
      workFunction: async (_: Page) => {
        seen.push(...(await schema.rows('select page from {s}.seen')));
      },
    });
    await read.register();
    const id = await definition.enqueue({ page: 'a' });
    const events = logEvents(context);
    const client = await schema.pool.connect();
    try {
      await client.query('begin');
      await client.query(`insert into ${table} values ('new')`);
      expect(await definition.submit({ page: 'a' }, { tx: fromPg(client) })).toEqual({ jobId: id, outcome: 'skipped' });
      daemons.worker(context);
      // Somebody else's job shows that the worker takes what it may.
      const other = new JobDefinition({ context, name: 'OTHER', workFunction: () => {} });
      await other.register();
      await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: await other.enqueue() });
      expect(events.types(id)).toEqual([]);
      await client.query('commit');
    } finally {
      client.release();
    }
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: id });
    expect(seen).toEqual([{ page: 'new' }]);
  });

  it('a key that is held open keeps calls for it waiting, and nothing else: not for the want of connections', async () => {
    const driver = schema.newDriver({ max: 6 });
    const context = schema.context({}, { driver });
    const { definition: plain } = await notedJob<null>(context, 'PLAIN');
    const definition = pages({}, context);
    const events = logEvents(context);
    daemons.worker(context);
    const client = await schema.pool.connect();
    let waiting: Promise<string[]> = Promise.resolve([]);
    let id = '';
    try {
      await client.query('begin');
      id = await definition.enqueue({ page: 'a' }, { tx: fromPg(client) });
      waiting = Promise.all(Array.from({ length: 20 }, () => definition.enqueue({ page: 'a' })));
      await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: await plain.enqueue() });
      expect(await definition.submit({ page: 'b' })).toMatchObject({ outcome: 'enqueued' });
    } finally {
      await client.query('commit');
      client.release();
    }
    expect(new Set(await waiting)).toEqual(new Set([id]));
  });
});
