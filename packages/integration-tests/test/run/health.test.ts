import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Context } from 'bearmq';
import { useSchema } from '../support/database.ts';
import { notedJob } from '../support/jobs.ts';
import { until } from '../support/until.ts';

const schema = useSchema();

describe('context.health', () => {
  it('tells what is not in order, and of the queue', async () => {
    const context = schema.context();
    const { definition } = await notedJob(context, 'NOBODY_THERE');
    await definition.enqueue(null);
    const sick = await context.health({ patienceSecs: 0 });
    expect(sick).toMatchObject({ isHealthy: false, migrations: { pending: [] }, queue: { schemaVersion: 1 } });
    expect(sick.findings.map(({ kind }) => kind)).toContain('jobs-waiting');
  });

  it('tells how large the tables are, and leaves out one that is locked against all', async () => {
    const context = schema.context();
    const { definition } = await notedJob<{ text: string }>(context, 'LARGE');
    await definition.enqueue({ text: randomBytes(50_000).toString('hex') });
    const sizeOf = async (name: string) => (await context.health()).tables.find((table) => table.name === name);
    const job = await sizeOf('job');
    expect(job?.heapBytes).toBeGreaterThan(0);
    expect(job?.indexBytes).toBeGreaterThan(0);
    expect(job?.toastBytes).toBeGreaterThan(50_000);
    const client = await schema.direct.connect();
    try {
      await client.query(`begin; lock table ${schema.q}.job_log in access exclusive mode`);
      expect(await sizeOf('job_log')).toMatchObject({ heapBytes: null, indexBytes: null, toastBytes: null });
    } finally {
      await client.query('rollback');
      client.release();
    }
    expect(await sizeOf('job_log')).toMatchObject({ heapBytes: expect.any(Number) });
  });

  it('tells who holds vacuum up, the oldest first', async () => {
    const context = schema.context();
    const clients = [await schema.direct.connect(), await schema.direct.connect()];
    try {
      const subjects: string[] = [];
      for (const client of clients) {
        await client.query('begin isolation level repeatable read');
        const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
        subjects.push(`pid ${rows[0]?.pid}`);
        await schema.rows('update {s}.migration set version = version'); // a transaction between the two
      }
      const held = await until('both hold for a second', async () => {
        const { horizon } = await context.health();
        const found = horizon.filter(({ subject }) => subjects.includes(subject));
        return found.length === 2 ? found : undefined;
      });
      expect(held.map(({ subject }) => subject)).toEqual(subjects);
      expect(held[0]).toMatchObject({ kind: 'session', state: 'idle in transaction', forSecs: expect.any(Number) });
      expect(held[0]?.behind).toBeGreaterThanOrEqual(held[1]?.behind ?? Number.POSITIVE_INFINITY); // one that runs beside holds both
      expect(held[0]?.remedy).toContain('pg_terminate_backend');
    } finally {
      for (const client of clients) {
        await client.query('rollback');
        client.release();
      }
    }
  });

  it('has no queue where there is no schema', async () => {
    const context = new Context({ driver: schema.driver(), schema: 'not there' });
    expect(await context.health()).toMatchObject({ isHealthy: false, queue: null, migrations: { current: 0 } });
  });
});
