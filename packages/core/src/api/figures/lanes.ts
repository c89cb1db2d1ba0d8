import { percentileOf } from '../../model/duration-ranges.ts';
import { type Served, servedBy } from '../../model/served.ts';
import { checkOptions, numberIn } from '../../options/check-options.ts';
import type { Services } from '../../services/services.ts';
import { type LiveLane, RECENT_SECS, readLanes } from '../../statements/read-lanes.ts';
import { readServed } from '../../statements/read-served.ts';

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
  /** Runs that began in the last five minutes, a minute. */
  readonly startedPerMin: number;
  /** The share of the runs of the last five minutes that threw, 0 to 1; `null` where none ended. */
  readonly failedShare: number | null;
  /** How long jobs waited between ready and claimed in the last five minutes, in milliseconds, to within 19 %. */
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
}

const UP_TO = 1_000;

/** @throws InvalidOptionError for an option that is unknown, of the wrong type or out of range. */
export async function lanesOf(services: Services, options: LanesOptions): Promise<readonly LaneRecord[]> {
  const { upTo = UP_TO } = checkOptions('context.lanes', options, { upTo: numberIn(1, 100_000, 'jobs', 'whole') });
  const { driver, tables, checkSchema } = services;
  await checkSchema();
  const { lanes, nowMs } = await readLanes(driver, tables, { upTo });
  const served = await readServed(driver, tables, null);
  return lanes.map((lane) => recordOf(lane, { served, nowMs, upTo }));
}

interface Seen {
  readonly served: Served;
  readonly nowMs: number;
  readonly upTo: number;
}

function recordOf(lane: LiveLane, { served, nowMs, upTo }: Seen): LaneRecord {
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
    startedPerMin: ((recent?.started ?? 0) * 60) / RECENT_SECS,
    failedShare: recent === null || ended === 0 ? null : (recent.failed + recent.retried) / ended,
    waitMs: percentilesOf(recent?.waits, recent?.wait_max_ms),
    runMs: percentilesOf(recent?.runs, recent?.run_max_ms),
  };
}

function percentilesOf(counts: readonly number[] = [], longest = 0): LaneRecord['waitMs'] {
  return { p50: percentileOf(counts, 0.5, longest), p99: percentileOf(counts, 0.99, longest) };
}
