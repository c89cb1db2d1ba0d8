import type { BackoffRule } from '../backoff.ts';

/** When a schedule's ticks are due: by the clock of a place, or so many seconds apart. */
export type Timing =
  | { readonly cron: string; readonly timeZone: string; readonly everySecs?: undefined }
  | { readonly everySecs: number; readonly cron?: undefined; readonly timeZone?: undefined };

/** What a tick's job has that differs from its definition. */
export interface TickOverrides {
  readonly delaySecs?: number;
  readonly numAttempts?: number;
  readonly timeoutSecs?: number;
  readonly maxRunSecs?: number;
  readonly maxDeaths?: number;
  readonly backoff?: BackoffRule;
  readonly priority?: number;
  readonly channel?: string;
  readonly jobGroup?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** All that is stored of a schedule's rule, as JSON; what is left out has its default. */
export type ScheduleRule = Timing & {
  readonly catchUp?: 'none' | 'latest' | 'all';
  readonly maxLateSecs?: number;
  readonly overlap?: 'allow' | 'skip';
  readonly jitterSecs?: number;
  readonly overrides?: TickOverrides;
  /** The version of its payload, where that is not 1. */
  readonly v?: number;
};

/** A schedule as it is to be entered: what a definition declares, or `context.schedules.set` was given. */
export interface ScheduleEntry {
  readonly key: string;
  readonly rule: ScheduleRule;
  /** The rule as JSON text. */
  readonly ruleText: string;
  /** The payload as JSON text. */
  readonly payloadText: string;
}

/** Why a job of a schedule is there. */
export type TickOrigin = 'schedule' | 'trigger' | 'backfill';

/** What a schedule's job is told of the tick that it is of: `metadata.tick`. */
export interface JobTick {
  /** The schedule's key. */
  readonly key: string;
  /** When it was due, to the millisecond. The same for every attempt, and told apart from all others of the schedule. */
  readonly dueAt: Date;
  /** Whether it was enqueued more than a minute after that: made up for, as a rule. */
  readonly isLate: boolean;
  /** `schedule`: it was due. `trigger`, `backfill`: somebody called for it. */
  readonly origin: TickOrigin;
}

/** Whether two rules have the same ticks. */
export function isSameTiming(one: Timing, other: Timing): boolean {
  return one.cron === other.cron && one.timeZone === other.timeZone && one.everySecs === other.everySecs;
}
