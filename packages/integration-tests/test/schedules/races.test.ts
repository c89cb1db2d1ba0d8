import type { Driver } from '@bearmq/core/driver';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Context } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { counted, intercepted, losingAnswers } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { gate, until } from '../support/until.ts';
import { countJobs, define, LOOKS, makeDue, YEARLY } from './support/scheduled.ts';
import { withShiftedClock } from './support/shifted-clock.ts';

const schema = useSchema();
const daemons = useDaemons();
const payload = { to: 'ada' };
const FIRE = 'bearmq_fire_ticks';

beforeEach(async () => {
  await schema.rows('truncate {s}.schedule, {s}.job');
});

/** Holds what an orchestrator sends between its look and the insert. */
function heldFires(inner: Driver) {
  const [reached, go] = [gate(), gate()];
  const driver = intercepted(inner, async ({ name }, send) => {
    if (name !== FIRE) return await send();
    reached.open();
    await go.opened;
    return await send();
  });
  return { driver, reached: reached.opened, go: go.open };
}

async function entered(context: Context, name: string) {
  const { definition } = define(context, name);
  await definition.register();
  await context.schedules.set(definition, { key: 'default', cron: YEARLY, payload });
  await makeDue(schema, name);
  return definition;
}

describe('a tick', () => {
  it('is enqueued once by two orchestrators that have both seen that it is due', async () => {
    const [one, other] = [heldFires(schema.driver()), heldFires(schema.driver())];
    const contexts = [one, other].map(({ driver }) => schema.context({}, { driver }));
    const logs = contexts.map((context) => logEvents(context));
    await entered(contexts[0] as Context, 'TWO');
    await define(contexts[1] as Context, 'TWO').definition.register();
    for (const context of contexts) daemons.orchestrator(context, { jobSchedulePollSecs: 0.1 });
    await Promise.all([one.reached, other.reached]);
    one.go();
    other.go();
    await until('it is enqueued', () => logs.some((log) => log.of('ORCHESTRATOR_JOB_SCHEDULE').length > 0));
    await until('each has looked again', async () => {
      const page = await (contexts[0] as Context).schedules.get('TWO');
      return (page?.nextAt.getTime() ?? 0) > Date.now();
    });
    await Promise.all(contexts.map((context) => context.schedules.trigger('TWO'))); // a round trip of each
    expect(logs.flatMap((log) => log.of('ORCHESTRATOR_JOB_SCHEDULE'))).toHaveLength(1);
    expect(await countJobs(schema, 'TWO')).toBe(3);
  });

  it('is enqueued by another when its orchestrator dies between its look and the insert, whose insert comes too late', async () => {
    const dying = heldFires(schema.driver());
    const context = schema.context({}, { driver: dying.driver });
    await entered(context, 'DIES');
    const first = daemons.orchestrator(context, { jobSchedulePollSecs: 0.1 });
    await dying.reached;
    const second = schema.context();
    const events = logEvents(second);
    await define(second, 'DIES').definition.register();
    daemons.orchestrator(second, { jobSchedulePollSecs: 0.1 });
    await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE');
    dying.go();
    await first.stop();
    expect(await countJobs(schema, 'DIES')).toBe(1);
  });

  it('is enqueued once where the answer to its insert is lost', async () => {
    const losing = losingAnswers(schema.driver(), [FIRE], 2);
    const counts = counted(losing.driver);
    const context = schema.context({}, { driver: counts.driver });
    const events = logEvents(context);
    await entered(context, 'LOST');
    daemons.orchestrator(context, { jobSchedulePollSecs: 0.1 });
    await events.waitFor('DAEMON_ERROR');
    await makeDue(schema, 'LOST');
    await until('two answers were lost', () => losing.lost() === 2);
    const looks = counts.of(LOOKS);
    await until('it has looked again', () => counts.of(LOOKS) > looks + 1);
    expect(await countJobs(schema, 'LOST')).toBe(2);
  });

  it('is due by the clock of the database, whatever that of a process', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition } = define(context, 'SHIFTED');
    for (const days of [1, -1]) {
      await withShiftedClock(days * 86_400_000, async () => {
        await definition.register();
        const inSeconds = await schema.value(`select to_char(now() at time zone 'UTC' + interval '3 s', 'SS MI HH24')`);
        const [second, minute, hour] = String(inSeconds).split(' ').map(Number);
        const cron = `${second} ${minute} ${hour} * * *`;
        const key = `shifted by ${days}`;
        const { nextAt } = await context.schedules.set(definition, { key, cron, payload });
        const ahead = await schema.value('select extract(epoch from $1::timestamptz - now())::float8', [nextAt]);
        expect(ahead).toBeLessThan(4);
        const orchestrator = daemons.orchestrator(context, { jobSchedulePollSecs: 3_600 });
        await until('it was enqueued', () =>
          events.of('ORCHESTRATOR_JOB_SCHEDULE').some(({ scheduleKey }) => scheduleKey === key),
        );
        const late = `select extract(epoch from enqueued_at)::float8 * 1000 - (extras -> 'tick' ->> 'dueAtMs')::float8
          from {s}.job order by seq desc limit 1`;
        expect(await schema.value(late)).toBeGreaterThanOrEqual(0);
        await orchestrator.stop();
      });
    }
    expect(events.of('ORCHESTRATOR_JOB_SCHEDULE')).toHaveLength(2);
  });
});

describe('what is worked out from a schedule that is then', () => {
  const changes: Readonly<Record<string, (context: Context, again: () => Promise<unknown>) => Promise<unknown>>> = {
    paused: (context) => context.schedules.pause('RACE'),
    'paused and resumed': async (context) => {
      await context.schedules.pause('RACE');
      await context.schedules.resume('RACE');
    },
    removed: (context) => context.schedules.remove('RACE', 'default'),
    'removed and entered again': async (context, again) => {
      await context.schedules.remove('RACE', 'default');
      await again();
    },
    'given another rule': async (_, again) => await again(),
  };

  it.each(Object.keys(changes))('%s comes to nothing', async (how) => {
    const held = heldFires(schema.driver());
    const context = schema.context({}, { driver: held.driver });
    const events = logEvents(context);
    const definition = await entered(context, 'RACE');
    const orchestrator = daemons.orchestrator(context, { jobSchedulePollSecs: 0.1 });
    await held.reached;
    const hourly = { key: 'default', cron: '0 0 2 1 *', payload };
    await changes[how]?.(context, () => context.schedules.set(definition, hourly));
    held.go();
    await orchestrator.stop();
    expect(events.of('ORCHESTRATOR_JOB_SCHEDULE')).toEqual([]);
    expect(await countJobs(schema, 'RACE')).toBe(0);
  });

  it('given another payload is enqueued with that, once', async () => {
    const held = heldFires(schema.driver());
    const context = schema.context({}, { driver: held.driver });
    const events = logEvents(context);
    const definition = await entered(context, 'RACE');
    daemons.orchestrator(context, { jobSchedulePollSecs: 0.1 });
    await held.reached;
    await context.schedules.set(definition, { key: 'default', cron: YEARLY, payload: { to: 'bob' } });
    held.go();
    await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE');
    expect(await schema.rows('select payload from {s}.job')).toEqual([{ payload: { to: 'bob' } }]);
  });
});
