import { sampleDepth, tablesOf } from '@bearmq/core/internal';
import { describe, expect, it } from '@jest/globals';
import { type Context, JobFailure, JobSnooze, type LaneRecord } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { intercepted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { gate, until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();

const totalOf = async (context: Context, jobName: string) =>
  (await context.stats.totals()).find((total) => total.jobName === jobName);

const laneOf = async (context: Context, jobName: string): Promise<LaneRecord | undefined> =>
  (await context.lanes()).find((lane) => lane.jobName === jobName);

describe('what a process counts', () => {
  it('is written when its last Worker stops, each run and how it ended', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition } = await notedJob<string>(context, 'COUNTED', (what, { attempt }) => {
      if (what === 'fails' || (what === 'retries' && attempt === 1)) throw new Error('no');
      if (what === 'gives up') throw new JobFailure('never');
      if (what === 'snoozes' && attempt === 1 && !snoozed.has(what)) {
        snoozed.add(what);
        throw new JobSnooze(0);
      }
    });
    const snoozed = new Set<string>();
    const worker = daemons.worker(context, { concurrency: 5 });
    await definition.enqueueMany([
      { payload: 'works' },
      { payload: 'fails' },
      { payload: 'gives up' },
      { payload: 'snoozes' },
    ]);
    await definition.enqueue('retries', { numAttempts: 2, timeoutSecs: 0 });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 3 });
    await events.waitFor('WORKER_JOB_EXPIRE', { count: 2 });
    await worker.stop();
    expect(await totalOf(context, 'COUNTED')).toMatchObject({
      channel: 'DEFAULT',
      started: 7,
      outcomes: { succeeded: 3, failed: 2, retried: 1, snoozed: 1, released: 0, lost: 0, cancelled: 0 },
    });
    const total = await totalOf(context, 'COUNTED');
    for (const { counts } of [total?.wait, total?.run].map((one) => ({ counts: one?.counts ?? [] }))) {
      expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(7);
    }
  });

  it('is written every statsSecs, and nothing is sent where nothing happens', async () => {
    const sent: string[] = [];
    const driver = intercepted(schema.driver(), (statement, send) => {
      sent.push(statement.name);
      return send();
    });
    const context = schema.context({ statsSecs: 0.05 }, { driver });
    const { definition, runs } = await notedJob(context, 'OFTEN');
    const worker = daemons.worker(context);
    await until('the process has a lease', () => sent.includes('bearmq_register_process'));
    expect(sent).not.toContain('bearmq_record_stats');
    for (let n = 1; n <= 2; n += 1) {
      await definition.enqueue(null);
      await until('it is written', async () => (await totalOf(context, 'OFTEN'))?.outcomes.succeeded === n);
    }
    expect(runs).toHaveLength(2);
    await worker.stop();
  });

  it('is nothing with statsSecs: 0', async () => {
    const context = schema.context({ statsSecs: 0 });
    const events = logEvents(context);
    const { definition } = await notedJob(context, 'UNCOUNTED');
    const worker = daemons.worker(context);
    await definition.enqueue(null);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS');
    await worker.stop();
    expect(await totalOf(context, 'UNCOUNTED')).toBeUndefined();
  });

  it('is how long jobs waited since they were ready, not since they were enqueued', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition } = await notedJob(context, 'DELAYED');
    const jobId = await definition.enqueue(null, { delaySecs: 3_600 });
    await schema.age(3_600, 'job');
    const worker = daemons.worker(context);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    await worker.stop();
    expect((await totalOf(context, 'DELAYED'))?.wait.sumMs).toBeLessThan(60_000);
  });
});

describe('context.lanes', () => {
  it('tells of each lane what waits, what runs, and who takes it', async () => {
    const context = schema.context();
    const held = gate();
    const { definition } = await notedJob<null>(context, 'LANE', () => held.opened);
    await definition.enqueueMany([{}, {}, {}, { delaySecs: 60 }, { jobGroup: 'g' }]);
    expect(await laneOf(context, 'LANE')).toMatchObject({
      ready: { value: 4, isAtLeast: false },
      running: { value: 0 },
      served: 'no-process',
      slots: 0,
      oldestReadyAt: expect.any(Date),
    });
    const worker = daemons.worker(context, { concurrency: 2 });
    await until('two run', async () => (await laneOf(context, 'LANE'))?.running.value === 2);
    expect(await laneOf(context, 'LANE')).toMatchObject({ served: 'yes', processes: 1, slots: 2 });
    held.open();
    await until('all are over', async () => (await laneOf(context, 'LANE'))?.running.value !== 2);
    await worker.stop();
    expect(await laneOf(context, 'LANE')).toMatchObject({
      startedPerMin: expect.any(Number),
      failedShare: 0,
      waitMs: { p50: expect.any(Number), p99: expect.any(Number) },
    });
  });

  it('counts up to a limit, and has the rest from the last sample', async () => {
    const context = schema.context();
    const { definition } = await notedJob<null>(context, 'MANY');
    await definition.enqueueMany(Array.from({ length: 20 }, () => ({})));
    const [capped] = (await context.lanes({ upTo: 10 })).filter(({ jobName }) => jobName === 'MANY');
    expect(capped?.ready).toMatchObject({ value: 10, isAtLeast: true });
    await schema.rows('truncate {s}.lane_depth');
    await sampleDepth(schema.driver(), tablesOf(schema.name), null);
    const [sampled] = (await context.lanes({ upTo: 10 })).filter(({ jobName }) => jobName === 'MANY');
    expect(sampled).toMatchObject({
      ready: { value: 20, isAtLeast: false },
      scheduled: { value: 0 },
      blocked: { value: 0 },
    });
  });

  it('finds the oldest of several priorities', async () => {
    const context = schema.context();
    const { definition } = await notedJob(context, 'RANKED');
    const old = await definition.enqueue(null, { priority: -5 });
    await schema.rows("update {s}.job set enqueued_at = enqueued_at - interval '1 hour' where id = $1", [old]);
    await definition.enqueue(null, { priority: 5 });
    const since = (await laneOf(context, 'RANKED'))?.oldestReadyAt;
    expect(Date.now() - (since?.getTime() ?? 0)).toBeGreaterThan(3_000_000);
  });

  it('knows what is paused', async () => {
    const context = schema.context();
    const { definition } = await notedJob(context, 'PAUSED');
    await definition.enqueue(null);
    await schema.rows("insert into {s}.pause (kind, name) values ('name', 'PAUSED')");
    expect((await laneOf(context, 'PAUSED'))?.served).toBe('paused');
    await schema.rows('delete from {s}.pause');
  });

  it('refuses a limit that is none', async () => {
    await expect(schema.context().lanes({ upTo: 0 })).rejects.toThrow('context.lanes.upTo must be a whole number');
  });
});

