import type { Tables } from '@bearmq/core/schema';
import { plpgsql } from '../plpgsql.ts';
import { STRETCH } from './claim-find.ts';

/** Whether the lane of the row `s` (channel, name) is paused, or everything is. */
export function isPaused(n: Tables, s: string): string {
  return `exists (
      select 1 from ${n.pause} p where p.kind = 'everything' or p.kind = 'channel' and p.name = ${s}.channel
        or p.kind = 'name' and p.name = ${s}.name)`;
}

/** Whether a limit that has no room left is one of the lane of the row `s`. */
export function isFull(limits: string, s: string): string {
  return `exists (
      select 1 from unnest(${limits}) as k
      where k.room = 0 and (k.kind = 'channel' and k.name = ${s}.channel or k.kind = 'name' and k.name = ${s}.name))`;
}

/** Which limits count the job `j`, as `job.held` has it. */
export function heldBy(limits: string): string {
  return `(select nullif(sum(case k.kind when 'channel' then 1 else 2 end), 0) from unnest(${limits}) as k
        where k.counts and (k.kind = 'channel' and k.name = j.channel or k.kind = 'name' and k.name = j.name))::smallint`;
}

/**
 * Of the rows of a CTE with `channel`, `name` and what orders them, those that the limits let start: a CTE `within`. Each
 * limit counts the rows of its name, and then of its channel, in that order.
 */
export function withinLimits(from: string, limits: string, order: string): string {
  const room = (kind: string): string =>
    `left join unnest(${limits}) as k on k.kind = '${kind}' and k.name = o.${kind}`;
  return `of_name as (
    select o.*, row_number() over (partition by o.name order by ${order}) as nth_of_name from ${from} o
  ),
  of_channel as (
    select o.*, row_number() over (partition by o.channel order by ${order}) as nth_of_channel
    from of_name o ${room('name')} where o.nth_of_name <= coalesce(k.room, 2147483647)
  ),
  within as materialized (
    select o.* from of_channel o ${room('channel')} where o.nth_of_channel <= coalesce(k.room, 2147483647)
  )`;
}

/**
 * A plan of a demand within the limits that its claim holds: `takes` and `groups` anew, of what was seen. Jobs with and
 * without a group share what a lane may start by priority and age, and so the limits returned are what is left of
 * them for groups, which are taken first. A group counts once here; how many jobs it gives is cut when they are taken.
 */
export function limitPlan(n: Tables): string {
  return plpgsql({
    called: 'inner',
    signature: `${n.fn('limit_plan_v1')}(p_plan ${n.fn('plan')}, p_grouped ${n.fn('lane')}[], p_left integer,
  p_limits ${n.fn('limit_room')}[], out o_takes integer[], out o_groups text[], out o_limits ${n.fn('limit_room')}[])`,
    returns: 'record',
    body: `begin
  with seen as materialized (
    select s.stretch, null::text as job_group, s.rank, s.seq, u.channel, u.name
    from unnest(p_plan.seen) as s join unnest(p_plan.ungrouped) with ordinality as u (${STRETCH}, nth) on u.nth = s.stretch
    union all
    select null, x.job_group, ~x.priority, x.turn, l.channel, l.name from unnest(p_grouped) as l cross join lateral (
      select t.job_group, t.priority, t.turn from ${n.jobTurn} t
      where t.open and t.channel = l.channel and t.name = l.name
      order by ~t.priority, t.turn limit p_left) x
  ),
  ${withinLimits('seen', 'p_limits', 'o.rank, o.seq')},
  candidate as (
    select w.*, row_number() over (partition by w.job_group order by w.rank, w.seq) as nth from within w
  ),
  chosen as materialized (
    select c.* from candidate c where c.job_group is null or c.nth = 1 order by c.rank, c.seq limit p_left
  )
  select array(
      select (select count(*)::integer from chosen c where c.stretch = g.nth) from generate_series(1, cardinality(p_plan.ungrouped)) as g (nth)
      order by g.nth),
    (select array_agg(c.job_group order by c.rank, c.seq) from chosen c where c.job_group is not null),
    array(
      select row(k.kind, k.name, k.room - (
          select count(*)::integer from chosen c
          where c.job_group is null and (k.kind = 'channel' and k.name = c.channel or k.kind = 'name' and k.name = c.name)),
        k.used, k.counts, k.is_rated, k.due_at, k.is_contended)::${n.fn('limit_room')}
      from unnest(p_limits) as k)
  into o_takes, o_groups, o_limits;
end`,
  });
}

