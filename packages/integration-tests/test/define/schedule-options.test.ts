import { describe, expect, it } from '@jest/globals';
import { InvalidOptionError, JobDefinition, type PreviewSpec, previewSchedule, type ScheduleSpec } from 'bearmq';
import { useSchema } from '../support/database.ts';

const schema = useSchema({ migrations: 'none' });

/** What is said of a definition with these schedules; nothing is asked of the database. */
function said(schedules: unknown, more: object = {}): string {
  const options = { context: schema.context(), name: 'A', workFunction: () => {}, ...more };
  try {
    new JobDefinition({ ...options, schedules: schedules as readonly ScheduleSpec[] });
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidOptionError);
    return (error as Error).message;
  }
  return 'nothing';
}
const one = (spec: object): string => said([spec]).replace('JobDefinition.schedules[0]', 'it');
const cron = '0 2 * * *';

describe('the options of a schedule', () => {
  it.each<[string, object]>([
    ['nothing', { cron }],
    ['nothing', { cron: '*/5 * * * * *', timeZone: 'America/New_York' }],
    ['nothing', { cron: '  0 2 *   * MON-FRI ' }],
    ['nothing', { cron: '0 0 L * *' }],
    ['nothing', { everySecs: 0.1, catchUp: 'all', maxLateSecs: 0, overlap: 'skip', jitterSecs: 86_400 }],
    ['it must say when: give it cron', {}],
    ['it says when twice: give it cron', { cron, everySecs: 5 }],
    ['it.timeZone goes with cron', { everySecs: 5, timeZone: 'UTC' }],
    ['it.everySecs must be a number of seconds from 0.1 to', { everySecs: 0 }],
    ['it.cron must be a cron expression of five fields, or of six', { cron: '@daily' }],
    ['it.cron must be a cron expression of five fields, or of six', { cron: '0 0 2 * * * 2030' }],
    ['it.cron must be a cron expression of five fields, or of six', { cron: 7 }],
    ['it.cron must be a cron expression of five fields, or of six', { cron: `${'1,'.repeat(200)}1 * * * *` }],
    ['it.cron must be a cron expression of five fields', { cron: '60 2 * * *' }],
    ['it.cron must be a cron expression of five fields', { cron: '5/15 * * * *' }],
    ['it.cron never comes: "0 0 31 2 *"', { cron: '0 0 31 2 *' }],
    ['it.timeZone must be an IANA time zone such as Europe/Berlin, got "Mars/Base"', { cron, timeZone: 'Mars/Base' }],
    ['it.timeZone must be an IANA time zone such as Europe/Berlin, got "+02:00"', { cron, timeZone: '+02:00' }],
    ['it.key must not be empty', { cron, key: '' }],
    ['it.catchUp must be one of none, latest, all', { cron, catchUp: 'first' }],
    ['it.backoff and timeoutSecs both say', { cron, timeoutSecs: 5, backoff: { type: 'fixed', delaySecs: 1 } }],
    ['it.headers must be a plain object of strings', { cron, headers: 7 }],
    ['it.runAt is not an option', { cron, runAt: new Date() }],
    ['it.tx is not an option', { cron, tx: {} }],
  ])('%s: %j', (words, spec) => {
    expect(one(spec)).toContain(words);
    expect(one(spec).length).toBeLessThan(300);
  });

  it('name the one that is wrong', () => {
    expect(said([{ cron }, { key: 'b', cron: 'x' }])).toMatch(/^JobDefinition\.schedules\[1\]\.cron must be/);
    expect(said([{ cron }, { everySecs: 5 }])).toMatch(
      /^JobDefinition\.schedules\[1\]\.key is "default", that of another/,
    );
    expect(said([{ cron }], { repeatSecs: 5 })).toMatch(
      /^JobDefinition\.schedules\[0\]\.key is "default", that of repeat/,
    );
    expect(said([{ key: 'b', cron }], { repeatSecs: 5 })).toBe('nothing');
    expect(said({ cron })).toMatch(/^JobDefinition\.schedules must be a list, such as \[\{ cron: '0 2 \* \* \*'/);
    const many = Array.from({ length: 101 }, (_, i) => ({ key: `k${i}`, cron }));
    expect(said(many)).toBe('JobDefinition.schedules has 101 of at most 100; enter them by context.schedules.set');
    expect(said(many.slice(1))).toBe('nothing');
  });
});

describe('a preview', () => {
  const isos = (spec: PreviewSpec, from: string, count: number): readonly string[] =>
    previewSchedule(spec, { from: new Date(from), count }).map((tick) => tick.toISOString());

  it('tells the next ticks after a moment, of an expression or an interval', () => {
    expect(isos({ cron: '0 12 * * *' }, '2026-06-01T12:00:00Z', 2)).toEqual([
      '2026-06-02T12:00:00.000Z',
      '2026-06-03T12:00:00.000Z',
    ]);
    const from = new Date('2026-01-01T00:00:10Z');
    expect(isos({ everySecs: 60, from }, '2026-06-01T00:00:00Z', 2)).toEqual([
      '2026-06-01T00:00:10.000Z',
      '2026-06-01T00:01:10.000Z',
    ]);
    expect(previewSchedule({ cron: '* * * * *' })).toHaveLength(10);
  });

  it.each<[string, unknown, unknown]>([
    ['previewSchedule.from is missing', { everySecs: 60 }, {}],
    ['previewSchedule.from goes with everySecs', { cron, from: new Date() }, {}],
    ['previewSchedule.count must be a whole number of ticks from 1 to 1000', { cron }, { count: 0 }],
    ['previewSchedule.from must be a Date, got an invalid one', { cron }, { from: new Date('x') }],
    ['previewSchedule.cron never comes', { cron: '0 0 30 2 *' }, {}],
    ['previewSchedule takes an object of options', 'x', {}],
  ])('%s', (words, spec, options) => {
    expect(() => previewSchedule(spec as PreviewSpec, options as object)).toThrow(words);
  });
});
