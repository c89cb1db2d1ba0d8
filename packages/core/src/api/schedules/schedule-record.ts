import { SCHEDULE_DEFAULTS } from '../../model/schedule/defaults.ts';
import type { TickOverrides } from '../../model/schedule/rule.ts';
import type { StoredSchedule } from '../../model/schedule/stored.ts';

/** A schedule as it is in the database. */
export interface ScheduleRecord {
  /** The name of its definition. */
  readonly jobName: string;
  readonly key: string;
  /**
   * Who entered it. `definition`: the definition's `schedules`; `repeat`: its `repeatSecs`; `api`: a call of
   * `context.schedules.set`.
   */
  readonly origin: 'definition' | 'repeat' | 'api';
  /** `null` where it has `everySecs`. */
  readonly cron: string | null;
  readonly timeZone: string | null;
  /** `null` where it has `cron`. */
  readonly everySecs: number | null;
  readonly catchUp: 'none' | 'latest' | 'all';
  /** `null`: as the default of its `catchUp` is. */
  readonly maxLateSecs: number | null;
  readonly overlap: 'allow' | 'skip';
  readonly jitterSecs: number;
  /** What its jobs have that differs from their definition. */
  readonly overrides: TickOverrides;
  readonly payload: unknown;
  /** When its next tick is due; while it is paused, when it would have been. */
  readonly nextAt: Date;
  /** When the last tick that was dealt with was due; `null` before the first. */
  readonly lastAt: Date | null;
  /** The job of the last tick that was enqueued; it may be deleted by now. */
  readonly lastJobId: string | null;
  /** Since when it has been paused; `null` while it is not. */
  readonly pausedAt: Date | null;
  /** When its rule or its payload was last changed. */
  readonly updatedAt: Date;
}

/** Some of the schedules, by name and key. */
export interface SchedulePage {
  readonly schedules: readonly ScheduleRecord[];
  /** Where the next page begins: `list({ after })`; `null` at the end. */
  readonly next: string | null;
}

export function recordOf(row: StoredSchedule): ScheduleRecord {
  const { rule } = row;
  return {
    jobName: row.jobName,
    key: row.key,
    origin: row.origin,
    cron: rule.cron ?? null,
    timeZone: rule.cron === undefined ? null : rule.timeZone,
    everySecs: rule.everySecs ?? null,
    catchUp: rule.catchUp ?? SCHEDULE_DEFAULTS.catchUp,
    maxLateSecs: rule.maxLateSecs ?? null,
    overlap: rule.overlap ?? SCHEDULE_DEFAULTS.overlap,
    jitterSecs: rule.jitterSecs ?? SCHEDULE_DEFAULTS.jitterSecs,
    overrides: rule.overrides ?? {},
    payload: JSON.parse(row.payloadText) as unknown,
    nextAt: new Date(row.nextAtMs),
    lastAt: dateOf(row.lastAtMs),
    lastJobId: row.lastJobId,
    pausedAt: dateOf(row.pausedAtMs),
    updatedAt: new Date(row.updatedAtMs),
  };
}

function dateOf(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}
