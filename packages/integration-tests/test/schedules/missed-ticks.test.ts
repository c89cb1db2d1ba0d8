import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ScheduleSpec } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { until } from '../support/until.ts';
import { countJobs, define, makeDue, type Payload, YEARLY } from './support/scheduled.ts';

const schema = useSchema();
const daemons = useDaemons();

beforeEach(async () => {
  await schema.rows('truncate {s}.schedule, {s}.job');
});

describe('ticks that were missed', () => {
  const cases: readonly (readonly [Partial<ScheduleSpec<Payload>>, number, string | null])[] = [
    [{}, 1, null],
    [{ catchUp: 'all' }, 11, null],
    [{ catchUp: 'all', maxLateSecs: 25 }, 3, 'late'],
    [{ catchUp: 'none' }, 1, null],
    [{ overlap: 'skip', catchUp: 'all' }, 1, 'overlap'],
  ];

  it.each(cases)('with %j: %d are enqueued, left out: %s', async (how, count, reason) => {
    const context = schema.context();
    const events = logEvents(context);
    const spec = { everySecs: 10, payload: { to: 'x' }, ...how } as ScheduleSpec<Payload>;
    await define(context, 'MISSED', [spec]).definition.register();
    await makeDue(schema, 'MISSED', 104);
    daemons.orchestrator(context);
    await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE', { count });
    await until('the next is planned', async () => {
      const { nextAt } = (await context.schedules.get('MISSED')) ?? {};
      return (nextAt?.getTime() ?? 0) > Date.now() - 60_000;
    });
    expect(events.of('ORCHESTRATOR_JOB_SCHEDULE')).toHaveLength(count);
    expect(await countJobs(schema, 'MISSED')).toBe(count);
    const due = events.of('ORCHESTRATOR_JOB_SCHEDULE').map(({ dueAt }) => dueAt.getTime());
    expect([...due].sort((a, b) => a - b)).toEqual(due);
    const inOrder = `select extras -> 'tick' ->> 'dueAtMs' as due from {s}.job order by seq`;
    expect((await schema.rows(inOrder)).map((row) => Number(row['due']))).toEqual(due);
    expect(events.of('ORCHESTRATOR_SCHEDULE_SKIP').map((skip) => skip.reason)).toEqual(reason === null ? [] : [reason]);
  });

  it('are left out where they are too late, and told of', async () => {
    const context = schema.context();
    const events = logEvents(context);
    await define(context, 'LATE', [{ cron: YEARLY, catchUp: 'none', payload: { to: 'x' } }]).definition.register();
    await makeDue(schema, 'LATE', 100);
    const dueAt = (await context.schedules.get('LATE'))?.nextAt;
    daemons.orchestrator(context);
    const [skip] = await events.waitFor('ORCHESTRATOR_SCHEDULE_SKIP');
    expect(skip).toMatchObject({ jobName: 'LATE', scheduleKey: 'default', reason: 'late', dueAt });
    expect(await countJobs(schema, 'LATE')).toBe(0);
    expect(await context.schedules.get('LATE')).toMatchObject({ lastAt: dueAt, lastJobId: null });
  });

  it('say so in the metadata of their job', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition, runs } = define(context, 'TOLD', [{ cron: YEARLY, payload: { to: 'x' } }]);
    await definition.register();
    await makeDue(schema, 'TOLD', 100);
    daemons.orchestrator(context);
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS');
    expect(runs[0]?.metadata.tick).toMatchObject({ isLate: true, origin: 'schedule' });
  });
});

describe('a schedule whose runs must not overlap', () => {
  it('is left out while the job of its last tick is not over, and told of', async () => {
    const context = schema.context();
    const events = logEvents(context);
    await define(context, 'ALONE', [{ everySecs: 3_600, overlap: 'skip', payload: { to: 'x' } }]).definition.register();
    daemons.orchestrator(context, { jobSchedulePollSecs: 0.1 });
    const [first] = await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE');
    await makeDue(schema, 'ALONE');
    const [skip] = await events.waitFor('ORCHESTRATOR_SCHEDULE_SKIP');
    expect(skip).toMatchObject({ jobName: 'ALONE', reason: 'overlap' });
    expect(await context.schedules.get('ALONE')).toMatchObject({ lastAt: skip?.dueAt, lastJobId: first?.jobId });
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS');
    await makeDue(schema, 'ALONE');
    await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE', { count: 2 });
    expect(events.of('ORCHESTRATOR_SCHEDULE_SKIP')).toHaveLength(1);
  });
});

describe('the jitter of a schedule', () => {
  it('delays its jobs by a part of it, each by another', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const keys = Array.from({ length: 20 }, (_, i) => `tenant ${i}`);
    const spec = { cron: YEARLY, jitterSecs: 1_000, payload: { to: 'x' } };
    await define(
      context,
      'JITTER',
      keys.map((key) => ({ key, ...spec })),
    ).definition.register();
    await schema.rows(`update {s}.schedule set next_at = date_trunc('second', now())`);
    daemons.orchestrator(context);
    await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE', { count: 20 });
    const rows = await schema.rows(
      `select extract(epoch from run_at - enqueued_at)::float8 as secs, state::text from {s}.job`,
    );
    const secs = rows.map((row) => Number(row['secs']));
    expect(rows.every(({ state }) => state === 'scheduled')).toBe(true);
    expect(Math.max(...secs)).toBeLessThan(1_000);
    expect(Math.max(...secs) - Math.min(...secs)).toBeGreaterThan(300);
    expect(new Set(secs).size).toBe(20);
  });
});
