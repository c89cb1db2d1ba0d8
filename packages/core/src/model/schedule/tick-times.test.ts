import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { clockChanges, ticksByTheClock, type WallTimes } from '../../../test/support/wall-clock.ts';
import { tickTimesOf } from './tick-times.ts';

const HOUR_MS = 3_600_000;

/** Where clocks change by an hour, by half of one, at midnight, around the year's end, in Ramadan, often, or never. */
const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'America/Santiago',
  'Africa/Casablanca',
  'Asia/Gaza',
  'Africa/Cairo',
  'America/Sao_Paulo',
  'Antarctica/Troll',
  'Asia/Kolkata',
  'Asia/Tehran',
  'America/St_Johns',
  'UTC',
] as const;
const changes = new Map(ZONES.map((zone) => [zone, clockChanges(zone, 2016, 2032)]));

interface Field {
  readonly text: string;
  readonly values: ReadonlySet<number>;
  readonly isPlain: boolean;
}

const range = (from: number, to: number, step = 1): readonly number[] =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step);

/** A field as people write it, and what it means. */
function field(min: number, max: number): fc.Arbitrary<Field> {
  const value = fc.integer({ min, max });
  const plain = (text: string, values: readonly number[]): Field => ({ text, values: new Set(values), isPlain: true });
  const list = fc.uniqueArray(value, { minLength: 1, maxLength: 3 }).map((values) => plain(values.join(), values));
  const between = fc
    .tuple(value, value)
    .map(([a, b]) => plain(`${Math.min(a, b)}-${Math.max(a, b)}`, range(Math.min(a, b), Math.max(a, b))));
  const any = fc.constant<Field>({ text: '*', values: new Set(range(min, max)), isPlain: false });
  const step = fc
    .integer({ min: 2, max: Math.ceil((max - min) / 2) })
    .map<Field>((n) => ({ text: `*/${n}`, values: new Set(range(min, max, n)), isPlain: false }));
  return fc.oneof({ weight: 4, arbitrary: list }, { weight: 2, arbitrary: between }, any, step);
}

const few = (min: number, max: number): fc.Arbitrary<Field> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant({ text: '*', values: new Set<number>(), isPlain: false }) },
    field(min, max),
  );

const expression = fc
  .record({ minute: field(0, 59), hour: field(0, 23), day: few(1, 31), month: few(1, 12), weekday: few(0, 6) })
  .map(({ minute, hour, day, month, weekday }) => {
    const named = ({ text, values }: Field): ReadonlySet<number> | null => (text === '*' ? null : values);
    const times: WallTimes = {
      minutes: minute.values,
      hours: hour.values,
      days: named(day),
      months: named(month),
      weekdays: named(weekday),
      are: minute.isPlain && hour.isPlain ? 'times' : 'clock',
    };
    return { cron: [minute, hour, day, month, weekday].map(({ text }) => text).join(' '), times };
  });

/** Some days, most of them around a change of clocks. */
const stretch = fc.constantFrom(...ZONES).chain((timeZone) => {
  const known = changes.get(timeZone) ?? [];
  const anywhere = fc.integer({ min: Date.UTC(2016, 0, 1) / HOUR_MS, max: Date.UTC(2032, 0, 1) / HOUR_MS });
  const from = known.length === 0 ? anywhere : fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...known) }, anywhere);
  return fc.record({ from, before: fc.integer({ min: 0, max: 40 }) }).map(({ from: at, before }) => ({
    timeZone,
    fromMs: (at > 1e9 ? Math.floor(at / HOUR_MS) : at) * HOUR_MS - before * HOUR_MS,
  }));
});

