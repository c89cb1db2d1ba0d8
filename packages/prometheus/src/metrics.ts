import type { Context, LaneRecord, LaneTotals } from '@bearmq/core';
import { checkOptions, hasMethods, numberIn } from '@bearmq/core/driver';
import type { Finding } from '@bearmq/doctor';
import { CONTENT_TYPE, exposed } from './exposition.ts';
import { laneFamilies, totalFamilies } from './lane-families.ts';
import { findingFamilies, queueFamilies } from './queue-families.ts';

/** The options of {@link createMetrics}. */
export interface MetricsOptions {
  /** Of the schema that the figures are of. */
  readonly context: Context;
  /**
   * How many lanes to tell apart; the least busy of more than that are told as one, with `_other` for their names. A larger
   * value makes for more time series.
   *
   * @defaultValue 1000
   * @throws {@link InvalidOptionError} if not a whole number from 1 to 100,000.
   */
  readonly lanesUpTo?: number;
  /**
   * What is not in order: `() => diagnose({ driver, schema })`. Asked at each rendering.
   *
   * @defaultValue none: nothing is told of it
   */
  readonly findings?: () => Promise<readonly Finding[]>;
}

/** Figures for Prometheus. */
export interface Metrics {
  /** For the header of the response. */
  readonly contentType: string;
  /**
   * All figures as they are now, in Prometheus' text format. Calls at the same time share one answer.
   *
   * @throws DatabaseError, SchemaVersionError when the database cannot be asked, or has not been migrated.
   */
  render(): Promise<string>;
}

const LANES_UP_TO = 1_000;
const OTHER = '_other';

/**
 * Makes metrics of a schema, rendered from what its processes wrote down: so counters survive every process, and any one
 * endpoint tells of all. Let Prometheus scrape one for each schema.
 *
 * @throws InvalidOptionError for an option that is unknown, missing, of the wrong type or out of range.
 *
 * @example
 * const metrics = createMetrics({ context });
 * response.setHeader('content-type', metrics.contentType).end(await metrics.render());
 */
export function createMetrics(options: MetricsOptions): Metrics {
  const { context, lanesUpTo = LANES_UP_TO, findings } = checkOptions('createMetrics', options, checks, ['context']);
  let underway: Promise<string> | undefined;
  const render = async (): Promise<string> => {
    const totals = await context.stats.totals();
    const lanes = await context.lanes();
    const queue = await context.stats.queue();
    const found = findings === undefined ? [] : findingFamilies(await findings());
    const named = namedLanes(totals, lanesUpTo);
    return exposed([
      ...totalFamilies(mergedTotals(totals, named)),
      ...laneFamilies(mergedLanes(lanes, named)),
      ...queueFamilies(queue),
      ...found,
    ]);
  };
  return {
    contentType: CONTENT_TYPE,
    render: () => {
      underway ??= render().finally(() => {
        underway = undefined;
      });
      return underway;
    },
  };
}

type Lane = Pick<LaneTotals, 'channel' | 'jobName'>;

const keyOf = ({ channel, jobName }: Lane): string => JSON.stringify([channel, jobName]);

/** Those that are told by their own names; `null`: all. By what was ever counted of them, so that it seldom changes. */
function namedLanes(totals: readonly LaneTotals[], upTo: number): ReadonlySet<string> | null {
  if (totals.length <= upTo) return null;
  return new Set(
    [...totals]
      .sort((a, b) => b.started - a.started)
      .slice(0, upTo)
      .map(keyOf),
  );
}

function mergedTotals(totals: readonly LaneTotals[], named: ReadonlySet<string> | null): readonly LaneTotals[] {
  if (named === null) return totals;
  const others = totals.filter((total) => !named.has(keyOf(total)));
  const sum = (of: (total: LaneTotals) => number): number => others.reduce((all, one) => all + of(one), 0);
  const durations = (what: 'wait' | 'run'): LaneTotals['wait'] => ({
    sumMs: sum((total) => total[what].sumMs),
    counts: (others[0]?.[what].counts ?? []).map(({ upToMs }, i) => ({
      upToMs,
      count: sum((total) => total[what].counts[i]?.count ?? 0),
    })),
  });
  const [first] = others;
  if (first === undefined) return totals;
  const outcomes = Object.fromEntries(
    Object.keys(first.outcomes).map((name) => [
      name,
      sum((total) => total.outcomes[name as keyof LaneTotals['outcomes']]),
    ]),
  ) as unknown as LaneTotals['outcomes'];
  const other = { channel: OTHER, jobName: OTHER, started: sum(({ started }) => started), outcomes };
  return [
    ...totals.filter((total) => named.has(keyOf(total))),
    { ...other, wait: durations('wait'), run: durations('run') },
  ];
}

/** What is not told by name is left out of what there is now: sums of ages and of slots would say nothing. */
function mergedLanes(lanes: readonly LaneRecord[], named: ReadonlySet<string> | null): readonly LaneRecord[] {
  return named === null ? lanes : lanes.filter((lane) => named.has(keyOf(lane)));
}

const checks = {
  context: hasMethods(['lanes', 'failures'], 'must be a Context'),
  lanesUpTo: numberIn(1, 100_000, 'lanes', 'whole'),
  findings: (value: unknown) => (typeof value === 'function' ? undefined : 'must be a function'),
};
