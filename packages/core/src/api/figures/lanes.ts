import { InvalidOptionError } from '../../errors.ts';
import { percentileOf } from '../../model/duration-ranges.ts';
import { type Served, servedBy } from '../../model/served.ts';
import { checkOptions, numberIn } from '../../options/check-options.ts';
import { unixMs } from '../../runtime/clock.ts';
import type { Services } from '../../services/services.ts';
import { KEPT_DAYS, SPAN_SECS } from '../../statements/lane-sql.ts';
import { type LiveLane, type ReadLanesInput, readLanes } from '../../statements/read-lanes.ts';
import { readServed } from '../../statements/read-served.ts';
import { isMoment } from './failures.ts';

/** How many of something there are. */
export interface LaneCount {
  readonly value: number;
  /** There are so many or more: they were not counted further. */
  readonly isAtLeast: boolean;
  /** When they were counted, by the database's clock. */
  readonly asOf: Date;
}

/** A lane (the jobs of one name in one channel), as it is now. */
export interface LaneRecord {
  readonly channel: string;
  readonly jobName: string;
  /**
   * Jobs that may run now; of those in job groups one for each group whose turn may come. Above `upTo` it is the figure of
   * the last sample, where there is one.
   */
  readonly ready: LaneCount;
  readonly running: LaneCount;
  /** Jobs that wait for their time. `null`: no orchestrator has counted them in the last ten minutes. */
  readonly scheduled: LaneCount | null;
  /** Jobs that wait for their job group, the first of it among them. `null` as for `scheduled`. */
  readonly blocked: LaneCount | null;
  /** Since when the oldest of the jobs that would run next has been ready; `null` where none is. */
  readonly oldestReadyAt: Date | null;
  /** Whether any process takes its jobs now. */
  readonly served: 'yes' | 'no-process' | 'paused';
  readonly processes: number;
  /** How many of its jobs all processes together could run at a time, if they ran no others. */
  readonly slots: number;
  /** Since when the figures are that follow: `since` of the options, at the begin of a minute or an hour. */
  readonly figuresSince: Date;
  /** Runs that began since then. */
  readonly started: number;
  /** The same, a minute. */
  readonly startedPerMin: number;
  /** The share of the runs ended since then that threw, 0 to 1; `null` where none ended. */
  readonly failedShare: number | null;
  /** How long jobs waited between ready and claimed, in milliseconds, to within 19 %. */
  readonly waitMs: { readonly p50: number | null; readonly p99: number | null };
  /** How long runs took, likewise. */
  readonly runMs: { readonly p50: number | null; readonly p99: number | null };
}

/** The options of `context.lanes`. */
export interface LanesOptions {
  /**
   * How far to count the ready jobs of a lane. A larger value counts longer.
   *
   * @defaultValue 1000
   * @throws {@link InvalidOptionError} if not a whole number from 1 to 100,000.
   */
  readonly upTo?: number;
  /**
   * Since when the figures of runs are (`started`, `failedShare`, `waitMs` and so on). They begin with the minute of that
   * moment, or with its hour where that was more than six hours ago.
   *
   * @defaultValue five minutes ago
   * @throws {@link InvalidOptionError} if in the future, or more than 90 days ago: so long figures are kept.
   */
  readonly since?: Date;
}

const UP_TO = 1_000;
const RECENT_SECS = 300;
/** Figures of a longer time are taken from hours: minutes would take long to add up. */
const FINE_MS = 6 * SPAN_SECS.hours * 1000;
const DAY_MS = 24 * SPAN_SECS.hours * 1000;

/** @throws InvalidOptionError for an option that is unknown, of the wrong type or out of range. */
export async function lanesOf(services: Services, options: LanesOptions): Promise<readonly LaneRecord[]> {
  const { upTo = UP_TO, since } = checkOptions('context.lanes', options, {
    upTo: numberIn(1, 100_000, 'jobs', 'whole'),
    since: isMoment,
  });
  const from = since === undefined ? RECENT : fromOf(since);
  const { driver, tables, checkSchema } = services;
  await checkSchema();
  const { lanes, nowMs } = await readLanes(driver, tables, { upTo, ...from });
  const sinceMs = 'ms' in from.since ? from.since.ms : nowMs - from.since.secs * 1000;
  const served = await readServed(driver, tables, null);
  return lanes.map((lane) => recordOf(lane, { served, nowMs, upTo, sinceMs }));
}

type From = Pick<ReadLanesInput, 'since' | 'span'>;

const RECENT: From = { since: { secs: RECENT_SECS }, span: 'minutes' };

function fromOf(since: Date): From {
  const agoMs = unixMs() - since.getTime();
  if (agoMs <= 0) throw new InvalidOptionError('context.lanes.since', `must be before now, got ${since.toISOString()}`);
  const { minutes, hours } = KEPT_DAYS;
  if (agoMs > hours * DAY_MS) {
    const kept = `figures of minutes are kept for ${minutes} day, those of hours for ${hours} days`;
    throw new InvalidOptionError(
      'context.lanes.since',
      `must not be more than ${hours} days ago, got ${since.toISOString()}: ${kept}`,
    );
  }
  const span = agoMs > FINE_MS ? 'hours' : 'minutes';
  const stepMs = SPAN_SECS[span] * 1000;
  return { since: { ms: Math.floor(since.getTime() / stepMs) * stepMs }, span };
}

interface Seen {
  readonly served: Served;
  readonly nowMs: number;
  readonly upTo: number;
  readonly sinceMs: number;
}

function recordOf(lane: LiveLane, { served, nowMs, upTo, sinceMs }: Seen): LaneRecord {
  const { channel, name, sample, recent } = lane;
  const now = new Date(nowMs);
  const at = sample === null ? now : new Date(sample.atMs);
  const isAtLeast = lane.ready >= upTo;
  const ready =
    isAtLeast && sample !== null && sample.ready > lane.ready
      ? { value: sample.ready, isAtLeast: false, asOf: at }
      : { value: lane.ready, isAtLeast, asOf: now };
  const sampled = (value: number): LaneCount => ({ value, isAtLeast: false, asOf: at });
  const ended = recent === null ? 0 : recent.succeeded + recent.failed + recent.retried;
  return {
    channel,
    jobName: name,
    ready,
    running: { value: lane.running, isAtLeast: false, asOf: now },
    scheduled: sample === null ? null : sampled(sample.scheduled),
    blocked: sample === null ? null : sampled(sample.blocked),
    oldestReadyAt: lane.oldestReadyMs === null ? null : new Date(lane.oldestReadyMs),
    ...servedBy(channel, name, served),
    figuresSince: new Date(sinceMs),
    started: recent?.started ?? 0,
    startedPerMin: ((recent?.started ?? 0) * 60_000) / Math.max(60_000, nowMs - sinceMs),
    failedShare: recent === null || ended === 0 ? null : (recent.failed + recent.retried) / ended,
    waitMs: percentilesOf(recent?.waits, recent?.wait_max_ms),
    runMs: percentilesOf(recent?.runs, recent?.run_max_ms),
  };
}

function percentilesOf(counts: readonly number[] = [], longest = 0): LaneRecord['waitMs'] {
  return { p50: percentileOf(counts, 0.5, longest), p99: percentileOf(counts, 0.99, longest) };
}
