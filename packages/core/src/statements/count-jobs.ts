import { asBoolean, asNumber, asText } from '../schema/index.ts';
import { defineStatement, type Statement } from './statement.ts';

export interface JobCount {
  readonly channel: string;
  readonly jobName: string;
  readonly state: 'scheduled' | 'ready' | 'blocked' | 'running';
  readonly count: number;
  /** There are more: they were counted up to here. */
  readonly isAtLeast: boolean;
}

export interface OutcomeCount {
  readonly jobName: string;
  readonly outcome: 'succeeded' | 'failed' | 'cancelled';
  readonly count: number;
  readonly isAtLeast: boolean;
}

/** The most entries of an index that are read for a state whose index does not lie lane by lane, for one of `upTo`. */
const TIMES = 10;

/** The most lanes that ready jobs are counted in. */
const MAX_LANES = 10_000;

/**
 * Counts the jobs that are not over by lane and state, each up to a limit: ready ones lane by lane, by a skip scan; of the other states so many entries of their indexes. What it costs follows the limit and the lanes, not the
 * jobs, and history not at all. One that waits for other jobs is in no index, and is not counted.
 */
export const countUnfinished: Statement<{ readonly upTo: number }, readonly JobCount[]> = defineStatement({
  name: 'bearmq_count_unfinished',
  plan: 'anew',
  mayBeRepeated: true,
  text: ({ job }) => `
    with recursive lane (channel, name) as (
      (select j.channel, j.name from ${job} j where j.state = 'ready' and j.job_group is null
        order by j.channel, j.name limit 1)
      union all
      select x.channel, x.name from lane l cross join lateral (
        select j.channel, j.name from ${job} j where j.state = 'ready' and j.job_group is null
          and (j.channel, j.name) > (l.channel, l.name)
        order by j.channel, j.name limit 1) x
    ),
    ungrouped as (
      select l.channel, l.name, 'ready' as state, c.count, c.count > $1::int4 as is_full
      from (select * from lane limit $3::int4) l cross join lateral (
        select pg_catalog.count(*) as count from (
          select 1 from ${job} j where j.state = 'ready' and j.job_group is null and j.channel = l.channel and j.name = l.name
          limit $1::int4 + 1) x) c
    ),
    others as (
      (select j.channel, j.name, 'blocked' as state from ${job} j
        where j.state in ('ready', 'blocked') and j.state = 'blocked' and j.job_group is not null limit $2::int4 + 1)
      union all
      (select j.channel, j.name, 'scheduled' from ${job} j where j.state = 'scheduled' limit $2::int4 + 1)
      union all
      (select j.channel, j.name, 'running' from ${job} j where j.state = 'running' limit $2::int4 + 1)
    ),
    by_lane as (
      select o.channel, o.name, o.state, pg_catalog.count(*) as count from others o group by o.channel, o.name, o.state
    )
    select u.channel::text as channel, u.name::text as name, u.state::text as state, u.count::int4 as count,
      u.is_full as is_full from ungrouped u
    union all
    select b.channel::text, b.name::text, b.state::text, b.count::int4,
      pg_catalog.sum(b.count) over (partition by b.state) > $2::int4 from by_lane b`,
  encode: ({ upTo }) => [upTo, upTo * TIMES, MAX_LANES],
  decode: (rows) =>
    rows.map(([channel, name, state, count, isFull]) => ({
      channel: asText(channel),
      jobName: asText(name),
      state: asText(state) as JobCount['state'],
      count: asNumber(count),
      isAtLeast: asBoolean(isFull),
    })),
});

/** Counts what ended in the last hour, by name and outcome: the latest of each up to a limit. */
export const countOutcomes: Statement<{ readonly upTo: number }, readonly OutcomeCount[]> = defineStatement({
  name: 'bearmq_count_outcomes',
  plan: 'anew',
  mayBeRepeated: true,
  text: ({ finalizedJob }) => `
    with latest as (
      (select f.name, f.outcome::text as outcome, 'all' as what from ${finalizedJob} f
        where f.finalized_at > pg_catalog.now() - interval '1 hour' order by f.finalized_at desc limit $1::int4 + 1)
      union all
      (select f.name, f.outcome::text, 'not succeeded' from ${finalizedJob} f
        where f.finalized_at > pg_catalog.now() - interval '1 hour' and f.outcome <> 'succeeded'
        order by f.finalized_at desc limit $1::int4 + 1)
    ),
    counted as (
      select l.name, l.outcome, l.what, pg_catalog.count(*) as count from latest l group by l.name, l.outcome, l.what
    ),
    told as (
      select c.*, pg_catalog.sum(c.count) over (partition by c.what) > $1::int4 as is_full from counted c
    )
    select t.name::text as name, t.outcome::text as outcome, t.count::int4 as count, t.is_full as is_full from told t
    where (t.what = 'all') = (t.outcome = 'succeeded')`,
  encode: ({ upTo }) => [upTo * TIMES],
  decode: (rows) =>
    rows.map(([name, outcome, count, isFull]) => ({
      jobName: asText(name),
      outcome: asText(outcome) as OutcomeCount['outcome'],
      count: asNumber(count),
      isAtLeast: asBoolean(isFull),
    })),
});
