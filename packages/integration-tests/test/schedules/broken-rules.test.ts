import { rejectionOf } from '@bearmq/test-support';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { countJobs, define, YEARLY } from './support/scheduled.ts';

const schema = useSchema();

beforeEach(async () => {
  await schema.rows('truncate {s}.schedule, {s}.job');
});

const payload = { to: 'ada' };
const RANGE = { from: new Date('2026-01-01T00:00:00Z'), to: new Date('2026-01-03T00:00:00Z') };

/** A paused schedule whose rule somebody has changed by hand. */
async function changed(rule: Readonly<Record<string, unknown>>) {
  const context = schema.context();
  const { definition } = define(context, 'CHANGED');
  await definition.register();
  const set = () => context.schedules.set(definition, { key: 'k', cron: YEARLY, payload });
  await set();
  await context.schedules.pause(definition, 'k');
  await schema.rows('update {s}.schedule set rule = $1::text::json', [JSON.stringify(rule)]);
  return { schedules: context.schedules, set };
}

describe('a schedule whose rule was changed by hand', () => {
  it.each([
    ['no expression', { cron: 'at noon', timeZone: 'UTC' }, 'cron "at noon" in the time zone "UTC" has no times: '],
    ['no text', { cron: 5, timeZone: 'UTC' }, 'cron 5 in the time zone "UTC" has no times: '],
    [
      'an unknown zone',
      { cron: '0 2 * * *', timeZone: 'Mars/Base' },
      'cron "0 2 * * *" in the time zone "Mars/Base" has no times: ',
    ],
  ])(
    'into %s is refused by resume and backfill, which say what is wrong and what to do, and can be set anew',
    async (_, rule, why) => {
      const { schedules, set } = await changed(rule);
      for (const [method, call] of [
        ['resume', () => schedules.resume('CHANGED', 'k')],
        ['backfill', () => schedules.backfill('CHANGED', 'k', RANGE)],
      ] as const) {
        const error = await rejectionOf(call());
        expect(error).toMatchObject({ name: 'InvalidOptionError', option: `schedules.${method}` });
        const text = `cannot go by the rule of the schedule "k" of "CHANGED" as it is in the database: ${why}`;
        expect(error).toMatchObject({ message: expect.stringContaining(text) });
        expect(error).toMatchObject({
          message: expect.stringMatching(/; enter it anew with context\.schedules\.set$/),
        });
      }
      expect((await schedules.get('CHANGED', 'k'))?.pausedAt).toBeInstanceOf(Date);
      await set();
      await schedules.resume('CHANGED', 'k');
      expect((await schedules.get('CHANGED', 'k'))?.pausedAt).toBe(null);
    },
  );

  it('into settings out of range is refused by trigger and backfill, and nothing is enqueued', async () => {
    const { schedules } = await changed({ everySecs: 3_600, overrides: { numAttempts: -5 } });
    for (const call of [() => schedules.trigger('CHANGED', 'k'), () => schedules.backfill('CHANGED', 'k', RANGE)]) {
      expect(await rejectionOf(call())).toMatchObject({
        name: 'InvalidOptionError',
        message: expect.stringMatching(
          / of "CHANGED" as it is in the database: overrides\.numAttempts .*, got -5; enter/,
        ),
      });
    }
    expect(await countJobs(schema, 'CHANGED')).toBe(0);
  });

  it('into no expression can be triggered, which needs no times', async () => {
    const { schedules } = await changed({ cron: 'at noon', timeZone: 'UTC' });
    await schedules.trigger('CHANGED', 'k');
    expect(await countJobs(schema, 'CHANGED')).toBe(1);
  });
});

describe('trigger of what is not there', () => {
  it('says so, by a name, a definition or in a transaction', async () => {
    const context = schema.context();
    const { definition } = define(context, 'THERE');
    await definition.register();
    const { schedules } = context;
    for (const call of [
      () => schedules.trigger('THERE', 'none'),
      () => schedules.trigger(definition, 'none'),
      () => schema.driver().transaction(async (tx) => await schedules.trigger(definition, 'none', { tx })),
    ]) {
      expect(await rejectionOf(call())).toMatchObject({
        name: 'ScheduleNotFoundError',
        message: 'there is no schedule "none" of "THERE"; context.schedules.list() lists them all',
      });
    }
  });
});
