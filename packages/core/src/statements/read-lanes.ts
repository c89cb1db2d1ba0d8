import { asNullable, asNumber, asText, waitingLanes } from '../schema/index.ts';
import { type FigureSpan, laneSql, SPAN_SECS } from './lane-sql.ts';
import { defineStatement, type Statement } from './statement.ts';

/** What a sample of all jobs counted of a lane. */
export interface LaneSample {
  readonly atMs: number;
  readonly ready: number;
  readonly scheduled: number;
  readonly blocked: number;
  readonly pending: number;
}

export interface LiveLane {
  readonly channel: string;
  readonly name: string;
  /** Ready jobs, and groups of which one could run, counted no further than the limit. */
  readonly ready: number;
  readonly running: number;
  /** Since when the job has been ready that would be claimed next; of several priorities, the one that waits longest. */
  readonly oldestReadyMs: number | null;
  /** `null`: no sample was taken lately; a lane that a sample did not see has none of it. */
  readonly sample: LaneSample | null;
  /** What was counted in the span that is asked about. */
  readonly recent: RecentFigures | null;
}

/** As the columns are called. */
export interface RecentFigures {
  readonly started: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly retried: number;
  readonly wait_max_ms: number;
  readonly run_max_ms: number;
  readonly waits: readonly number[];
  readonly runs: readonly number[];
}

export interface ReadLanesInput {
  /** How far to count. */
  readonly upTo: number;
  /** Since when the figures are: for so many seconds before now, or from a moment on, in milliseconds since 1970. */
  readonly since: { readonly secs: number } | { readonly ms: number };
  /** Which rows the figures are made of: those of minutes, or those of hours (and of minutes that are not added up yet). */
  readonly span: FigureSpan;
}

export interface LiveLanes {
  readonly nowMs: number;
  readonly lanes: readonly LiveLane[];
}

/**
 * All lanes that have jobs, or had some lately. A lane is counted between its name and its name, in the order of names: so
 * its index is read and no row of the table, which the planner would otherwise read from its start until it has found enough.
 * It walks from lane to lane by the indexes of ready jobs, so it costs by
 * the number of lanes and of what is counted in each, not by the number of jobs; none of it waits for a lock. What no
 * index tells by lane (jobs that are scheduled or blocked) is that of the last sample. Of jobs in groups one counts as ready
 * for each group whose turn may come: its place in the line of the lane.
 */
export const readLanes: Statement<ReadLanesInput, LiveLanes> = defineStatement({
  name: 'bearmq_read_lanes',
  plan: 'anew',
  text: ({ job, jobTurn, laneStats, laneDepth }) => `
    with recursive ${waitingLanes({ job, jobTurn })},
    running as (
      select j.channel, j.name, pg_catalog.count(*) as n from ${job} j where j.state = 'running' group by j.channel, j.name
    ),
    latest as materialized (
      select pg_catalog.max(d.at) as at from ${laneDepth} d
      where d.span_secs = 60 and d.at > pg_catalog.now() - interval '10 minutes'
    ),
    sample as materialized (
      select d.at, d.channel, d.name, d.ready, d.scheduled, d.blocked, d.pending
      from ${laneDepth} d where d.span_secs = 60 and d.at = (select l.at from latest l) and d.name <> ''
    ),
    recent as materialized (
      select s.channel, s.name, ${laneSql.addedUp('s')}
      from ${laneStats} s
      where s.at >= coalesce(pg_catalog.to_timestamp($2::float8), pg_catalog.now() - pg_catalog.make_interval(secs => $3::float8))
        and ${laneSql.ofSpan}
      group by s.channel, s.name
    ),
    lane as (
      select channel, name from heads union select channel, name from running
      union select channel, name from sample union select channel, name from recent
    )
    select l.channel::text, l.name::text,
      ((select pg_catalog.count(*) from (select 1 from ${job} j where j.state = 'ready' and j.job_group is null
          and j.channel = l.channel and j.name between l.name and l.name order by j.name limit $1::int4) c)
        + (select pg_catalog.count(*) from (select 1 from ${jobTurn} t where t.open
          and t.channel = l.channel and t.name between l.name and l.name and exists (select 1 from ${job} j
            where j.state in ('ready', 'blocked') and j.job_group = t.job_group and j.channel = t.channel and j.name = t.name)
          order by t.name limit $1::int4) c))::float8 as o_ready,
      coalesce(r.n, 0)::float8 as o_running, (extract(epoch from h.since) * 1000)::float8 as o_since,
      case when m.at is not null then pg_catalog.json_build_object('atMs', extract(epoch from m.at) * 1000,
        'ready', coalesce(p.ready, 0), 'scheduled', coalesce(p.scheduled, 0), 'blocked', coalesce(p.blocked, 0),
        'pending', coalesce(p.pending, 0))::text end as o_sample,
      case when c.name is not null then pg_catalog.json_build_object(
        ${laneSql.pairs('c')}, ${laneSql.pairsOfLists('c')})::text end as o_recent,
      null::float8 as o_now
    from lane l
    cross join latest m
    left join heads h on h.channel = l.channel and h.name = l.name
    left join running r on r.channel = l.channel and r.name = l.name
    left join sample p on p.channel = l.channel and p.name = l.name
    left join recent c on c.channel = l.channel and c.name = l.name
    union all
    select null::text, null::text, null::float8, null::float8, null::float8, null::text, null::text,
      (extract(epoch from pg_catalog.now()) * 1000)::float8
    order by 1, 2`,
  encode: ({ upTo, since, span }) => [
    upTo,
    'ms' in since ? since.ms / 1000 : null,
    'secs' in since ? since.secs : null,
    SPAN_SECS[span],
  ],
  decode: (rows) => ({
    nowMs: asNumber(rows[rows.length - 1]?.[7]), // null sorts last
    lanes: rows.slice(0, -1).map(([channel, name, ready, running, oldest, sample, recent]) => ({
      channel: asText(channel),
      name: asText(name),
      ready: asNumber(ready),
      running: asNumber(running),
      oldestReadyMs: asNullable(oldest, asNumber),
      sample: sample === null ? null : (JSON.parse(asText(sample)) as LaneSample),
      recent: recent === null ? null : (JSON.parse(asText(recent)) as RecentFigures),
    })),
  }),
});
