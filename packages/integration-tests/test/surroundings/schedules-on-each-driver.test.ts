import { expect, it } from '@jest/globals';
import { JobDefinition, type JobTick } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { logEvents } from '../support/events.ts';
import { until } from '../support/until.ts';
import { PATIENCE_MS, useWays, WAYS } from './support/ways.ts';

const daemons = useDaemons();
const opened = useWays();

it.each(WAYS)(
  'schedules on %s are entered, enqueued, changed, paused and called for alike',
  async (name) => {
    const { driver, newContext } = await opened(name);
    const context = newContext();
    const events = logEvents(context);
    const ticks: (JobTick | undefined)[] = [];
    const definition = new JobDefinition({
      context,
      name: 'TICKED',
      schedules: [
        { key: 'often', everySecs: 0.3, payload: { n: 1 } },
        { key: 'daily', cron: '30 2 * * *', timeZone: 'Europe/Berlin', payload: { n: 2 } },
      ],
      workFunction: (_: { n: number }, { tick }) => void ticks.push(tick),
    });
    await definition.register();
    daemons.orchestrator(context, { jobSchedulePollSecs: 0.1 });
    daemons.worker(context);
    await until('three have run', () => ticks.length >= 3, 30_000);
    const [first, second] = ticks;
    expect(((second?.dueAt.getTime() ?? 0) - (first?.dueAt.getTime() ?? 0)) % 300).toBe(0);

    const { schedules } = context;
    await schedules.pause(definition, 'often');
    const set = { key: 'mine', cron: '0 0 1 1 *', timeZone: 'Asia/Tokyo', payload: { n: 3 } };
    expect((await schedules.set(definition, set)).nextAt.toISOString()).toMatch(/-12-31T15:00:00.000Z$/);
    const within = driver.transaction(async (tx) => {
      await schedules.set(definition, { ...set, cron: '0 0 2 1 *' }, { tx });
      return await schedules.trigger(definition, 'mine', { tx });
    });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: await within });
    expect(ticks.at(-1)).toMatchObject({ key: 'mine', origin: 'trigger' });
    const range = { from: new Date('2026-03-28T00:00:00Z'), to: new Date('2026-03-30T00:00:00Z') };
    expect(await schedules.backfill(definition, 'daily', range)).toHaveLength(2);
    await schedules.resume(definition, 'often');
    const { schedules: all, next } = await schedules.list();
    expect(all.map(({ key, origin, pausedAt }) => [key, origin, pausedAt])).toEqual([
      ['daily', 'definition', null],
      ['mine', 'api', null],
      ['often', 'definition', null],
    ]);
    expect(next).toBe(null);
    expect(await schedules.remove(definition, 'mine')).toBe(true);
    expect(events.of('DAEMON_ERROR')).toEqual([]);
    expect(events.of('WARNING')).toEqual([]);
  },
  PATIENCE_MS,
);
