import { rejectionOf } from '@bearmq/test-support';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { PayloadError, ScheduleNotFoundError } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { countJobs, define, YEARLY } from './support/scheduled.ts';

const schema = useSchema();
const daemons = useDaemons();

beforeEach(async () => {
  await schema.rows('truncate {s}.schedule, {s}.job');
});

const payload = { to: 'ada' };
const HOUR_MS = 3_600_000;

describe('a schedule that somebody calls for', () => {
  it('is enqueued by trigger now, and has its next tick as it was', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition, runs } = define(context, 'NOW');
    await definition.register();
    const { nextAt } = await context.schedules.set(definition, { key: 'k', cron: YEARLY, payload, channel: 'C' });
    await context.schedules.pause('NOW', 'k');
    const jobId = await context.schedules.trigger('NOW', 'k');
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(runs[0]?.metadata).toMatchObject({ channel: 'C', tick: { key: 'k', isLate: false, origin: 'trigger' } });
    expect(Math.abs((runs[0]?.metadata.tick?.dueAt.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(events.of('JOB_DEFINITION_JOB_ENQUEUE', jobId)).toHaveLength(1);
    expect(await context.schedules.get('NOW', 'k')).toMatchObject({ nextAt, lastAt: null, lastJobId: null });
  });

  it('is enqueued by backfill for each tick of a stretch of time, by where its clock is', async () => {
    const context = schema.context();
    const { definition } = define(context, 'FILLED');
    await context.schedules.set(definition, { key: 'k', cron: '30 2 * * *', timeZone: 'Europe/Berlin', payload });
    const ids = await context.schedules.backfill(definition, 'k', {
      from: new Date('2026-03-28T01:30:00Z'),
      to: new Date('2026-03-30T00:30:00Z'),
    });
    const rows = await schema.rows(`select id::text, extras -> 'tick' as tick, payload from {s}.job order by seq`);
    const ticks = rows.map((row) => row['tick'] as { dueAtMs: number });
    expect(rows.map(({ id }) => id)).toEqual(ids);
    expect(ticks.map(({ dueAtMs }) => new Date(dueAtMs).toISOString())).toEqual([
      '2026-03-28T01:30:00.000Z',
      '2026-03-29T01:00:00.000Z',
    ]);
    expect(ticks[0]).toMatchObject({ key: 'k', isLate: true, origin: 'backfill' });
    expect(rows[0]?.['payload']).toEqual(payload);
  });

  it('is refused for too many ticks, and for those to come', async () => {
    const context = schema.context();
    const { definition } = define(context, 'REFUSED');
    await context.schedules.set(definition, { key: 'k', everySecs: 1, payload });
    const fill = (hoursAgo: number, hours: number) => {
      const from = new Date(Date.now() - hoursAgo * HOUR_MS);
      return rejectionOf(
        context.schedules.backfill(definition, 'k', { from, to: new Date(from.getTime() + hours * HOUR_MS) }),
      );
    };
    expect(await fill(10, 3)).toMatchObject({
      option: 'schedules.backfill.to',
      message: /more than 10000 ticks; make/,
    });
    expect(await fill(1, 3)).toMatchObject({ option: 'schedules.backfill.to', message: /must not be later than now/ });
    expect(await fill(1, -1)).toMatchObject({ option: 'schedules.backfill.to', message: /must be later than from/ });
    expect(await countJobs(schema, 'REFUSED')).toBe(0);
  });
});

describe('what cannot be done', () => {
  it('is told of: no schedule, no definition, a key of the other kind', async () => {
    const context = schema.context();
    const { definition } = define(context, 'DECLARED', [{ key: 'mine', cron: YEARLY, payload }]);
    await definition.register();
    const { schedules } = context;
    for (const call of [
      () => schedules.pause('DECLARED', 'none'),
      () => schedules.resume('NONE'),
      () => schedules.trigger('DECLARED', 'none'),
      () => schedules.backfill('DECLARED', 'none', { from: new Date(0), to: new Date(1) }),
    ]) {
      expect(await rejectionOf(call())).toBeInstanceOf(ScheduleNotFoundError);
    }
    expect(await schedules.remove('DECLARED', 'none')).toBe(false);
    expect(await rejectionOf(schedules.trigger('UNKNOWN', 'k'))).toMatchObject({
      name: 'InvalidOptionError',
      message: expect.stringContaining('needs the definition of "UNKNOWN": register it in this context'),
    });
    const spec = { key: 'mine', cron: YEARLY, payload };
    expect(await rejectionOf(schedules.set(definition, spec))).toMatchObject({ option: 'schedules.set.key' });
    const other = schema.context();
    const undeclared = define(other, 'DECLARED').definition;
    expect(await rejectionOf(other.schedules.set(undeclared, spec))).toMatchObject({ option: 'schedules.set.key' });
    await other.schedules.set(undeclared, { ...spec, key: 'theirs' });
    const both = define(schema.context(), 'DECLARED', [{ ...spec, key: 'theirs' }]).definition;
    expect(await rejectionOf(both.register())).toMatchObject({
      name: 'InvalidOptionError',
      message: expect.stringContaining('which a call of context.schedules.set has taken'),
    });
    expect(await schedules.get('DECLARED', 'theirs')).toMatchObject({ origin: 'api' });
    await undeclared.register(); // it declares none, and leaves all of them alone
    expect((await schedules.list({ jobName: 'DECLARED' })).schedules.map(({ key }) => key)).toEqual(['mine', 'theirs']);
  });

  it('is told of: a payload that is no JSON, or too large for a schedule', async () => {
    const context = schema.context();
    const { definition } = define(context, 'LARGE');
    const set = (to: unknown) =>
      rejectionOf(context.schedules.set(definition, { key: 'k', cron: YEARLY, payload: { to } as never }));
    expect(await set(Number.NaN)).toBeInstanceOf(PayloadError);
    expect(await set('x'.repeat(1024 * 1024))).toMatchObject({
      name: 'PayloadError',
      problem: /1048576 bytes of JSON/,
    });
  });
});
