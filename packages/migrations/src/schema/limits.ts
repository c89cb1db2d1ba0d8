import type { Tables } from '@bearmq/core/schema';
import { plpgsql } from '../plpgsql.ts';
import { WAIT_BRIEFLY } from './groups.ts';
import { isOlder } from './rate.ts';

/** Whether the row `l` of `job_limit` limits jobs, and not their groups alone. */
const LIMITS = '(l.max_running is not null or l.rate_max is not null)';

/** The lanes of two arrays, as what may have a limit. */
const KINDS = `(select 'channel' collate "C" as kind, u.channel as name from unnest(p_lanes) as u
      union select 'name', u.name from unnest(p_lanes) as u)`;

/**
 * The limits of channels and names: rows that count, locked by who takes jobs from before it looks until it commits.
 *
 * Order of locks: a claim takes its process's row, limits, groups, jobs, and waits for none of the last three; a settle takes
 * groups, jobs, limits, each sorted; who sets a limit takes the table of the processes, jobs, the limit.
 *
 * Says, of the lanes that a claim has found, how many jobs each limit lets start now, and locks those that let any. A row that
 * others hold counts as having no room. See apps/docs/internals/limits.md
 */
export function holdLimits(n: Tables): string {
  return plpgsql({
    called: 'inner',
    signature: `${n.fn('hold_limits_v1')}(p_lanes ${n.fn('lane')}[])`,
    returns: `${n.fn('limit_room')}[]`,
    body: `declare
  v_kinds text[];
  v_names text[];
begin
  select array_agg(h.kind), array_agg(h.name) into v_kinds, v_names from (
    select w.kind, w.name from ${KINDS} w order by 1, 2 offset 0) w
  cross join lateral (
    select l.kind, l.name from ${n.jobLimit} l
    where l.kind = w.kind and l.name = any (array[w.name]) and ${LIMITS}
      and (l.max_running is null or l.running < l.max_running)
      and (l.rate_max is null or ${n.fn('starts_left_v1')}(l.rate_max, l.rate_secs, l.rate_at, l.rate_n) > 0)
      and not ${isOlder('l')}
    for update skip locked) h;
  return (
    select array_agg(row(r.kind, r.name, case when r.is_mine then least(r.places, r.starts) else 0 end, 0,
      r.max_running is not null, r.rate_max is not null,
      case when r.places > 0 and r.starts = 0
        then ${n.fn('next_start_v1')}(r.rate_max, r.rate_secs, r.rate_at, r.rate_n) end,
      not r.is_mine and r.places > 0 and r.starts > 0)::${n.fn('limit_room')})
    from (
      select l.*, m.kind is not null as is_mine, coalesce(l.max_running - l.running, 2147483647) as places,
        case when l.rate_max is null then 2147483647
          else ${n.fn('starts_left_v1')}(l.rate_max, l.rate_secs, l.rate_at, l.rate_n) end as starts
      from ${KINDS} w join ${n.jobLimit} l on l.kind = w.kind and l.name = any (array[w.name])
      left join unnest(v_kinds, v_names) as m (kind, name) on m.kind = l.kind and m.name = l.name
      where ${LIMITS}
    ) r);
end`,
  });
}

/** Notes what a claim has taken under limits, whose rows it holds, and returns when one that gave its last start has another. */
export function countLimits(n: Tables): string {
  return plpgsql({
    called: 'inner',
    signature: `${n.fn('count_limits_v1')}(p_limits ${n.fn('limit_room')}[])`,
    returns: 'timestamptz',
    body: `begin
  update ${n.jobLimit} l set running = l.running + case when l.max_running is null then 0 else k.used end
  from unnest(p_limits) as k where k.used > 0 and l.kind = k.kind and l.name = any (array[k.name]);
  update ${n.jobLimit} l set (rate_at, rate_n) = (
    select s.o_at, s.o_n from ${n.fn('note_starts_v1')}(l.rate_secs, l.rate_at, l.rate_n, k.used) s)
  from unnest(p_limits) as k
  where k.used > 0 and k.is_rated and l.kind = k.kind and l.name = any (array[k.name]);
  return (
    select min(${n.fn('next_start_v1')}(l.rate_max, l.rate_secs, l.rate_at, l.rate_n))
    from unnest(p_limits) as k join ${n.jobLimit} l on l.kind = k.kind and l.name = any (array[k.name])
    where k.is_rated and k.used > 0);
end`,
  });
}

/** Counts down the limits that jobs no longer run under. Sorted, after all other locks. */
export function releaseLimits(n: Tables): string {
  return plpgsql({
    called: 'inner',
    signature: `${n.fn('release_limits_v1')}(p_held ${n.fn('held_job')}[])`,
    returns: 'void',
    body: `declare
  v_limits ${n.fn('limit_room')}[];
begin
  v_limits := array(
    select row(u.kind, u.name, 0, count(*)::integer, true, false, null, false)::${n.fn('limit_room')}
    from (
      select 'channel' as kind, h.channel as name from unnest(p_held) as h where h.held & 1 > 0
      union all
      select 'name', h.name from unnest(p_held) as h where h.held & 2 > 0
    ) u
    group by u.kind, u.name);
  perform 1 from (select k.kind, k.name from unnest(v_limits) as k order by k.kind, k.name collate "C" offset 0) k
  cross join lateral (
    select 1 from ${n.jobLimit} l where l.kind = k.kind and l.name = any (array[k.name]) for update) l;
  update ${n.jobLimit} l set running = greatest(0, l.running - k.used)
  from unnest(v_limits) as k where l.kind = k.kind and l.name = any (array[k.name]);
end`,
  });
}

