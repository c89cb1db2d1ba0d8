import { beforeEach, describe, expect, it } from '@jest/globals';
import { type Context, JobDefinition, type JobDefinitionOptions } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { counted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();

beforeEach(async () => {
  await schema.rows('delete from {s}.schedule');
});

type Options = Partial<JobDefinitionOptions<null>>;

async function repeating(context: Context, name: string, repeatSecs: number, options: Options = {}) {
  const definition = new JobDefinition({ workFunction: () => {}, ...options, context, name, repeatSecs });
  await definition.register();
  return definition;
}

const jobsOf = (name: string) => schema.value('select count(*)::int from {s}.job where name = $1', [name]);
const times = async (name: string) => {
  const [row] = await schema.rows(
    `select extract(epoch from last_at)::float8 as last, extract(epoch from next_at)::float8 as next,
      extract(epoch from now())::float8 as now from {s}.schedule where job_name = $1`,
    [name],
  );
  return row as { last: number; next: number; now: number };
};

describe('a repeating job', () => {
  it('has its first tick at once, and is run with null and its own settings', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const seen: unknown[] = [];
    await repeating(context, 'FIRST', 3_600, {
      channel: 'TICKS',
      numAttempts: 2,
      jobGroupGenerator: () => 'ticks',
      workFunction: (payload, { channel, jobGroup, numAttempts }) => {
        seen.push({ payload, channel, jobGroup, numAttempts });
      },
    });
    daemons.orchestrator(context);
    daemons.worker(context);
    const [tick] = await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE');
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: tick?.jobId ?? '' });
    expect(seen).toEqual([{ payload: null, channel: 'TICKS', jobGroup: 'ticks', numAttempts: 2 }]);
    const { last, next, now } = await times('FIRST');
    expect(next - last).toBeCloseTo(3_600, 3);
    expect(last).toBeLessThanOrEqual(now);
  });

  it('has each tick once, with three orchestrators in three contexts', async () => {
    const contexts = [0, 1, 2].map(() => schema.context());
    const logs = contexts.map((context) => logEvents(context));
    for (const context of contexts) await repeating(context, 'THREE', 0.2);
    const { next: first } = await times('THREE');
    const all = contexts.flatMap((context) => [daemons.orchestrator(context), daemons.orchestrator(context)]);
    const ticks = () => logs.flatMap((log) => log.of('ORCHESTRATOR_JOB_SCHEDULE'));
    await until('twelve ticks were told of', () => ticks().length >= 12);
    await Promise.all(all.map((orchestrator) => orchestrator.stop()));
    const told = ticks().map(({ jobId }) => jobId);
    expect(new Set(told).size).toBe(told.length);
    expect(await jobsOf('THREE')).toBe(told.length);
    const { next } = await times('THREE');
    const due = (next - first) / 0.2;
    expect(due).toBeCloseTo(Math.round(due), 3); // ticks lie on the grid of the first
    expect(told.length).toBeLessThanOrEqual(Math.round(due));
  });

  it('is enqueued when it is due, not when the orchestrator would look', async () => {
    const context = schema.context();
    const events = logEvents(context);
    await repeating(context, 'EXACT', 0.3);
    daemons.orchestrator(context, { jobSchedulePollSecs: 3_600 });
    await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE', { count: 4 });
    const [row] = await schema.rows(
      `select extract(epoch from max(enqueued_at) - min(enqueued_at))::float8 as span, count(*)::int
       from {s}.job where name = 'EXACT'`,
    );
    // The first comes when it comes, and the others are due on its grid.
    expect(row?.['span']).toBeGreaterThan(0.3 * (Number(row?.['count']) - 2));
  });

  it('may be registered after the orchestrator was made: it is woken', async () => {
    const context = schema.context();
    const events = logEvents(context);
    daemons.orchestrator(context, { jobSchedulePollSecs: 3_600 });
    await repeating(context, 'EARLIER', 3_600);
    await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE');
    await repeating(context, 'LATER', 3_600);
    const told = await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE', { count: 2 });
    expect(told.map(({ jobName }) => jobName)).toEqual(['EARLIER', 'LATER']);
  });

  it('makes up for all the ticks that were missed by one, and keeps to its grid', async () => {
    const context = schema.context();
    const events = logEvents(context);
    await repeating(context, 'MISSED', 100);
    const first = daemons.orchestrator(context);
    await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE');
    await first.stop();
    await schema.age(1_050, 'schedule');
    const { last: before } = await times('MISSED');
    const counts = counted(schema.driver());
    const second = schema.context({}, { driver: counts.driver });
    const secondEvents = logEvents(second);
    await repeating(second, 'MISSED', 100);
    daemons.orchestrator(second, { jobSchedulePollSecs: 0.1 });
    await secondEvents.waitFor('ORCHESTRATOR_JOB_SCHEDULE');
    counts.reset();
    await until('it has looked again', () => counts.of('bearmq_fire_schedules') >= 3);
    expect(secondEvents.of('ORCHESTRATOR_JOB_SCHEDULE')).toHaveLength(1);
    expect(await jobsOf('MISSED')).toBe(2);
    const { next, now } = await times('MISSED');
    expect((next - before) % 100).toBeCloseTo(0, 3);
    expect(next).toBeGreaterThan(now);
    expect(next).toBeLessThanOrEqual(now + 100);
  });

  it('keeps its next tick when it is registered again, and counts a new interval from the last tick', async () => {
    const context = schema.context();
    const events = logEvents(context);
    await repeating(context, 'CHANGED', 3_600);
    const before = await times('CHANGED');
    await repeating(schema.context(), 'CHANGED', 60); // no tick yet: it stays due at once
    expect((await times('CHANGED')).next).toBe(before.next);
    const orchestrator = daemons.orchestrator(context);
    await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE');
    await orchestrator.stop();
    const { last, next } = await times('CHANGED');
    expect(next - last).toBeCloseTo(60, 3);
    await repeating(schema.context(), 'CHANGED', 60);
    expect(await times('CHANGED')).toMatchObject({ last, next });
    await repeating(schema.context(), 'CHANGED', 7_200);
    expect((await times('CHANGED')).next - last).toBeCloseTo(7_200, 3);
    expect(await jobsOf('CHANGED')).toBe(1);
  });

  it('needs a registration in the context of an orchestrator', async () => {
    await repeating(schema.context(), 'NOT_HERE', 0.1);
    const counts = counted(schema.driver());
    const context = schema.context({}, { driver: counts.driver });
    const events = logEvents(context);
    await repeating(context, 'HERE', 3_600);
    daemons.orchestrator(context, { jobSchedulePollSecs: 0.1 });
    await until('it has looked often', () => counts.of('bearmq_fire_schedules') >= 4);
    expect(events.of('ORCHESTRATOR_JOB_SCHEDULE').map(({ jobName }) => jobName)).toEqual(['HERE']);
    expect(await jobsOf('NOT_HERE')).toBe(0);
  });

  it('that became due by another hand is found every jobSchedulePollSecs', async () => {
    const context = schema.context();
    const events = logEvents(context);
    await repeating(context, 'FOUND', 3_600);
    daemons.orchestrator(context, { jobSchedulePollSecs: 0.1 });
    await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE');
    await schema.age(3_600, 'schedule');
    await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE', { count: 2 });
  });

  it('can be enqueued by hand as well', async () => {
    const context = schema.context();
    const definition = await repeating(context, 'BY_HAND', 3_600);
    await definition.enqueue();
    expect(await jobsOf('BY_HAND')).toBe(1);
  });

  it('waits for its delay after each tick', async () => {
    const context = schema.context();
    const events = logEvents(context);
    await repeating(context, 'DELAYED', 3_600, { delaySecs: 50 });
    daemons.orchestrator(context);
    const [tick] = await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE');
    const state = `select state::text, extract(epoch from run_at - enqueued_at)::int as delay from {s}.job where id = $1`;
    expect(await schema.rows(state, [tick?.jobId])).toEqual([{ state: 'scheduled', delay: 50 }]);
  });

  it('whose group generator throws keeps no other from repeating', async () => {
    const context = schema.context();
    const events = logEvents(context);
    await repeating(context, 'BROKEN', 3_600, {
      jobGroupGenerator: () => {
        throw new Error('no group');
      },
    });
    await repeating(context, 'SOUND', 3_600);
    daemons.orchestrator(context);
    const [tick] = await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE');
    expect(tick?.jobName).toBe('SOUND');
    const [warning] = await events.waitFor('WARNING');
    expect(warning).toMatchObject({ message: expect.stringContaining('BROKEN'), error: new Error('no group') });
  });
});