/** What a claim has taken so far, entered in the limits that it holds. The rows are locked, and not marked yet. */
export function useLimits(n: Tables): string {
  return plpgsql({
    called: 'inner',
    signature: `${n.fn('use_limits_v1')}(p_limits ${n.fn('limit_room')}[], p_rows tid[])`,
    returns: `${n.fn('limit_room')}[]`,
    body: `begin
  return (
    with taken as materialized (
      select j.channel, j.name, count(*)::integer as jobs from unnest(p_rows) as r (row) join ${n.job} j on j.ctid = r.row
      group by j.channel, j.name
    )
    select array_agg(row(k.kind, k.name, k.room - u.jobs, k.used + u.jobs, k.counts, k.is_rated, k.due_at, k.is_contended)::${n.fn('limit_room')})
    from unnest(p_limits) as k cross join lateral (
      select coalesce(sum(t.jobs), 0)::integer as jobs from taken t
      where k.kind = 'channel' and k.name = t.channel or k.kind = 'name' and k.name = t.name) u);
end`,
  });
}

/** Of jobs that are locked, the best first, those that the limits let start. */
export function fitLimits(n: Tables): string {
  return plpgsql({
    called: 'inner',
    signature: `${n.fn('fit_limits_v1')}(p_rows tid[], p_limits ${n.fn('limit_room')}[])`,
    returns: 'tid[]',
    body: `begin
  return (
    with picked as (
      select j.channel, j.name, r.row, r.nth from unnest(p_rows) with ordinality as r (row, nth) join ${n.job} j on j.ctid = r.row
    ),
    ${withinLimits('picked', 'p_limits', 'o.nth')}
    select array_agg(w.row order by w.nth) from within w);
end`,
  });
}

/**
 * What a claim leaves out of what it has found: lanes that are paused, and those of which a limit lets none start. Of the
 * other limits it holds the rows from here on, and takes no more than they let start.
 */
export const BOUNDS = (n: Tables): string => `if v_demand.has_pauses then
        v_found_ungrouped := nullif(array(select s from unnest(v_found_ungrouped) as s where not ${isPaused(n, 's')}), '{}');
        v_found_grouped := nullif(array(select s from unnest(v_found_grouped) as s where not ${isPaused(n, 's')}), '{}');
      end if;
      if v_demand.has_limits then
        v_limits := ${n.fn('hold_limits_v1')}(array(
          select row(s.channel, s.name)::${n.fn('lane')} from unnest(v_found_ungrouped) as s
          union
          select s from unnest(v_found_grouped) as s));
      end if;
      if v_limits is not null then
        v_found_ungrouped := nullif(array(select s from unnest(v_found_ungrouped) as s where not ${isFull('v_limits', 's')}), '{}');
        v_found_grouped := nullif(array(select s from unnest(v_found_grouped) as s where not ${isFull('v_limits', 's')}), '{}');
        select bool_or(k.is_rated and k.room > 0), min(k.due_at), bool_or(k.is_contended)
        into v_has_rates, v_limit_at, v_facts.is_more_likely from unnest(v_limits) as k;
      end if;`;

/**
 * Under limits a plan may leave out what may start all the same: it was made before it was known what each group gives, and
 * from which of its lanes. So a claim that took something, and less than was asked for, asks again unless all lanes are full now.
 */
export const ASK_AGAIN: string = `if v_limits is not null and v_left > 0 then
        v_facts.is_more_likely := coalesce(v_facts.is_more_likely, false)
          or exists (select 1 from unnest(v_ungrouped) as s where not ${isFull('v_limits', 's')})
          or exists (select 1 from unnest(v_grouped) as s where not ${isFull('v_limits', 's')});
      end if;`;
