import type { ScheduleRule } from './rule.ts';

/** Who entered a schedule: a definition's `schedules`, its `repeatSecs`, or a call of `context.schedules.set`. */
export type ScheduleOrigin = 'definition' | 'repeat' | 'api';

/** A schedule as it is in the database. Times are in milliseconds since 1970. */
export interface StoredSchedule {
  readonly id: string;
  readonly jobName: string;
  readonly key: string;
  readonly origin: ScheduleOrigin;
  readonly rule: ScheduleRule;
  readonly ruleText: string;
  readonly payloadText: string;
  /** When its next tick is due. */
  readonly nextAtMs: number;
  /** When the last one that was dealt with was due; `null` before the first. */
  readonly lastAtMs: number | null;
  /** The job of the last one that was enqueued. */
  readonly lastJobId: string | null;
  readonly pausedAtMs: number | null;
  readonly updatedAtMs: number;
  /** Raised by each tick and each change: what was worked out from another one is out of date. */
  readonly revision: number;
}