/**
 * Sets the limits of a channel or a name, and of groups there; nulls for none. It waits for all claims under way, each of
 * which holds its process's row, and holds up new ones until it commits: so none is left that has not seen the new
 * limits, and those that run by then are counted. It waits for half a second at most (55P03: to be sent again).
 *
 * What a definition says (`p_origin`) does not stand against what a call has set. Returns whether it was written.
 */
export function setLimit(n: Tables): string {
  return plpgsql({
    signature: `${n.fn('set_limit_v1')}(p_kind text, p_name text, p_origin text, p_max_running integer, p_rate_max integer,
  p_rate_secs float8, p_group_max_running integer, p_group_rate_max integer, p_group_rate_secs float8)`,
    returns: 'boolean',
    body: `declare
  v_bit smallint := case p_kind when 'channel' then 1 else 2 end;
  v_jobs integer := 0;
begin
  ${WAIT_BRIEFLY}
  lock table ${n.process} in exclusive mode;
  if p_origin = 'definition' and exists (
    select 1 from ${n.jobLimit} l where l.kind = p_kind and l.name = p_name and l.origin <> 'definition') then
    return false;
  end if;
  if num_nonnulls(p_max_running, p_rate_max, p_group_max_running, p_group_rate_max) = 0 then
    update ${n.job} j set held = nullif(j.held & ~v_bit, 0)
    where j.state = 'running' and j.held & v_bit > 0 and case p_kind when 'channel' then j.channel else j.name end = p_name;
    delete from ${n.jobLimit} l where l.kind = p_kind and l.name = p_name;
    return true;
  end if;
  -- Jobs before limits, as a settle has it.
  if p_max_running is not null then
    with counted as (
      update ${n.job} j set held = coalesce(j.held, 0) | v_bit
      where j.state = 'running' and coalesce(j.held & v_bit, 0) = 0
        and case p_kind when 'channel' then j.channel else j.name end = p_name
      returning 1
    )
    select count(*) into v_jobs from counted;
  end if;
  insert into ${n.jobLimit} as l (kind, name, origin, running, max_running, rate_max, rate_secs, group_max_running,
    group_rate_max, group_rate_secs)
  values (p_kind, p_name, p_origin, v_jobs, p_max_running, p_rate_max, p_rate_secs, p_group_max_running,
    p_group_rate_max, p_group_rate_secs)
  on conflict (kind, name) do update set origin = p_origin, running = l.running + v_jobs, max_running = p_max_running,
    rate_max = p_rate_max, rate_secs = p_rate_secs, group_max_running = p_group_max_running,
    group_rate_max = p_group_rate_max, group_rate_secs = p_group_rate_secs;
  return true;
end`,
  });
}

/**
 * Sets what one group may do; nulls for what holds without. Whoever starts jobs of it holds its row, so it is true of all
 * starts after this. Returns the lanes in which it stands in line now.
 */
export function setGroup(n: Tables): string {
  return plpgsql({
    signature: `${n.fn('set_group_v1')}(
  p_group text, p_max_running integer, p_weight integer, p_rate_max integer, p_rate_secs float8)`,
    returns: 'table (o_channel text, o_name text)',
    body: `begin
  insert into ${n.jobGroup} (name) values (p_group) on conflict do nothing;
  perform 1 from ${n.jobGroup} g where g.name = p_group for update;
  update ${n.jobGroup} g set max_running = p_max_running, weight = p_weight, rate_max = p_rate_max, rate_secs = p_rate_secs
  where g.name = p_group;
  return query select o.o_channel, o.o_name from ${n.fn('open_turns_v1')}(array[p_group]) o;
end`,
  });
}

/**
 * Opens places of groups that may do more since a limit of their channel or name was changed, a page of groups at a time.
 * Returns the last one, or null at the end. Without it they are opened by the settle of what runs in them, and those that
 * wait for a rate when that has a start again.
 */
export function reopenTurns(n: Tables): string {
  return plpgsql({
    signature: `${n.fn('reopen_turns_v1')}(p_after text, p_limit integer)`,
    returns: 'text',
    body: `declare
  v_last text;
  v_groups text[];
begin
  select max(d.job_group), array_agg(d.job_group) into v_last, v_groups from (
    select distinct t.job_group from ${n.jobTurn} t where t.job_group > p_after and not t.open
    order by t.job_group limit p_limit) d;
  v_groups := array(
    select l.name from (
      select g.name from unnest(v_groups) as u (name) join ${n.jobGroup} g on g.name = any (array[u.name])
      order by g.name for update of g) l);
  perform ${n.fn('open_turns_v1')}(v_groups);
  return v_last;
end`,
  });
}