describe('the ticks of a cron expression', () => {
  it('are those that a calendar finds by looking at the clock every minute, in each zone', () => {
    fc.assert(
      fc.property(expression, stretch, ({ cron, times }, { timeZone, fromMs }) => {
        const toMs = fromMs + 60 * HOUR_MS;
        const ticks: number[] = [];
        const all = tickTimesOf({ cron, timeZone }, 0);
        for (let ms = all.after(fromMs - 1); ms !== null && ms < toMs; ms = all.after(ms)) ticks.push(ms);
        const iso = (list: readonly number[]): readonly string[] => list.map((ms) => new Date(ms).toISOString());
        expect(iso(ticks)).toEqual(iso(ticksByTheClock(timeZone, times, fromMs, toMs)));
      }),
      { numRuns: Number(process.env['BEARMQ_CRON_RUNS'] ?? 100) },
    );
  }, 120_000);

  it('have a last one up to any moment, which is the last of all before it', () => {
    fc.assert(
      fc.property(
        expression,
        stretch,
        fc.integer({ min: 0, max: 40 * 86_400_000 }),
        ({ cron }, { timeZone, fromMs }, ms) => {
          const all = tickTimesOf({ cron, timeZone }, 0);
          const first = all.after(fromMs);
          if (first === null) return;
          const toMs = first + ms;
          const latest = all.latest(first, toMs);
          expect(latest).toBeGreaterThanOrEqual(first);
          expect(latest).toBeLessThanOrEqual(toMs);
          expect(all.after(latest - 1)).toBe(latest);
          expect(all.after(latest) ?? Infinity).toBeGreaterThan(toMs);
        },
      ),
      { numRuns: 200 },
    );
  });

  it.each([
    ['30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00Z', ['2026-03-29T01:00', '2026-03-30T00:30']],
    ['30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00Z', ['2026-10-25T00:30', '2026-10-26T01:30']],
    ['30 2,14 * * *', 'Europe/Berlin', '2026-10-25T00:00Z', ['2026-10-25T00:30', '2026-10-25T13:30']],
    [
      '*/30 2 * * *',
      'Europe/Berlin',
      '2026-10-25T00:00Z',
      ['2026-10-25T00:30', '2026-10-25T01:00', '2026-10-25T01:30'],
    ],
    ['*/30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00Z', ['2026-03-30T00:00', '2026-03-30T00:30']],
    ['0 0 * * *', 'America/Santiago', '2026-09-05T12:00Z', ['2026-09-06T04:00', '2026-09-07T03:00']],
    ['0 12 30 * *', 'Pacific/Apia', '2011-12-01T00:00Z', ['2012-01-29T22:00']],
    ['0 0 L * *', 'UTC', '2028-02-01T00:00Z', ['2028-02-29T00:00', '2028-03-31T00:00']],
    ['*/15 * * * * *', 'UTC', '2026-01-01T00:00:00Z', ['2026-01-01T00:00:15', '2026-01-01T00:00:30']],
  ])('%s in %s after %s', (cron, timeZone, from, expected) => {
    const all = tickTimesOf({ cron, timeZone }, 0);
    let ms: number | null = Date.parse(from);
    for (const iso of expected) {
      ms = all.after(ms ?? Number.NaN);
      expect(new Date(ms ?? Number.NaN).toISOString().slice(0, iso.length)).toBe(iso);
    }
  });

  it('are none for one that never comes', () => {
    expect(tickTimesOf({ cron: '0 0 31 2 *', timeZone: 'UTC' }, 0).after(0)).toBe(null);
  });

  it('of a second each are found without walking through the years that nobody was there for', () => {
    const all = tickTimesOf({ cron: '* * 3 * * *', timeZone: 'UTC' }, 0);
    const [from, to] = [Date.UTC(2016, 0, 1, 3), Date.UTC(2026, 0, 1, 2)];
    expect(all.latest(from, to)).toBe(Date.UTC(2025, 11, 31, 3, 59, 59));
  });
});

describe('the ticks of an interval', () => {
  it('lie on the grid of any one of them, whatever the moment', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.integer({ min: 0, max: 2e12 }),
        fc.integer({ min: 0, max: 2e12 }),
        (tenths, gridMs, ms) => {
          const everyMs = tenths * 100;
          const times = tickTimesOf({ everySecs: tenths / 10 }, gridMs);
          const next = times.after(ms) ?? Number.NaN;
          expect(next).toBeGreaterThan(ms);
          expect(next - ms).toBeLessThanOrEqual(everyMs);
          expect(Math.abs(next - gridMs) % everyMs).toBe(0);
          if (ms >= gridMs) expect(times.latest(gridMs, ms)).toBe(next - everyMs);
        },
      ),
    );
  });
});
