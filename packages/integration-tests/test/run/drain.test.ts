import type { Driver } from '@bearmq/core/driver';
import { describe, expect, it } from '@jest/globals';
import { type Context, drain, fromPg, InvalidOptionError, JobFailure, JobSnooze } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { counted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { gate, until } from '../support/until.ts';

const schema = useSchema();
const other = useSchema();
const daemons = useDaemons();

const processes = () => schema.value('select count(*)::int from {s}.process');
const clean = { ran: 0, failed: 0, left: 'none', nextDueInSecs: null, stoppedBy: 'empty' };

describe('drain', () => {
  it('runs what is ready, with what that enqueues and what waits for its group, and leaves no process behind', async () => {
    const context = schema.context();
    const child = await notedJob<number>(context, 'CHILD');
    const parent = await notedJob<number>(context, 'PARENT', (n) => child.definition.enqueue(n));
    const group = await notedJob<number>(context, 'IN_GROUP', undefined, { jobGroupGenerator: () => 'one' });
    for (let n = 0; n < 20; n += 1) {
      await parent.definition.enqueue(n);
      await group.definition.enqueue(n);
    }
    expect(await drain({ context, maxSecs: 60 })).toEqual({ ...clean, ran: 60 });
    expect(child.runs.map(({ payload }) => payload).sort((a, b) => a - b)).toEqual([...Array(20).keys()]);
    expect(group.runs.map(({ payload }) => payload)).toEqual([...Array(20).keys()]);
    expect(await schema.value('select count(*)::int from {s}.job')).toBe(0);
    expect(await processes()).toBe(0);
  });

  it('ends at once where there is nothing to do, listens to nothing, and needs one connection', async () => {
    const counts = counted(schema.newDriver({ max: 1 }));
    let listened = 0;
    const driver: Driver = {
      ...counts.driver,
      listen: (channel, listener) => {
        listened += 1;
        return counts.driver.listen(channel, listener);
      },
    };
    const context = schema.context({}, { driver });
    await notedJob<null>(context, 'NOTHING');
    const errors = logEvents(context);
    expect(await drain({ context, maxSecs: 60 })).toEqual(clean);
    expect(counts.of('bearmq_claim')).toBeLessThanOrEqual(3);
    expect(counts.of('bearmq_take_session_lock')).toBe(0);
    expect(errors.of('DAEMON_ERROR')).toEqual([]);
    expect(listened).toBe(0);
  });

  it('takes the jobs of its channels, and counts runs that threw', async () => {
    const context = schema.context();
    const ours = await notedJob<null>(
      context,
      'THROWS',
      () => {
        throw new JobFailure('no use');
      },
      { channel: 'ours' },
    );
    const theirs = await notedJob<null>(context, 'THEIRS', undefined, { channel: 'theirs' });
    await ours.definition.enqueue();
    await theirs.definition.enqueue();
    expect(await drain({ context, channels: ['ours'], maxSecs: 60 })).toEqual({ ...clean, ran: 1, failed: 1 });
    expect(theirs.runs).toEqual([]);
    expect(await drain({ context, channels: ['theirs'], maxSecs: 60 })).toEqual({ ...clean, ran: 1 });
  });

  it('does not wait for what is due later, and says when that is', async () => {
    const context = schema.context();
    const { definition } = await notedJob<null>(context, 'SNOOZES', () => {
      throw new JobSnooze(600);
    });
    const jobId = await definition.enqueue();
    const { nextDueInSecs, ...rest } = await drain({ context, maxSecs: 60 });
    expect(rest).toEqual({ ran: 1, failed: 0, left: 'none', stoppedBy: 'empty' });
    expect(nextDueInSecs).toBeGreaterThan(500);
    expect(nextDueInSecs).toBeLessThanOrEqual(600);
    expect(await drain({ context, channels: ['ELSEWHERE'], maxSecs: 60 })).toEqual(clean);
    await context.jobs.delete(jobId);
  });

  it('stops after so many runs, and leaves the others untouched', async () => {
    const context = schema.context();
    const { definition, runs } = await notedJob<number>(context, 'MANY');
    await definition.enqueueMany(Array.from({ length: 50 }, (_, payload) => ({ payload })));
    expect(await drain({ context, maxSecs: 60, maxJobs: 7 })).toMatchObject({
      ran: 7,
      left: 'some',
      stoppedBy: 'jobs',
    });
    expect(runs).toHaveLength(7);
    expect(await schema.rows('select distinct state::text, attempt from {s}.job')).toEqual([
      { state: 'ready', attempt: 0 },
    ]);
    expect(await drain({ context, maxSecs: 60 })).toEqual({ ...clean, ran: 43 });
  });

  it('claims no more at its time, and waits for what runs without telling it to end', async () => {
    const context = schema.context();
    const finish = gate();
    const { definition, runs } = await notedJob<null>(context, 'LONG', () => finish.opened);
    await definition.enqueue();
    await definition.enqueue();
    const drained = drain({ context, maxSecs: 0.5, concurrency: 1 });
    await until('one runs', () => runs.length === 1);
    await until('it stops', () => runs[0]?.metadata.stopping.aborted === true);
    expect(runs[0]?.metadata.signal.aborted).toBe(false);
    finish.open();
    expect(await drained).toEqual({ ran: 1, failed: 0, left: 'some', nextDueInSecs: null, stoppedBy: 'time' });
    expect(await drain({ context, maxSecs: 60 })).toEqual({ ...clean, ran: 1 });
  });

  it('shares the jobs with other drains and with Workers: each runs once', async () => {
    const contexts = [schema.context(), schema.context(), schema.context()];
    const jobs = await Promise.all(contexts.map((context) => notedJob<number>(context, 'SHARED')));
    const [first, second, third] = contexts as [Context, Context, Context];
    await jobs[0]?.definition.enqueueMany(Array.from({ length: 600 }, (_, payload) => ({ payload })));
    daemons.worker(third);
    await Promise.all([drain({ context: first, maxSecs: 60 }), drain({ context: second, maxSecs: 60 })]);
    await until('all are over', async () => (await schema.value('select count(*)::int from {s}.job')) === 0);
    const payloads = jobs.flatMap(({ runs }) => runs.map(({ payload }) => payload));
    expect(payloads.sort((a, b) => a - b)).toEqual([...Array(600).keys()]);
  });

  it('goes on until it has taken over the jobs of a process that died', async () => {
    const context = schema.context();
    const { definition, runs } = await notedJob<null>(context, 'OF_THE_DEAD', undefined, { numAttempts: 2 });
    const jobId = await definition.enqueue();
    const dead = await schema.value(`insert into {s}.process (id, renewed_at, expires_at)
      values (gen_random_uuid(), now() - interval '2 minutes', now() - interval '1 minute') returning id`);
    await schema.rows(
      `update {s}.job set state = 'running', process_id = $2, attempt = 1, fence = 1, started = true, claimed_at = now()
      where id = $1`,
      [jobId, dead],
    );
    expect(await drain({ context, maxSecs: 60 })).toMatchObject({ ran: 1, stoppedBy: 'empty' });
    expect(runs).toHaveLength(1);
  });

  it('enqueues the ticks that are due where it is asked to, and runs them', async () => {
    const context = other.context();
    const hourly = await notedJob<{ n: number }>(context, 'HOURLY', undefined, {
      schedules: [{ key: 'hourly', everySecs: 3600, payload: { n: 1 } }],
    } as never);
    await other.rows("update {s}.schedule set next_at = now() - interval '1 s'");
    expect(await drain({ context, maxSecs: 60 })).toMatchObject({ ran: 0, nextDueInSecs: null });
    const { nextDueInSecs, ...rest } = await drain({ context, maxSecs: 60, schedules: 'fire' });
    expect(rest).toEqual({ ran: 1, failed: 0, left: 'none', stoppedBy: 'empty' });
    expect(nextDueInSecs).toBeGreaterThan(3500);
    expect(nextDueInSecs).toBeLessThanOrEqual(3600);
    expect(hourly.runs.map(({ payload }) => payload)).toEqual([{ n: 1 }]);
  });

  it('says what is paused is not left to run, and what a transaction has not committed is not there', async () => {
    const context = other.context();
    const { definition, runs } = await notedJob<null>(context, 'PAUSED');
    await definition.enqueue();
    await context.pause({ jobName: 'PAUSED' });
    expect(await drain({ context, maxSecs: 60 })).toMatchObject({ ran: 0, left: 'none', stoppedBy: 'empty' });
    await context.resume({ jobName: 'PAUSED' });
    const client = await other.pool.connect();
    await client.query('begin');
    await definition.enqueue(null, { tx: fromPg(client) });
    expect(await drain({ context, maxSecs: 60 })).toMatchObject({ ran: 1, stoppedBy: 'empty' });
    await client.query('commit');
    client.release();
    expect(await drain({ context, maxSecs: 60 })).toMatchObject({ ran: 1, stoppedBy: 'empty' });
    expect(runs).toHaveLength(2);
  });

  it('refuses options that are wrong, and a context that has nothing to run', async () => {
    const context = schema.context();
    await expect(drain({ context, maxSecs: 60 })).rejects.toThrow(
      'drain.context has no registered definition, so there is nothing to run: register() those whose jobs it is to run',
    );
    for (const wrong of [
      { maxSecs: 0 },
      { maxSecs: undefined },
      { maxSecs: 1, maxJobs: 0 },
      { maxSecs: 1, schedules: 'all' },
    ])
      await expect(drain({ context, ...wrong } as never)).rejects.toThrow(InvalidOptionError);
  });
});
