import { asNumber, asText } from '../schema/index.ts';
import { type FigureSpan, laneSql, SPAN_SECS } from './lane-sql.ts';
import { defineStatement, type Statement } from './statement.ts';

export interface SeriesInput {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepSecs: number;
  readonly span: FigureSpan;
  readonly channel: string | null;
  readonly name: string | null;
}

/** Counters and sums of a step, as the columns are called. */
export interface SeriesPoint {
  /** When the step begins, in milliseconds since 1970. */
  readonly atMs: number;
  readonly counts: Readonly<Record<string, number>>;
}

/** What lanes counted, in steps; steps in which nothing was counted are left out. It has no lists, which are dear. */
export const readSeries: Statement<SeriesInput, readonly SeriesPoint[]> = defineStatement({
  name: 'bearmq_read_series',
  plan: 'anew',
  text: ({ laneStats }) => `
    select (extract(epoch from ${laneSql.step}) * 1000)::float8 as o_at,
      pg_catalog.json_build_object(${laneSql.pairsOfGroup('s')})::text as o_figures
    from ${laneStats} s where ${laneSql.within} group by ${laneSql.step} order by 1`,
  encode: encodeSeries,
  decode: (rows) =>
    rows.map(([at, counts]) => ({
      atMs: asNumber(at),
      counts: JSON.parse(asText(counts)) as Readonly<Record<string, number>>,
    })),
});

export interface DurationsPoint {
  readonly atMs: number;
  readonly waits: readonly number[];
  readonly runs: readonly number[];
  readonly waitMaxMs: number;
  readonly runMaxMs: number;
}

/** How long jobs waited and took, in steps: how many were in each range of durations. */
export const readDurations: Statement<SeriesInput, readonly DurationsPoint[]> = defineStatement({
  name: 'bearmq_read_durations',
  plan: 'anew',
  text: ({ laneStats }) => `
    select (extract(epoch from g.at) * 1000)::float8 as o_at, pg_catalog.json_build_object(
      'waitMaxMs', g.wait_max_ms, 'runMaxMs', g.run_max_ms,
      ${laneSql.pairsOfLists('g')})::text as o_lists
    from (select ${laneSql.step} as at, ${laneSql.addedUp('s')} from ${laneStats} s where ${laneSql.within} group by ${laneSql.step}) g order by 1`,
  encode: encodeSeries,
  decode: (rows) =>
    rows.map(([at, durations]) => ({
      atMs: asNumber(at),
      ...(JSON.parse(asText(durations)) as Omit<DurationsPoint, 'atMs'>),
    })),
});

function encodeSeries({ fromMs, toMs, stepSecs, span, channel, name }: SeriesInput): (string | number | null)[] {
  return [fromMs / 1000, toMs / 1000, stepSecs, SPAN_SECS[span], channel, name];
}

export interface DepthPoint {
  readonly atMs: number;
  readonly ready: number;
  readonly scheduled: number;
  readonly blocked: number;
  readonly running: number;
  readonly oldestReadyMs: number | null;
}

/** How many jobs there were, in steps: the last sample of each. */
export const readDepths: Statement<SeriesInput, readonly DepthPoint[]> = defineStatement({
  name: 'bearmq_read_depths',
  plan: 'anew',
  text: ({ laneDepth }) => `
    with samples as (
      select d.at, pg_catalog.date_bin(pg_catalog.make_interval(secs => $3::float8), d.at, pg_catalog.to_timestamp($1::float8))
          as step, pg_catalog.sum(d.ready) as ready, pg_catalog.sum(d.scheduled) as scheduled,
        pg_catalog.sum(d.blocked) as blocked, pg_catalog.sum(d.running) as running, pg_catalog.min(d.oldest_ready_at) as since
      from ${laneDepth} d
      where d.span_secs = 60 and d.at >= pg_catalog.to_timestamp($1::float8) and d.at < pg_catalog.to_timestamp($2::float8)
        and case when $4::text is null and $5::text is null then d.name = '' else d.name <> ''
          and ($4::text is null or d.channel = $4::text) and ($5::text is null or d.name = $5::text) end
      group by d.at
    )
    select distinct on (s.step) (extract(epoch from s.step) * 1000)::float8 as o_at, s.ready::float8, s.scheduled::float8,
      s.blocked::float8, s.running::float8, (extract(epoch from s.since) * 1000)::float8 as o_since
    from samples s order by s.step, s.at desc`,
  encode: ({ fromMs, toMs, stepSecs, channel, name }) => [fromMs / 1000, toMs / 1000, stepSecs, channel, name],
  decode: (rows) =>
    rows.map(([at, ready, scheduled, blocked, running, oldest]) => ({
      atMs: asNumber(at),
      ready: asNumber(ready),
      scheduled: asNumber(scheduled),
      blocked: asNumber(blocked),
      running: asNumber(running),
      oldestReadyMs: oldest === null || oldest === undefined ? null : asNumber(oldest),
    })),
});

export interface LaneTotal extends Readonly<Record<'waitMs' | 'runMs', number>> {
  readonly channel: string;
  readonly name: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly waits: readonly number[];
  readonly runs: readonly number[];
}

/**
 * What was counted of each lane since the schema was made: what is added up, and the rows of processes that are not. In
 * one statement, and so of one snapshot: a roll moves rows from the one to the other in one transaction, and the sum never
 * falls.
 */
export const readTotals: Statement<null, readonly LaneTotal[]> = defineStatement({
  name: 'bearmq_read_totals',
  plan: 'anew',
  text: ({ laneStats, laneTotal }) => `
    select t.channel::text, t.name::text, pg_catalog.json_build_object(
      ${laneSql.pairs('t')})::text as o_figures,
      pg_catalog.json_build_object(${laneSql.pairsOfLists('t')})::text as o_lists
    from (
      select a.channel, a.name, ${laneSql.addedUp('a')}
      from (
        select channel, name, ${laneSql.widened} from ${laneTotal}
        union all
        select channel, name, ${laneSql.widened} from ${laneStats} where process_id <> ${laneSql.nobody}
      ) a
      group by a.channel, a.name
    ) t
    order by 1, 2`,
  encode: () => [],
  decode: (rows) =>
    rows.map(([channel, name, figures, lists]) => {
      const {
        wait_ms: waitMs = 0,
        run_ms: runMs = 0,
        ...counts
      } = JSON.parse(asText(figures)) as Record<string, number>;
      return {
        channel: asText(channel),
        name: asText(name),
        counts,
        waitMs,
        runMs,
        ...(JSON.parse(asText(lists)) as Pick<LaneTotal, 'waits' | 'runs'>),
      };
    }),
});
