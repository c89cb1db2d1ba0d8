import { rejectionOf } from '@bearmq/test-support';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { JobDefinition } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { countJobs, define, makeDue, YEARLY } from './support/scheduled.ts';

const schema = useSchema();
const daemons = useDaemons();

beforeEach(async () => {
  await schema.rows('truncate {s}.schedule, {s}.job');
});

const payload = { to: 'ada' };

describe('a schedule that is set', () => {
  it('is what get and list tell of it, and is enqueued by an orchestrator that has its definition', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition } = define(context, 'TENANT');
    const record = await context.schedules.set(definition, {
      key: 't1',
      everySecs: 3_600,
      catchUp: 'all',
      maxLateSecs: 60,
      overlap: 'skip',
      jitterSecs: 5,
      payload,
      priority: 3,
      backoff: { type: 'fixed', delaySecs: 5 },
      headers: { tenant: 't1' },
    });
    expect(record).toEqual({
      jobName: 'TENANT',
      key: 't1',
      origin: 'api',
      cron: null,
      timeZone: null,
      everySecs: 3_600,
      catchUp: 'all',
      maxLateSecs: 60,
      overlap: 'skip',
      jitterSecs: 5,
      overrides: { priority: 3, backoff: { type: 'fixed', delaySecs: 5 }, headers: { tenant: 't1' } },
      payload,
      nextAt: expect.any(Date),
      lastAt: null,
      lastJobId: null,
      pausedAt: null,
      updatedAt: expect.any(Date),
    });
    expect(await context.schedules.get('TENANT', 't1')).toEqual(record);
    expect(await context.schedules.get(definition, 't2')).toBe(null);
    await context.schedules.set(definition, { key: 't0', cron: YEARLY, payload });
    expect((await context.schedules.list()).schedules.map(({ key }) => key)).toEqual(['t0', 't1']);
    daemons.orchestrator(context);
    await definition.register(); // which leaves it alone
    const [tick] = await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE');
    expect(tick).toMatchObject({ jobName: 'TENANT', scheduleKey: 't1', dueAt: record.nextAt });
  });

  it('again and the same changes nothing; with another rule it has its next tick from now on, and keeps its last', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition } = define(context, 'CHANGED');
    await definition.register();
    const spec = { key: 'k', everySecs: 3_600, payload };
    await context.schedules.set(definition, spec);
    const orchestrator = daemons.orchestrator(context);
    await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE');
    await orchestrator.stop();
    const row = 'select revision, next_at, last_at, last_job_id, paused_at from {s}.schedule';
    const [before] = await schema.rows(row);
    await context.schedules.set(definition, spec);
    expect(await schema.rows(row)).toEqual([before]);
    // What is due is left due where only the payload is another.
    await schema.age(7_000, 'schedule');
    const { nextAt } = await context.schedules.set(definition, { ...spec, payload: { to: 'bob' } });
    expect(nextAt.getTime()).toBeLessThan(Date.now());
    const last = (await context.schedules.get('CHANGED', 'k'))?.lastAt;
    const interval = await context.schedules.set(definition, { ...spec, everySecs: 900 });
    expect(interval.lastAt).toEqual(last);
    expect(interval.nextAt.getTime()).toBeGreaterThan(Date.now());
    expect(interval.nextAt.getTime() - Date.now()).toBeLessThan(901_000);
    expect((interval.nextAt.getTime() - (last?.getTime() ?? 0)) % 900_000).toBe(0);
    const cron = await context.schedules.set(definition, { key: 'k', cron: YEARLY, payload });
    expect(cron).toMatchObject({ lastAt: last, everySecs: null, timeZone: 'UTC' });
    expect(cron.nextAt.toISOString()).toMatch(/-01-01T00:00:00.000Z$/);
    expect(await countJobs(schema, 'CHANGED')).toBe(1);
  });

  it('goes with the transaction that it is set in', async () => {
    const context = schema.context();
    const { definition } = define(context, 'WITHIN');
    const driver = schema.driver();
    const undone = driver.transaction(async (tx) => {
      await context.schedules.set(definition, { key: 'k', cron: YEARLY, payload }, { tx });
      throw new RangeError('on purpose');
    });
    expect(await rejectionOf(undone)).toBeInstanceOf(RangeError);
    expect(await context.schedules.get('WITHIN', 'k')).toBe(null);
    await driver.transaction(async (tx) => {
      await context.schedules.set(definition, { key: 'k', cron: YEARLY, payload }, { tx });
      await context.schedules.trigger(definition, 'k', { tx });
    });
    expect(await context.schedules.get('WITHIN', 'k')).not.toBe(null);
    expect(await countJobs(schema, 'WITHIN')).toBe(1);
  });

  it('is listed a page at a time, of one definition or of all', async () => {
    const context = schema.context();
    const [a, b] = [define(context, 'A').definition, define(context, 'B').definition];
    for (const key of ['1', '2', '3']) {
      await context.schedules.set(a, { key, cron: YEARLY, payload });
      await context.schedules.set(b, { key, cron: YEARLY, payload });
    }
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const page = await context.schedules.list({ limit: 4, ...(after === null ? {} : { after }) });
      seen.push(...page.schedules.map(({ jobName, key }) => jobName + key));
      after = page.next;
    } while (after !== null);
    expect(seen).toEqual(['A1', 'A2', 'A3', 'B1', 'B2', 'B3']);
    expect((await context.schedules.list({ jobName: 'B' })).schedules.map(({ key }) => key)).toEqual(['1', '2', '3']);
  });
});

describe('a schedule that is paused', () => {
  it('has no ticks until it is resumed, and goes on with the next one', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition } = define(context, 'PAUSED');
    await definition.register();
    await context.schedules.set(definition, { key: 'k', everySecs: 3_600, payload });
    await context.schedules.pause('PAUSED', 'k');
    await context.schedules.pause(definition, 'k');
    const pausedAt = (await context.schedules.get('PAUSED', 'k'))?.pausedAt;
    expect(pausedAt).toBeInstanceOf(Date);
    expect((await context.schedules.set(definition, { key: 'k', everySecs: 7_200, payload })).pausedAt).toEqual(
      pausedAt,
    );
    await makeDue(schema, 'PAUSED', 10_000, 'k');
    await context.schedules.set(definition, { key: 'other', everySecs: 3_600, payload });
    daemons.orchestrator(context, { jobSchedulePollSecs: 0.1 });
    await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE');
    const due = (await context.schedules.get('PAUSED', 'k'))?.nextAt.getTime() ?? 0;
    await context.schedules.resume('PAUSED', 'k');
    await context.schedules.resume('PAUSED', 'k');
    const resumed = await context.schedules.get('PAUSED', 'k');
    expect(resumed?.pausedAt).toBe(null);
    expect(resumed?.nextAt.getTime()).toBe(due + 2 * 7_200_000);
    expect(events.of('ORCHESTRATOR_JOB_SCHEDULE').map(({ scheduleKey }) => scheduleKey)).toEqual(['other']);
  });

  it('may be that of repeatSecs', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const repeating = new JobDefinition({ context, name: 'REPEATS', repeatSecs: 0.5, workFunction: () => {} });
    await repeating.register();
    expect(await context.schedules.get('REPEATS')).toMatchObject({ origin: 'repeat', everySecs: 0.5, payload: null });
    await context.schedules.pause('REPEATS');
    daemons.orchestrator(context, { jobSchedulePollSecs: 0.1 });
    await context.schedules.resume('REPEATS');
    await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE', { count: 2 });
  });
});
