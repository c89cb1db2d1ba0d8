import { describe, expect, it } from '@jest/globals';
import { drain, JobFailure } from 'bearmq';
import type { BearTables } from 'bearmq/kysely';
import { Kysely, PostgresDialect } from 'kysely';
import { useRole } from '../roles/support/roles.ts';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { notedJob } from '../support/jobs.ts';
import { gate, until } from '../support/until.ts';

const schema = useSchema({ way: 'direct' });
const daemons = useDaemons();
const db = new Kysely<BearTables>({ dialect: new PostgresDialect({ pool: schema.newPool() }) }).withSchema(schema.name);

describe('the views', () => {
  it('tell of jobs in each state, and count those that are not over', async () => {
    const context = schema.context();
    const quick = await notedJob<{ n: number }>(
      context,
      'QUICK',
      ({ n }) => {
        if (n === 2) throw new JobFailure('two is too much');
        return { doubled: n };
      },
      { result: 'keep', channel: 'early' } as never,
    );
    const [succeeded, failed] = [await quick.definition.enqueue({ n: 1 }), await quick.definition.enqueue({ n: 2 })];
    await drain({ context, maxSecs: 60 });
    const finish = gate();
    const slow = await notedJob<null>(context, 'SLOW', () => finish.opened, { jobGroupGenerator: () => 'G' });
    daemons.worker(context, { channels: ['DEFAULT'] });
    const running = await slow.definition.enqueue();
    await until('it runs', () => slow.runs.length === 1);
    const blocked = await slow.definition.enqueue(null, { priority: 3 });
    const scheduled = await quick.definition.enqueue({ n: 3 }, { delaySecs: 600, headers: { by: 'test' } });
    const ready = await quick.definition.enqueue({ n: 4 });
    const cancelled = await quick.definition.enqueue({ n: 5 });
    await context.jobs.cancel(cancelled);

    const jobs = await db.selectFrom('jobs').selectAll().execute();
    const byId = new Map(jobs.map((job) => [job.id, job]));
    expect(byId.size).toBe(7);
    const common = { job_name: 'QUICK', channel: 'early', job_group: null, priority: 0, num_attempts: 1 };
    expect(byId.get(succeeded)).toMatchObject({
      ...common,
      state: 'over',
      outcome: 'succeeded',
      attempt: 1,
      error: null,
      payload: { n: 1 },
      result: { doubled: 1 },
      claimed_at: expect.any(Date),
      finalized_at: expect.any(Date),
      process_id: expect.any(String),
    });
    expect(byId.get(failed)).toMatchObject({ ...common, state: 'over', outcome: 'failed', result: null });
    expect(byId.get(failed)?.error).toContain('two is too much');
    expect(byId.get(cancelled)).toMatchObject({ ...common, state: 'over', outcome: 'cancelled', attempt: 0 });
    expect(byId.get(running)).toMatchObject({ job_name: 'SLOW', job_group: 'G', state: 'running', outcome: null });
    expect(byId.get(blocked)).toMatchObject({ job_name: 'SLOW', job_group: 'G', state: 'blocked', priority: 3 });
    expect(byId.get(scheduled)).toMatchObject({
      ...common,
      state: 'scheduled',
      run_at: expect.any(Date),
      headers: { by: 'test' },
    });
    expect(byId.get(ready)).toMatchObject({
      ...common,
      state: 'ready',
      run_at: null,
      finalized_at: null,
      headers: null,
    });

    await context.pause({ channel: 'early' });
    const none = { ready: '0', blocked: '0', scheduled: '0', pending: '0', running: '0' };
    expect(await db.selectFrom('queues').selectAll().orderBy('job_name').execute()).toEqual([
      {
        ...none,
        channel: 'early',
        job_name: 'QUICK',
        ready: '1',
        scheduled: '1',
        oldest_ready_at: byId.get(ready)?.enqueued_at,
        next_run_at: byId.get(scheduled)?.run_at,
        paused: true,
      },
      {
        ...none,
        channel: 'DEFAULT',
        job_name: 'SLOW',
        blocked: '1',
        running: '1',
        oldest_ready_at: byId.get(blocked)?.enqueued_at,
        next_run_at: null,
        paused: false,
      },
    ]);
    finish.open();
  });

  it('are found by their ids by the keys of both tables', async () => {
    const plan = await schema.rows(
      `explain (format json) select * from {s}.jobs where id = '00000000-0000-7000-8000-000000000000'`,
    );
    expect(JSON.stringify(plan)).not.toContain('Seq Scan');
  });
});

describe('a role', () => {
  const producer = useRole(schema, 'producer');
  const worker = useRole(schema, 'worker');

  it('of a worker reads them, of a producer does not', async () => {
    const ofWorker = schema.newPool({ connectionString: worker.url, max: 1 });
    expect((await ofWorker.query(`select count(*)::int as n from ${schema.q}.queues`)).rows).toHaveLength(1);
    const ofProducer = schema.newPool({ connectionString: producer.url, max: 1 });
    await expect(ofProducer.query(`select 1 from ${schema.q}.jobs`)).rejects.toMatchObject({ code: '42501' });
  });
});
