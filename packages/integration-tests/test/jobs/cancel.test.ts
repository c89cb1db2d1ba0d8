import { describe, expect, it } from '@jest/globals';
import { JobCancelledError, JobSnooze } from 'bearmq';
import { v7 as uuidv7 } from 'uuid';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { intercepted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { gate, listening, until } from '../support/until.ts';
import { aborted } from './support/aborted.ts';

const schema = useSchema({ way: 'direct' });
const daemons = useDaemons();

describe('a job that runs in another process', () => {
  it('is told within a moment, and is over when it throws, whatever attempts are left', async () => {
    const [context, other] = [schema.context(), schema.context()];
    const [events, told] = [logEvents(context), logEvents(other)];
    const { definition } = await notedJob<null>(
      context,
      'THROWS',
      async (_, { signal }) => {
        throw await aborted(signal);
      },
      { numAttempts: 5, timeoutSecs: 0 },
    );
    daemons.worker(context);
    await listening(schema);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_RUN', { jobId });
    expect(await other.jobs.cancel(jobId, { reason: 'the order is gone' })).toEqual({
      cancelled: 0,
      running: 1,
      over: 0,
      notFound: 0,
      busy: 0,
      next: null,
    });
    expect(told.of('CONTEXT_JOB_CANCEL', jobId)).toMatchObject([{ jobName: 'THROWS', isRunning: true }]);
    const [event] = await events.waitFor('WORKER_JOB_CANCEL', { jobId });
    expect(event).toMatchObject({ attempt: 1, reason: 'the order is gone', workerId: expect.any(String) });
    expect(events.types(jobId)).not.toContain('WORKER_JOB_RUN_ERROR');
    expect(await other.jobs.get(jobId)).toMatchObject({ outcome: 'cancelled', error: 'the order is gone', attempt: 1 });
    expect(await other.jobs.cancel(jobId)).toMatchObject({ over: 1, running: 0 });
  });

  it('has succeeded when it returns', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const reasons: unknown[] = [];
    const { definition } = await notedJob<null>(context, 'RETURNS', async (_, { signal }) => {
      reasons.push(await aborted(signal));
    });
    daemons.worker(context);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_RUN', { jobId });
    expect((await context.jobs.cancel(jobId)).running).toBe(1);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(await context.jobs.get(jobId)).toMatchObject({ outcome: 'succeeded' });
    expect(reasons).toEqual([expect.any(JobCancelledError)]);
    expect(reasons).toMatchObject([{ code: 'BEAR_JOB_CANCELLED', jobId, reason: null }]);
  });

  it('is over when it puts itself off', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'SNOOZES', async (_, { signal }) => {
      await aborted(signal);
      throw new JobSnooze(60);
    });
    daemons.worker(context);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_RUN', { jobId });
    await context.jobs.cancel(jobId, { reason: 'why' });
    await events.waitFor('WORKER_JOB_CANCEL', { jobId });
    expect(await context.jobs.get(jobId)).toMatchObject({ outcome: 'cancelled', error: 'why' });
  });

  it('learns of it with its lease where it hears nothing', async () => {
    const context = schema.context({ wakeUp: 'poll', leaseSecs: 3 });
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'DEAF', async (_, { signal }) => {
      throw await aborted(signal);
    });
    daemons.worker(context);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_RUN', { jobId });
    await schema.context().jobs.cancel(jobId);
    await events.waitFor('WORKER_JOB_CANCEL', { jobId });
  });

  it('does not end because of a notification that anybody can send', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const go = gate();
    const { definition, runs } = await notedJob<null>(context, 'FORGED', () => go.opened);
    daemons.worker(context);
    await listening(schema);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_RUN', { jobId });
    const channel = `bearmq:${schema.name}`;
    await schema.rows('select pg_notify($1, $2)', [channel, `${uuidv7()} ${JSON.stringify({ cancel: [jobId] })}`]);
    // A job enqueued elsewhere after that has been heard of, so the notification has been too.
    const other = schema.context();
    const { definition: later } = await notedJob<null>(context, 'LATER');
    expect(await other.jobs.get(jobId)).toMatchObject({ state: 'running', cancelRequestedAt: null });
    await later.enqueue();
    expect(runs[0]?.metadata.signal.aborted).toBe(false);
    go.open();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
  });
});