describe('context.failures', () => {
  it('groups failed jobs by name and first line, numbers and hexadecimal digits aside', async () => {
    const own = schema.context();
    const events = logEvents(own);
    const { definition } = await notedJob<number>(own, 'FLAKY', (n) => {
      throw new Error(n === 0 ? 'out of paper' : `upstream answered 503 for order ${n}\nsecond line ${n}`);
    });
    const worker = daemons.worker(own);
    await definition.enqueueMany([0, 4711, 42, 7].map((payload) => ({ payload })));
    await events.waitFor('WORKER_JOB_EXPIRE', { count: 4 });
    await worker.stop();
    const { groups, isPartial } = await own.failures({ jobName: 'FLAKY' });
    expect(groups).toEqual([
      expect.objectContaining({
        jobName: 'FLAKY',
        count: 3,
        message: expect.stringContaining('upstream answered 503'),
      }),
      expect.objectContaining({ jobName: 'FLAKY', count: 1, message: expect.stringContaining('out of paper') }),
    ]);
    expect(isPartial).toBe(false);
    expect((await own.failures({ jobName: 'FLAKY', upTo: 2 })).isPartial).toBe(true);
    expect((await own.failures({ since: new Date(Date.now() + 60_000) })).groups).toEqual([]);
    const [sample] = await schema.rows('select name from {s}.finalized_job where id = $1', [groups[0]?.sampleId]);
    expect(sample).toEqual({ name: 'FLAKY' });
  });
});

describe('context.stats.series', () => {
  it('has what was counted in steps, before and after it is rolled up', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'CHARTED');
    const worker = daemons.worker(context);
    await definition.enqueueMany([{}, {}, {}]);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 3 });
    await worker.stop();
    const to = new Date(Date.now() + 60_000);
    for (const hours of [1, 12, 48]) {
      const from = new Date(to.getTime() - hours * 3_600_000);
      const series = await context.stats.series({ from, to, jobName: 'CHARTED' });
      const sum = (list: readonly number[]) => list.reduce((total, n) => total + n, 0);
      expect([sum(series.started), sum(series.outcomes.succeeded)]).toEqual([3, 3]);
      expect(series.started).toHaveLength(series.startsAt.length);
      expect(series.run.p99.filter((p99) => p99 !== null).length).toBeGreaterThan(0);
    }
  });

  it.each([
    [{ from: new Date('x') }, 'series.from must be a valid Date'],
    [{ from: new Date(2), to: new Date(1) }, 'series.to must be after from'],
    [{ from: new Date(0), to: new Date(1e10), stepSecs: 60 }, 'series.stepSecs must be longer'],
  ])('refuses %j', async (query, message) => {
    await expect(schema.context().stats.series(query)).rejects.toThrow(message);
  });
});

describe('context.stats.queue', () => {
  it('tells of processes, groups, what repeats and what is paused', async () => {
    const context = schema.context();
    const held = gate();
    const { definition } = await notedJob(context, 'GROUPED', () => held.opened);
    await definition.enqueue(null, { jobGroup: 'queue' });
    const worker = daemons.worker(context);
    await schema.rows("insert into {s}.pause (kind, name) values ('group', 'elsewhere')");
    await schema.rows(`insert into {s}.schedule (job_name, rule, next_at)
      values ('LATE', '{"everySecs": 60}', now() - interval '1 hour')`);
    const queue = await until('a group is busy', async () => {
      const found = await context.stats.queue();
      return found.groups.busy === 1 && found;
    });
    expect(queue).toMatchObject({
      processes: { alive: 1, overdue: 0 },
      groups: { longestHeldSecs: expect.any(Number) },
      pauses: [{ kind: 'group', name: 'elsewhere', since: expect.any(Date) }],
      schemaVersion: 1,
    });
    expect(queue.schedules.find(({ jobName }) => jobName === 'LATE')?.lateSecs).toBeGreaterThanOrEqual(3_600);
    expect(queue.tables.map(({ name }) => name)).toContain('job');
    await schema.rows('delete from {s}.pause');
    held.open();
    await worker.stop();
  });
});
