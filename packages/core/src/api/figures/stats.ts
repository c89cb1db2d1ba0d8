import { InvalidOptionError } from '../../errors.ts';
import { endOfRange, percentileOf } from '../../model/duration-ranges.ts';
import { LANE_OUTCOMES, type LaneOutcome } from '../../model/lane-counts.ts';
import { MAX_NAME_BYTES } from '../../model/limits.ts';
import { checkOptions, nameOf, numberIn } from '../../options/check-options.ts';
import { unixMs } from '../../runtime/clock.ts';
import type { Services } from '../../services/services.ts';
import {
  type LaneTotal,
  readDepths,
  readDurations,
  readSeries,
  readTotals,
  type SeriesInput,
} from '../../statements/read-series.ts';
import { isMoment } from './failures.ts';
import { type QueueRecord, queueOf } from './queue.ts';

/** What `context.stats.series` is asked for. */
export interface SeriesQuery {
  readonly from: Date;
  /** @defaultValue now, by this machine's clock */
  readonly to?: Date;
  /**
   * How long a step is, in seconds. Minutes are kept for a day, hours for 90 days: a range that begins before has hours.
   *
   * @defaultValue 60 for up to two hours, 300 for up to a day, else 3600
   * @throws {@link InvalidOptionError} below 60 or above 86,400, and where there would be more than 2,000 steps.
   */
  readonly stepSecs?: number;
  readonly channel?: string;
  readonly jobName?: string;
}

/** What was counted in each step, by the begin of the step: `startsAt[i]` belongs to the i-th of every list. */
export interface Series {
  readonly stepSecs: number;
  readonly startsAt: readonly Date[];
  /** How many runs began, and how claims ended. 0 where nothing was counted. */
  readonly started: readonly number[];
  readonly outcomes: Readonly<Record<LaneOutcome, readonly number[]>>;
  readonly wait: DurationSeries;
  readonly run: DurationSeries;
  /** How many jobs there were at the end of the step; `null` where no orchestrator has counted them. */
  readonly depth: {
    readonly ready: readonly (number | null)[];
    readonly scheduled: readonly (number | null)[];
    readonly blocked: readonly (number | null)[];
    readonly running: readonly (number | null)[];
    readonly oldestReadyAt: readonly (Date | null)[];
  };
}

/** In milliseconds; `null` where nothing was counted. Percentiles are exact to within 19 %. */
export interface DurationSeries {
  readonly p50: readonly (number | null)[];
  readonly p95: readonly (number | null)[];
  readonly p99: readonly (number | null)[];
  readonly max: readonly (number | null)[];
  /** How long the step is that the percentiles are of: an hour, where the range is longer than six hours. */
  readonly stepSecs: number;
}

/** How many durations were up to a limit, in milliseconds (`Infinity` for the last), and not up to the one before. */
export interface DurationCount {
  readonly upToMs: number;
  readonly count: number;
}

/** What was counted of a lane since the schema was made: figures that only grow. */
export interface LaneTotals {
  readonly channel: string;
  readonly jobName: string;
  readonly started: number;
  readonly outcomes: Readonly<Record<LaneOutcome, number>>;
  readonly wait: { readonly sumMs: number; readonly counts: readonly DurationCount[] };
  readonly run: { readonly sumMs: number; readonly counts: readonly DurationCount[] };
}

/** What processes have counted of jobs: see `statsSecs` of the context. */
export interface Stats {
  /** What happened in a range of time, in steps. */
  series(query: SeriesQuery): Promise<Series>;
  /** What happened since the schema was made, by lane. No figure ever falls. */
  totals(): Promise<readonly LaneTotals[]>;
  /** The queue as a whole: processes, groups, what repeats and what is paused. */
  queue(): Promise<QueueRecord>;
}

const MAX_STEPS = 2_000;
const HOUR_SECS = 3_600;
/** Percentiles of longer ranges are taken from hours: minutes would take ten times as long to add up. */
const FINE_SECS = 6 * HOUR_SECS;
const MINUTES_KEPT_SECS = 24 * HOUR_SECS;

export function statsOf(services: Services): Stats {
  return {
    series: (query) => seriesOf(services, query),
    totals: () => totalsOf(services),
    queue: () => queueOf(services),
  };
}

