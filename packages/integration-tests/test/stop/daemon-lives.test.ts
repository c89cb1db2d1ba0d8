import { describe, expect, it } from '@jest/globals';
import { Orchestrator, Worker } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { intercepted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { gate, listening, registered, until } from '../support/until.ts';

const schema = useSchema();
const direct = useSchema({ way: 'direct' });
const daemons = useDaemons();

const workers = () => schema.value('select count(*)::int from {s}.process');

describe('a context', () => {
  it('goes on with the other Workers when one stops', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition, runs } = await notedJob<null>(context, 'GOES_ON');
    const [a, b] = [daemons.worker(context), daemons.worker(context)];
    await a.stop();
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(runs.at(-1)?.metadata.workerId).toBe(b.id);
    expect(await workers()).toBe(1);
  });

  it('lets a Worker stop while the others are so busy that there is always something to record', async () => {
    const TOTAL = 3_000;
    let finished = 0;
    let onFinished = () => {};
    // An outcome is recorded when the next job has run, or when all that is left waits for an outcome (of a release).
    const driver = intercepted(schema.driver(), async (statement, send) => {
      const rows = await send();
      const isLast = finished === TOTAL;
      if (statement.name === 'bearmq_claim' && rows.length === 1) onFinished();
      if (statement.name === 'bearmq_settle' && !isLast) await new Promise<void>((next) => (onFinished = next));
      return rows;
    });
    const context = schema.context({}, { driver });
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'BUSY', () => {
      finished += 1;
      onFinished();
    });
    await Promise.all(Array.from({ length: TOTAL }, () => definition.enqueue()));
    daemons.worker(context);
    const leaving = daemons.worker(context, { channels: ['ELSEWHERE'] });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 10 });
    await leaving.stop();
    expect(events.of('WORKER_JOB_RUN_SUCCESS').length).toBeLessThan(TOTAL);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: TOTAL });
  });

  it('can have Workers again after the last has stopped, even while that stops', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const finish = gate();
    const { definition, runs } = await notedJob<string>(
      context,
      'AGAIN',
      (payload) => payload === 'old' && finish.opened,
    );
    const old = daemons.worker(context);
    await definition.enqueue('old');
    await until('it runs', () => runs.length === 1);
    const stopped = old.stop();
    const fresh = daemons.worker(context);
    const jobId = await definition.enqueue('new');
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    finish.open();
    await stopped;
    await fresh.stop();
    daemons.worker(context);
    await registered(schema);
    const last = await definition.enqueue('last');
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: last });
    expect(runs.map(({ payload }) => payload)).toEqual(['old', 'new', 'last']);
  });

  it('leaves its pool as it was: open, and usable by others and by itself', async () => {
    const pool = schema.newPool();
    const context = schema.context({}, { pool });
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'POOL');
    const all = [daemons.worker(context), daemons.orchestrator(context)];
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    await Promise.all(all.map((daemon) => daemon.stop()));
    expect(pool.ended || pool.ending).toBe(false);
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await definition.enqueue();
  });

  it('gives up its listening connection with its last Worker', async () => {
    const driver = direct.newDriver({ applicationName: 'stops listening' });
    const context = direct.context({}, { driver });
    const worker = daemons.worker(context);
    await listening(direct);
    await worker.stop();
    const listeners = `select count(*)::int from pg_stat_activity
      where application_name = 'stops listening' and pid in (select pid from pg_locks where locktype = 'advisory')`;
    await until('nobody listens', async () => (await direct.value(listeners)) === 0);
  });
});

describe('daemons', () => {
  it('are disposed of at the end of their block', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'DISPOSED');
    {
      await using orchestrator = new Orchestrator({ context });
      await using worker = new Worker({ context });
      expect([orchestrator, worker]).toHaveLength(2);
      const jobId = await definition.enqueue();
      await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    }
    expect(await workers()).toBe(0);
    const later = await definition.enqueue();
    expect(await schema.value('select fence from {s}.job where id = $1', [later])).toBe(0);
  });

  it('can be made and stopped many times over', async () => {
    const context = schema.context();
    for (let i = 0; i < 10; i += 1) {
      const all = [new Worker({ context }), new Orchestrator({ context }), new Worker({ context, channels: ['X'] })];
      await Promise.all(all.map((daemon) => daemon.stop()));
    }
    expect(await workers()).toBe(0);
  });
});
