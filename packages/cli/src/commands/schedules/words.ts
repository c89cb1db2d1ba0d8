import { type PreviewSpec, previewSchedule, type ScheduleRecord } from '@bearmq/core';

/** When its ticks are, as it was said. */
export function ruleOf({ cron, timeZone, everySecs }: ScheduleRecord): string {
  return cron === null ? `every ${everySecs} s` : `${cron} ${timeZone ?? 'UTC'}`;
}

/** The next ticks, the one that is due next among them. */
export function nextOf({ cron, timeZone, everySecs, nextAt }: ScheduleRecord, count: number): readonly Date[] {
  const spec: PreviewSpec =
    cron === null ? { everySecs: everySecs ?? 0, from: nextAt } : { cron, ...(timeZone === null ? {} : { timeZone }) };
  return previewSchedule(spec, { from: new Date(nextAt.getTime() - 1), count });
}
