import { beforeEach, describe, expect, it } from '@jest/globals';
import { JobDefinition } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { counted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { until } from '../support/until.ts';
import { countJobs, define, LOOKS, makeDue, type Payload, YEARLY } from './support/scheduled.ts';

const schema = useSchema();
const daemons = useDaemons();

beforeEach(async () => {
  await schema.rows('truncate {s}.schedule, {s}.job');
});

describe('a schedule that a definition declares', () => {
  it('is run with its payload and settings, and is told of its tick', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition, runs } = define(context, 'REPORT', [
      {
        key: 'nightly',
        cron: YEARLY,
        timeZone: 'Europe/Berlin',
        payload: { to: 'ada' },
        channel: 'REPORTS',
        priority: 7,
        jobGroup: 'reports',
        numAttempts: 3,
        timeoutSecs: 1,
        headers: { tenant: 't1' },
      },
    ]);
    await definition.register();
    daemons.orchestrator(context, { jobSchedulePollSecs: 0.1 });
    daemons.worker(context);
    await makeDue(schema, 'REPORT', 5, 'nightly');
    const [tick] = await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE');
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: tick?.jobId ?? '' });
    expect(tick).toMatchObject({ jobName: 'REPORT', scheduleKey: 'nightly', dueAt: expect.any(Date) });
    expect(runs).toHaveLength(1);
    expect(runs[0]?.payload).toEqual({ to: 'ada' });
    expect({ ...runs[0]?.metadata }).toMatchObject({
      jobId: tick?.jobId,
      channel: 'REPORTS',
      priority: 7,
      jobGroup: 'reports',
      numAttempts: 3,
      headers: { tenant: 't1' },
      tick: { key: 'nightly', dueAt: tick?.dueAt, isLate: false, origin: 'schedule' },
    });
    // New Year in Berlin.
    const next = (await context.schedules.get('REPORT', 'nightly'))?.nextAt.toISOString() ?? '';
    expect(next).toMatch(/-12-31T23:00:00.000Z$/);
  });

  it('has the group that its definition makes of its payload', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const definition = new JobDefinition<Payload>({
      context,
      name: 'GROUPED',
      jobGroupGenerator: ({ to }) => `to ${to}`,
      schedules: [{ everySecs: 3_600, payload: { to: 'bob' } }],
      workFunction: () => {},
    });
    await definition.register();
    daemons.orchestrator(context);
    await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE');
    expect(await schema.rows('select job_group, payload from {s}.job')).toEqual([
      { job_group: 'to bob', payload: { to: 'bob' } },
    ]);
  });

  it('with an interval has its first tick at once, and the others when they are due, whenever the orchestrator would look', async () => {
    const context = schema.context();
    const events = logEvents(context);
    await define(context, 'OFTEN', [{ everySecs: 0.2, payload: { to: 'x' } }]).definition.register();
    daemons.orchestrator(context, { jobSchedulePollSecs: 3_600 });
    const ticks = await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE', { count: 6 });
    const due = ticks.map(({ dueAt }) => dueAt.getTime());
    const [first = 0] = due;
    for (const ms of due) expect((ms - first) % 200).toBe(0);
    expect(new Set(due).size).toBe(due.length);
    const late = await schema.value(
      `select max(extract(epoch from enqueued_at) * 1000 - (extras -> 'tick' ->> 'dueAtMs')::float8) from {s}.job
       where name = 'OFTEN' and seq > (select min(seq) from {s}.job where name = 'OFTEN')`,
    );
    expect(Number(late)).toBeLessThan(2_000);
  });

  it('wakes an orchestrator that was there before it, and is enqueued beside what repeats', async () => {
    const context = schema.context();
    const events = logEvents(context);
    daemons.orchestrator(context, { jobSchedulePollSecs: 3_600 });
    const both = new JobDefinition({
      context,
      name: 'BOTH',
      repeatSecs: 3_600,
      schedules: [{ key: 'other', everySecs: 3_600 }],
      workFunction: () => {},
    });
    await both.register();
    const told = await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE', { count: 2 });
    expect(told.map(({ scheduleKey }) => scheduleKey).sort()).toEqual(['default', 'other']);
    expect(told.every(({ dueAt }) => Math.abs(dueAt.getTime() - Date.now()) < 60_000)).toBe(true);
    const rows = 'select key, origin from {s}.schedule order by key';
    expect(await schema.rows(rows)).toEqual([
      { key: 'default', origin: 'repeat' },
      { key: 'other', origin: 'definition' },
    ]);
    await both.register();
    expect(await schema.rows(rows)).toHaveLength(2);
  });

  it('is enqueued only where its definition is registered and declares it', async () => {
    const elsewhere = schema.context();
    await define(elsewhere, 'ELSEWHERE', [{ everySecs: 3_600, payload: { to: 'x' } }]).definition.register();
    await define(elsewhere, 'SHARED', [
      { key: 'old', everySecs: 3_600, payload: { to: 'x' } },
      { key: 'new', everySecs: 3_600, payload: { to: 'x' } },
    ]).definition.register();
    const counts = counted(schema.driver());
    const context = schema.context({}, { driver: counts.driver });
    const events = logEvents(context);
    // A process of the release before, which does not know of `new`; it has deleted that, and the others enter it again.
    const before = define(context, 'SHARED', [{ key: 'old', everySecs: 3_600, payload: { to: 'x' } }]);
    await before.definition.register();
    await schema.rows(
      `insert into {s}.schedule (job_name, key, rule, payload) values ('SHARED', 'new', '{"everySecs":3600}', '{}')`,
    );
    daemons.orchestrator(context, { jobSchedulePollSecs: 0.1 });
    await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE');
    counts.reset();
    await until('it has looked often', () => counts.of(LOOKS) >= 3);
    expect(events.of('ORCHESTRATOR_JOB_SCHEDULE').map(({ scheduleKey }) => scheduleKey)).toEqual(['old']);
    expect(await countJobs(schema, 'ELSEWHERE')).toBe(0);
    // It is deleted once it is long overdue: no release is there any more that would enqueue it.
    await makeDue(schema, 'SHARED', 301, 'new');
    await until('it is gone', async () => (await context.schedules.get('SHARED', 'new')) === null);
    expect(await countJobs(schema, 'SHARED')).toBe(1);
    expect(await countJobs(schema, 'ELSEWHERE')).toBe(0);
  });

  it('goes on after its row was deleted by hand', async () => {
    const context = schema.context();
    const events = logEvents(context);
    await define(context, 'AGAIN', [{ everySecs: 0.5, payload: { to: 'x' } }]).definition.register();
    daemons.orchestrator(context, { jobSchedulePollSecs: 0.2 });
    await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE');
    await schema.rows('truncate {s}.schedule');
    const before = events.of('ORCHESTRATOR_JOB_SCHEDULE').length;
    await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE', { count: before + 2 });
    expect(events.of('DAEMON_ERROR')).toEqual([]);
  });

  it('whose job cannot be made keeps no other from being enqueued, and is told of', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const broken = new JobDefinition({
      context,
      name: 'BROKEN',
      schedules: [{ everySecs: 3_600 }],
      jobGroupGenerator: () => {
        throw new Error('no group');
      },
      workFunction: () => {},
    });
    await broken.register();
    await define(context, 'SOUND', [{ everySecs: 3_600, payload: { to: 'x' } }]).definition.register();
    daemons.orchestrator(context);
    const [tick] = await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE');
    expect(tick?.jobName).toBe('SOUND');
    const [warning] = await events.waitFor('WARNING');
    expect(warning).toMatchObject({ message: expect.stringContaining('BROKEN'), error: new Error('no group') });
  });
});