async function seriesOf({ driver, tables, checkSchema }: Services, query: SeriesQuery): Promise<Series> {
  const input = inputOf(query);
  const { fromMs, toMs, stepSecs } = input;
  await checkSchema();
  const isFine = toMs - fromMs <= FINE_SECS * 1000 && input.span === 'minutes';
  const durationStepSecs = isFine ? stepSecs : Math.max(HOUR_SECS, stepSecs);
  const points = await readSeries(driver, tables, input);
  const durationStepMs = durationStepSecs * 1000;
  const base = Math.floor(fromMs / durationStepMs) * durationStepMs;
  const ofHours: SeriesInput = { ...input, span: 'hours', fromMs: base, stepSecs: durationStepSecs };
  const durations = await readDurations(driver, tables, isFine ? input : ofHours);
  const depths = await readDepths(driver, tables, input);
  const starts = Array.from(
    { length: Math.ceil((toMs - fromMs) / (stepSecs * 1000)) },
    (_, i) => fromMs + i * stepSecs * 1000,
  );
  const byStart = new Map(points.map(({ atMs, counts }) => [atMs, counts]));
  const depthAt = new Map(depths.map((depth) => [depth.atMs, depth]));
  const durationAt = new Map(durations.map((one) => [one.atMs, one]));
  const durationOf = (start: number) =>
    durationAt.get(base + Math.floor((start - base) / durationStepMs) * durationStepMs);
  const counted = (name: string): readonly number[] => starts.map((start) => byStart.get(start)?.[name] ?? 0);
  const series = (list: 'waits' | 'runs', max: 'waitMaxMs' | 'runMaxMs'): DurationSeries => {
    const share = (part: number) =>
      starts.map((start) => {
        const found = durationOf(start);
        return found === undefined ? null : percentileOf(found[list], part, found[max]);
      });
    const longest = starts.map((start) => {
      const found = durationOf(start);
      return found?.[list].some((count) => count > 0) === true ? found[max] : null;
    });
    return { p50: share(0.5), p95: share(0.95), p99: share(0.99), max: longest, stepSecs: durationStepSecs };
  };
  return {
    stepSecs,
    startsAt: starts.map((start) => new Date(start)),
    started: counted('started'),
    outcomes: Object.fromEntries(LANE_OUTCOMES.map((name) => [name, counted(name)])) as unknown as Series['outcomes'],
    wait: series('waits', 'waitMaxMs'),
    run: series('runs', 'runMaxMs'),
    depth: {
      ready: starts.map((start) => depthAt.get(start)?.ready ?? null),
      scheduled: starts.map((start) => depthAt.get(start)?.scheduled ?? null),
      blocked: starts.map((start) => depthAt.get(start)?.blocked ?? null),
      running: starts.map((start) => depthAt.get(start)?.running ?? null),
      oldestReadyAt: starts.map((start) => {
        const since = depthAt.get(start)?.oldestReadyMs ?? null;
        return since === null ? null : new Date(since);
      }),
    },
  };
}

/** The range begins and ends with whole steps, so that a step means the same whenever it is asked for. */
function inputOf(query: SeriesQuery): SeriesInput {
  const {
    from,
    to = new Date(unixMs()),
    channel = null,
    jobName = null,
    ...rest
  } = checkOptions('series', query, checks, ['from']);
  const secs = (to.getTime() - from.getTime()) / 1000;
  if (secs <= 0) throw new InvalidOptionError('series.to', `must be after from (${from.toISOString()})`);
  const stepSecs = rest.stepSecs ?? (secs <= 2 * HOUR_SECS ? 60 : secs <= MINUTES_KEPT_SECS ? 300 : HOUR_SECS);
  const stepMs = stepSecs * 1000;
  const fromMs = Math.floor(from.getTime() / stepMs) * stepMs;
  const toMs = Math.ceil(to.getTime() / stepMs) * stepMs;
  if ((toMs - fromMs) / stepMs > MAX_STEPS) {
    throw new InvalidOptionError('series.stepSecs', `must be longer: there would be more than ${MAX_STEPS} steps`);
  }
  const span = stepSecs >= HOUR_SECS ? 'hours' : 'minutes';
  return { fromMs, toMs, stepSecs, span, channel, name: jobName };
}

async function totalsOf({ driver, tables, checkSchema }: Services): Promise<readonly LaneTotals[]> {
  await checkSchema();
  return (await readTotals(driver, tables, null)).map(asTotals);
}

function asTotals({ channel, name, counts, waitMs, runMs, waits, runs }: LaneTotal): LaneTotals {
  const listed = (list: readonly number[]): readonly DurationCount[] =>
    list.map((count, range) => ({ upToMs: endOfRange(range), count }));
  return {
    channel,
    jobName: name,
    started: counts['started'] ?? 0,
    outcomes: Object.fromEntries(LANE_OUTCOMES.map((one) => [one, counts[one] ?? 0])) as Record<LaneOutcome, number>,
    wait: { sumMs: waitMs, counts: listed(waits) },
    run: { sumMs: runMs, counts: listed(runs) },
  };
}

const checks = {
  from: isMoment,
  to: isMoment,
  stepSecs: numberIn(60, 86_400, 'seconds', 'whole'),
  channel: nameOf(MAX_NAME_BYTES),
  jobName: nameOf(MAX_NAME_BYTES),
};
