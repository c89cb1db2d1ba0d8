import { DEADLINE_MS, until } from '@bearmq/test-support';
import { describe, expect, it } from '@jest/globals';
import { SCHEMA, useDatabase } from './support/database.ts';
import { useExamples } from './support/example.ts';
import { expectTidy } from './support/tidy.ts';

describe('the examples of schedules', () => {
  const start = useExamples();
  const database = useDatabase();
  const rows = database.rows;

  it('schedules has a report at night and one a week, by the clock in Berlin', async () => {
    const example = start('schedules', database.url());
    const row = `select key, rule ->> 'cron' as cron, rule ->> 'timeZone' as zone, payload, rule -> 'overrides' as overrides,
      to_char(next_at at time zone 'Europe/Berlin', 'HH24:MI') as at from ${SCHEMA}.schedule order by key`;
    await until('they are entered', async () => (await rows(row)).length === 2, DEADLINE_MS, example.output);
    expect(await rows(row)).toEqual([
      {
        key: 'nightly',
        cron: '30 2 * * *',
        zone: 'Europe/Berlin',
        payload: { kind: 'daily' },
        overrides: null,
        at: '02:30',
      },
      {
        key: 'weekly',
        cron: '0 6 * * MON',
        zone: 'Europe/Berlin',
        payload: { kind: 'weekly' },
        overrides: { priority: -10 },
        at: '06:00',
      },
    ]);
    await rows(`update ${SCHEMA}.schedule set next_at = '2026-01-01T02:30:00+01:00' where key = 'nightly'`);
    await example.prints('the daily report of 20');
    expect(await example.stop()).toBe(0);
    await expectTidy(database);
  });

  it('tenant-schedules enters, triggers, pauses and removes them', async () => {
    const example = start('tenant-schedules', database.url());
    await example.prints('tenant acme is synced next at 20');
    await example.prints('globex: 0 4 * * * in Asia/Tokyo, paused');
    await example.prints('tenant acme synced, trigger');
    await until('the other is removed', async () => (await rows(`select 1 from ${SCHEMA}.schedule`)).length === 1);
    expect(await rows(`select key, origin, rule -> 'jitterSecs' as jitter from ${SCHEMA}.schedule`)).toEqual([
      { key: 'acme', origin: 'api', jitter: 900 },
    ]);
    expect(await example.stop()).toBe(0);
    await expectTidy(database);
  });

  it('cron-drain sends the report that is due, and says when the next one is', async () => {
    expect(await start('cron-drain', database.url()).ended()).toBe(0);
    await rows(`update ${SCHEMA}.schedule set next_at = now() - interval '1 s'`);
    const example = start('cron-drain', database.url());
    expect(await example.ended()).toBe(0);
    expect(example.output()).toMatch(/^report sent\n1 runs, 0 failed, left: none, next in [\d.]+ s\n$/);
    await expectTidy(database);
  });

  it('preview-schedule tells of three nights, one of which has no 02:30', async () => {
    const example = start('preview-schedule', database.url());
    expect(await example.ended()).toBe(0);
    expect([...example.output().matchAll(/\d{4}-\S+Z/g)].map(([night]) => night)).toEqual([
      '2026-03-28T01:30:00.000Z',
      '2026-03-29T01:00:00.000Z',
      '2026-03-30T00:30:00.000Z',
    ]);
  });
});
