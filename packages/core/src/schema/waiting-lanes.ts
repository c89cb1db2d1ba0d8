import type { Tables } from './tables.ts';

/**
 * The lanes that have jobs which may run: parts of a `with recursive`, the last of which is `heads (channel, name, since)`, since
 * when the job has been ready that would be claimed next. It walks from lane to lane by the indexes of what is ready, so it
 * costs by the number of lanes, not of jobs.
 */
export function waitingLanes({ job, jobTurn }: Pick<Tables, 'job' | 'jobTurn'>): string {
  return `ungrouped as (
  (select j.channel, j.name, ~j.priority as rank, coalesce(j.ready_at, j.enqueued_at) as since
    from ${job} j where j.state = 'ready' and j.job_group is null
    order by j.channel, j.name, (~j.priority), j.seq limit 1)
  union all
  select n.channel, n.name, n.rank, n.since from ungrouped u cross join lateral (
    select j.channel, j.name, ~j.priority as rank, coalesce(j.ready_at, j.enqueued_at) as since
    from ${job} j where j.state = 'ready' and j.job_group is null
      and (j.channel, j.name, ~j.priority) > (u.channel, u.name, u.rank)
    order by j.channel, j.name, (~j.priority), j.seq limit 1) n
),
grouped as (
  (select t.channel, t.name, t.job_group from ${jobTurn} t where t.open
    order by t.channel, t.name, (~t.priority), t.turn limit 1)
  union all
  select n.channel, n.name, n.job_group from grouped g cross join lateral (
    select t.channel, t.name, t.job_group from ${jobTurn} t where t.open and (t.channel, t.name) > (g.channel, g.name)
    order by t.channel, t.name, (~t.priority), t.turn limit 1) n
),
first_of_group as (
  select g.channel, g.name, n.since from grouped g cross join lateral (
    select coalesce(j.ready_at, j.enqueued_at) as since from ${job} j
    where j.state in ('ready', 'blocked') and j.job_group = g.job_group and j.channel = g.channel and j.name = g.name
    order by j.priority desc, j.seq limit 1) n
),
heads as (
  select h.channel, h.name, pg_catalog.min(h.since) as since
  from (select channel, name, since from ungrouped union all select channel, name, since from first_of_group) h
  group by h.channel, h.name
)`;
}
