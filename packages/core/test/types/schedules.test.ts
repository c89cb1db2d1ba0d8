import { describe, expect, it } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import { type Context, JobDefinition, type JobTick, previewSchedule, type ScheduleRecord } from '../../src/index.ts';

// What follows is checked by the compiler alone: no line of it is run.
declare const context: Context;

export function declared(): void {
  const report = new JobDefinition({
    context,
    name: 'A',
    schedules: [
      { cron: '0 2 * * *', timeZone: 'Europe/Berlin', payload: { kind: 'daily' } },
      { key: 'often', everySecs: 60, payload: { kind: 'x' }, priority: 1, jobGroup: 'g', headers: { a: 'b' } },
    ],
    workFunction: (payload: { kind: string }, { tick }) => {
      expectTypeOf(payload).toEqualTypeOf<{ kind: string }>();
      expectTypeOf(tick).toEqualTypeOf<JobTick | undefined>();
    },
  });
  expectTypeOf(report).toEqualTypeOf<JobDefinition<{ kind: string }>>();
  const workFunction = (_: { kind: string }): void => {};
  // @ts-expect-error a property of the payload is of the wrong type
  new JobDefinition({ context, name: 'A', schedules: [{ cron: '0 2 * * *', payload: { kind: 7 } }], workFunction });
  // @ts-expect-error the payload is needed
  new JobDefinition({ context, name: 'A', schedules: [{ cron: '0 2 * * *' }], workFunction });
  // @ts-expect-error unknown option
  new JobDefinition({ context, name: 'A', schedules: [{ corn: '0 2 * * *' }], workFunction: () => {} });
  // @ts-expect-error no such choice
  new JobDefinition({ context, name: 'A', schedules: [{ everySecs: 1, catchUp: 'some' }], workFunction: () => {} });
  // @ts-expect-error the time is what the schedule is about
  new JobDefinition({ context, name: 'A', schedules: [{ everySecs: 1, runAt: new Date() }], workFunction: () => {} });
  new JobDefinition({ context, name: 'A', schedules: [{ everySecs: 1 }], workFunction: () => {} });
  new JobDefinition({ context, name: 'A', schedules: [{ everySecs: 1, payload: null }], workFunction: () => {} });
}

export async function called(report: JobDefinition<{ kind: string }>, plain: JobDefinition): Promise<void> {
  const { schedules } = context;
  const record = schedules.set(report, { key: 'k', cron: '0 2 * * *', payload: { kind: 'x' } });
  expectTypeOf(record).toEqualTypeOf<Promise<ScheduleRecord>>();
  await schedules.set(plain, { key: 'k', everySecs: 60 });
  // @ts-expect-error the payload is needed
  await schedules.set(report, { key: 'k', everySecs: 60 });
  // @ts-expect-error another payload
  await schedules.set(report, { key: 'k', everySecs: 60, payload: { kind: 7 } });
  // @ts-expect-error the key is needed
  await schedules.set(plain, { everySecs: 60 });
  // @ts-expect-error a name is no definition
  await schedules.set('REPORT', { key: 'k', everySecs: 60 });
  // @ts-expect-error nor is what has one
  await schedules.set({ name: 'REPORT' }, { key: 'k', everySecs: 60 });
  expectTypeOf(schedules.get(report)).toEqualTypeOf<Promise<ScheduleRecord | null>>();
  expectTypeOf(schedules.get('REPORT', 'k')).toEqualTypeOf<Promise<ScheduleRecord | null>>();
  expectTypeOf(schedules.trigger(report, 'k')).toEqualTypeOf<Promise<string>>();
  expectTypeOf(schedules.remove(plain, 'k')).toEqualTypeOf<Promise<boolean>>();
  const range = { from: new Date(), to: new Date() };
  expectTypeOf(schedules.backfill(report, 'k', range)).toEqualTypeOf<Promise<readonly string[]>>();
  // @ts-expect-error one end is missing
  await schedules.backfill(report, 'k', { from: new Date() });
}

export function previewed(): void {
  expectTypeOf(previewSchedule({ cron: '0 2 * * *' })).toEqualTypeOf<readonly Date[]>();
  previewSchedule({ everySecs: 60, from: new Date() }, { count: 3 });
  // @ts-expect-error the grid is needed
  previewSchedule({ everySecs: 60 });
}

export function elsewhere(): void {
  // @ts-expect-error a definition that repeats has no payload
  new JobDefinition({ context, name: 'A', repeatSecs: 60, workFunction: (_: { a: 1 }) => {} });
  new JobDefinition({ context, name: 'A', repeatSecs: 60, workFunction: () => {} });
}

describe('the types of schedules', () => {
  it('are checked by the compiler', () => {
    expect([declared, called, previewed, elsewhere]).toHaveLength(4);
  });
});
