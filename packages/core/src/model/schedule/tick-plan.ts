import { SCHEDULE_DEFAULTS } from './defaults.ts';
import type { ScheduleRule } from './rule.ts';
import { type TickTimes, tickTimesOf } from './tick-times.ts';

/** The most ticks of a schedule that one pass makes up for: the next passes go on. */
export const MAX_TICKS_PER_PASS = 1_000;

/** How late a tick may be that is not to be made up for, in seconds: an orchestrator may be restarting. */
export const NONE_MAX_LATE_SECS = 60;

/** A tick that is enqueued later than this, in milliseconds, says so. */
const LATE_MS = 60_000;

/** Where nothing is due any more: as far away as a time may be. In milliseconds. */
const NEVER_MS = 100 * 365 * 86_400_000;

export interface DueTick {
  readonly dueMs: number;
  readonly isLate: boolean;
}

/** What becomes of a schedule whose next tick is due. */
export interface TickPlan {
  /** To be enqueued, the oldest first. */
  readonly ticks: readonly DueTick[];
  /** The oldest of those that are left out since they are too late; `null` for none. */
  readonly lateMs: number | null;
  /** The latest that is dealt with, one way or the other. */
  readonly lastMs: number;
  /** When the next one is due. */
  readonly nextMs: number;
}

/**
 * Says which ticks of a schedule are enqueued, from the one that is due next up to now.
 *
 * @param nextMs when its next tick is due, which is not later than `nowMs`. All by the database's clock, in milliseconds.
 * @throws Error for an expression or a zone that this process does not know.
 */
export function planTicks(rule: ScheduleRule, nextMs: number, nowMs: number): TickPlan {
  const times = tickTimesOf(rule, nextMs);
  const { catchUp = SCHEDULE_DEFAULTS.catchUp, maxLateSecs = catchUp === 'none' ? NONE_MAX_LATE_SECS : Infinity } =
    rule;
  const oldestMs = nowMs - maxLateSecs * 1000;
  const latestMs = latestUpTo(times, nextMs, nowMs);
  const due = catchUp === 'all' ? allFrom(times, nextMs, { nowMs, oldestMs }) : [latestMs];
  const ticks = due.filter((ms) => ms >= oldestMs);
  const isCut = due.length === MAX_TICKS_PER_PASS;
  const lastMs = (isCut ? due.at(-1) : undefined) ?? latestMs;
  // Of `latest`, those before the last are no loss: they are made up for by it.
  const first = catchUp === 'all' ? nextMs : lastMs;
  return {
    ticks: ticks.map((dueMs) => ({ dueMs, isLate: isLateTick(dueMs, nowMs) })),
    lateMs: first < oldestMs ? first : null,
    lastMs,
    nextMs: times.after(lastMs) ?? nowMs + NEVER_MS,
  };
}

/** As a rule it is the one that is due next. */
function latestUpTo(times: TickTimes, nextMs: number, nowMs: number): number {
  return (times.after(nextMs) ?? Infinity) > nowMs ? nextMs : times.latest(nextMs, nowMs);
}

/** Whether a tick that is enqueued now says that it is late. */
export function isLateTick(dueMs: number, nowMs: number): boolean {
  return nowMs - dueMs > LATE_MS;
}

/** The oldest first: as many as a pass takes of those that are not too late. */
function allFrom(
  times: TickTimes,
  nextMs: number,
  { nowMs, oldestMs }: { readonly nowMs: number; readonly oldestMs: number },
): readonly number[] {
  const due: number[] = [];
  let ms: number | null = nextMs < oldestMs ? times.after(oldestMs - 1) : nextMs;
  for (; ms !== null && ms <= nowMs && due.length < MAX_TICKS_PER_PASS; ms = times.after(ms)) due.push(ms);
  return due;
}