describe('jobs behind the one that runs', () => {
  it('of its group are not started once they are cancelled, though their process holds them', async () => {
    let looks = 0;
    const driver = intercepted(schema.driver(), async ({ name }, send) => {
      const rows = await send();
      if (name === 'bearmq_cancels_of') looks += 1;
      return rows;
    });
    const context = schema.context({}, { driver });
    const [stops, go] = [gate(), gate()];
    let stopsAt: number | undefined;
    // How many its process holds behind it hangs on how quickly they run: it stops at the first with any.
    const held = () => schema.value(`select count(*)::int - 1 from {s}.job where name = 'QUICK' and state = 'running'`);
    const { definition, runs } = await notedJob<{ n: number }>(
      context,
      'QUICK',
      async ({ n }) => {
        if (stopsAt !== undefined || Number(await held()) === 0) return;
        stopsAt = n;
        stops.open();
        await go.opened;
      },
      {
        jobGroupGenerator: () => 'quick',
      },
    );
    const ids = await definition.enqueueMany(Array.from({ length: 60 }, (_, n) => ({ payload: { n } })));
    daemons.worker(context, { concurrency: 1 });
    await stops.opened;
    const ran = (stopsAt ?? 0) + 1;
    const rest = ids.slice(ran);
    const result = await context.jobs.cancel({ ids: rest });
    expect(result.cancelled + result.running).toBe(rest.length);
    expect(result.running).toBeGreaterThan(0);
    await until('the process has looked', () => looks > 0);
    go.open();
    await until(
      'all are over',
      async () => (await schema.value(`select count(*)::int from {s}.job where name = 'QUICK'`)) === 0,
    );
    expect(runs.map(({ payload }) => payload.n)).toEqual(Array.from({ length: ran }, (_, n) => n));
    const outcomes = await schema.rows(
      `select outcome::text, count(*)::int from {s}.finalized_job where name = 'QUICK' group by 1 order by 1`,
    );
    expect(outcomes).toEqual([
      { outcome: 'cancelled', count: 60 - ran },
      { outcome: 'succeeded', count: ran },
    ]);
    expect(await schema.value(`select running from {s}.job_group where name = 'quick'`)).toBe(0);
  });
});

describe('a job whose process died after it was to be cancelled', () => {
  it('is not run again', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition, runs } = await notedJob<null>(context, 'DIED', () => {}, { numAttempts: 3 });
    const jobId = await definition.enqueue();
    // As a process that is gone has left it.
    const processId = uuidv7();
    await schema.rows(`insert into {s}.process (id, expires_at) values ($1, now() + interval '1 hour')`, [processId]);
    await schema.rows(
      `update {s}.job set state = 'running', process_id = $2, fence = 1, attempt = 1, started = true where id = $1`,
      [jobId, processId],
    );
    await context.jobs.cancel(jobId, { reason: 'why' });
    await schema.rows(
      `update {s}.process set renewed_at = now() - interval '2 hours', expires_at = now() - interval '1 hour'
      where id = $1`,
      [processId],
    );
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_CANCEL', { jobId });
    expect(runs).toEqual([]);
    expect(await context.jobs.get(jobId)).toMatchObject({ outcome: 'cancelled', error: 'why', attempt: 1 });
  });
});

describe('a cancel of the jobs of a filter', () => {
  it('goes on page by page, and tells what became of them', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'MANY');
    await definition.enqueueMany(Array.from({ length: 25 }, () => ({ delaySecs: 600 })));
    const counts: number[] = [];
    let next: string | null | undefined;
    while (next !== null) {
      const after: { readonly after?: string } = next === undefined ? {} : { after: next };
      const result = await context.jobs.cancel({ jobName: 'MANY', states: ['scheduled'] }, { limit: 10, ...after });
      counts.push(result.cancelled);
      next = result.next;
    }
    expect(counts).toEqual([10, 10, 5]);
    expect(events.of('CONTEXT_JOB_CANCEL')).toHaveLength(25);
  });

  it('refuses a filter that says nothing, and options that are none', async () => {
    const { jobs } = schema.context();
    await expect(jobs.cancel({})).rejects.toThrow('jobs.cancel must say which jobs');
    await expect(jobs.cancel(undefined as never)).rejects.toThrow('jobs.cancel takes an object of options');
    await expect(jobs.cancel('1')).rejects.toThrow('must be the id of a job');
    await expect(jobs.cancel({ jobName: 'A' }, { reason: '' })).rejects.toThrow('jobs.cancel.reason must not be empty');
    await expect(jobs.cancel({ jobName: 'A' }, { tx: {} } as never)).rejects.toThrow('jobs.cancel.tx is not an option');
    expect(await jobs.cancel(uuidv7())).toMatchObject({ notFound: 1 });
  });

  it('tries what somebody holds for a second, and then says so', async () => {
    const context = schema.context();
    const { definition } = await notedJob<null>(context, 'HELD');
    const [held = '', soon = ''] = await definition.enqueueMany([{ delaySecs: 600 }, { delaySecs: 600 }]);
    const [one, two] = [await schema.direct.connect(), await schema.direct.connect()];
    try {
      for (const [client, id] of [
        [one, held],
        [two, soon],
      ] as const) {
        await client.query('begin');
        await client.query(`select 1 from ${schema.q}.job where id = $1 for update`, [id]);
      }
      const both = context.jobs.cancel({ ids: [held, soon] });
      await two.query('rollback');
      expect(await both).toMatchObject({ cancelled: 1, busy: 1 });
    } finally {
      await one.query('rollback');
      one.release();
      two.release();
    }
    expect(await context.jobs.cancel(held)).toMatchObject({ cancelled: 1 });
  });
});
