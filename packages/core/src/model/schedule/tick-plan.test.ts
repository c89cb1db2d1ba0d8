import { describe, expect, it } from '@jest/globals';
import type { ScheduleRule } from './rule.ts';
import { MAX_TICKS_PER_PASS, planTicks } from './tick-plan.ts';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 5, 1, 12, 0, 30);
const at = (minutes: number): number => Date.UTC(2026, 5, 1, 12, minutes);
const minutely = (more: Partial<ScheduleRule> = {}): ScheduleRule =>
  ({ cron: '* * * * *', timeZone: 'UTC', ...more }) as ScheduleRule;
const dueOf = (rule: ScheduleRule, nextMs: number, nowMs = NOW): readonly number[] =>
  planTicks(rule, nextMs, nowMs).ticks.map(({ dueMs }) => dueMs);

describe('the ticks that are due', () => {
  it('are one as a rule, and the next one is planned', () => {
    for (const rule of [minutely(), minutely({ catchUp: 'all' }), minutely({ catchUp: 'none' }), { everySecs: 60 }]) {
      expect(planTicks(rule, at(0), NOW)).toEqual({
        ticks: [{ dueMs: at(0), isLate: false }],
        lateMs: null,
        lastMs: at(0),
        nextMs: at(1),
      });
    }
  });

  it('are made up for by the last one, by each, or not at all', () => {
    expect(planTicks(minutely(), at(-60), NOW)).toMatchObject({
      ticks: [{ dueMs: at(0) }],
      lateMs: null,
      nextMs: at(1),
    });
    expect(dueOf(minutely({ catchUp: 'all' }), at(-3))).toEqual([at(-3), at(-2), at(-1), at(0)]);
    const hourly: ScheduleRule = { cron: '50 11 * * *', timeZone: 'UTC', catchUp: 'none' };
    expect(planTicks(hourly, at(-10), NOW)).toEqual({
      ticks: [],
      lateMs: at(-10),
      lastMs: at(-10),
      nextMs: at(-10) + 24 * 60 * MINUTE,
    });
    expect(dueOf(hourly, at(-10), at(-9))).toEqual([at(-10)]); // a minute late: as late as it may be
  });

  it('are left out where they are later than they may be', () => {
    const all = planTicks(minutely({ catchUp: 'all', maxLateSecs: 100 }), at(-30), NOW);
    expect(all.ticks.map(({ dueMs }) => dueMs)).toEqual([at(-1), at(0)]);
    expect(all).toMatchObject({ lateMs: at(-30), lastMs: at(0), nextMs: at(1) });
    const daily: ScheduleRule = { cron: '0 2 * * *', timeZone: 'UTC', maxLateSecs: 3_600 };
    expect(planTicks(daily, Date.UTC(2026, 5, 1, 2), NOW)).toMatchObject({
      ticks: [],
      lateMs: Date.UTC(2026, 5, 1, 2),
    });
    const none = planTicks(minutely({ catchUp: 'all', maxLateSecs: 0 }), at(-30), NOW);
    expect(none).toMatchObject({ ticks: [], lateMs: at(-30), lastMs: at(0), nextMs: at(1) });
  });

  it('say that they are late when that is more than a minute', () => {
    const { ticks } = planTicks(minutely({ catchUp: 'all' }), at(-2), NOW);
    expect(ticks.map(({ isLate }) => isLate)).toEqual([true, true, false]);
  });

  it('are so many at most, and the next pass goes on where this one has ended', () => {
    const rule: ScheduleRule = { everySecs: 1, catchUp: 'all' };
    const first = planTicks(rule, at(-60), NOW);
    expect(first.ticks).toHaveLength(MAX_TICKS_PER_PASS);
    expect(first).toMatchObject({ lastMs: at(-60) + 999_000, nextMs: at(-60) + 1_000_000 });
    const seen = new Set<number>();
    let nextMs = at(-60);
    while (nextMs <= NOW) {
      const plan = planTicks(rule, nextMs, NOW);
      for (const { dueMs } of plan.ticks) seen.add(dueMs);
      expect(plan.nextMs).toBeGreaterThan(nextMs);
      nextMs = plan.nextMs;
    }
    expect(seen.size).toBe(3_631);
  });

  it('come to an end with an expression that comes no more', () => {
    const plan = planTicks({ cron: '0 0 31 2 *', timeZone: 'UTC' }, at(0), NOW);
    expect(plan.nextMs).toBeGreaterThan(NOW + 99 * 365 * 86_400_000);
  });
});
