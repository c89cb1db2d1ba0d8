import type { Tables } from '@bearmq/core/schema';
import { plpgsql } from '../plpgsql.ts';
import { holding, isHeld, isMiscounted } from './gate.ts';
import { WAIT_BRIEFLY } from './groups.ts';
import { WAITING } from './line.ts';

/**
 * Deletes unused groups among the next `p_limit` names after `p_after`, and says where to go on.
 *
 * Two statements: the rows are locked first, and only a snapshot taken after that shows whether a job is in the group.
 * An enqueue takes no lock here, and needs none: a claim makes the row anew.
 *
 * A group that was opened by force (its epoch is not 0) may have running jobs that it does not count. Its row stays until
 * they are over: a new row would begin at epoch 0 again, and they would count it down as if they held it. So does one
 * with settings of its own, or with the starts that a limit still counts.
 */
export function pruneGroups(n: Tables): string {
  return plpgsql({
    signature: `${n.fn('prune_groups_v1')}(p_after text, p_limit integer)`,
    returns: 'table (o_deleted text, o_last text, o_seen integer)',
    body: `declare
  v_names text[];
begin
  with page as materialized (
    select g.name from ${n.jobGroup} g where g.name > p_after order by g.name limit p_limit
  )
  select count(*)::integer, max(p.name) into o_seen, o_last from page p;
  select array_agg(l.name) into v_names from (
    select g.name from ${n.jobGroup} g
    where g.name > p_after and g.name <= o_last and not ${isHeld('g')} order by g.name for update skip locked) l;
  return query
  delete from ${n.jobGroup} g where g.name = any (v_names) and not ${isHeld('g')}
    and not exists (select 1 from ${n.job} j where j.job_group = g.name and j.state in (${WAITING}))
    and not exists (select 1 from ${n.jobTurn} t where t.job_group = g.name)
    and not exists (select 1 from ${n.job} j where j.job_group = g.name and j.state = 'scheduled')
    and num_nonnulls(g.max_running, g.weight, g.rate_max, g.rate_at) = 0
    and (g.epoch = 0 or not exists (select 1 from ${n.job} j where j.job_group = g.name and j.state = 'running'))
  returning g.name, null::text, null::integer;
  return next;
end`,
  });
}

/**
 * The slow self-check. The claim/settle protocol leaves no wrong count, no waiting job of a group without a place in line,
 * and no place shut that nobody will open, but who writes rows by hand may: by a delete of the job that ran, at whose end the
 * group would have been opened, or an insert that lines up nobody. What it finds it fixes and returns, and the caller tells
 * of it.
 *
 * It looks at each lane of each group with waiting jobs (a skip scan, one probe a lane), at the places that are shut and at
 * the groups counted as busy, without a lock, and locks only what looks wrong: a claim passes over a group that is locked.
 * Rows that a claim or a settle holds are skipped: they are being put right.
 */
export function checkGroups(n: Tables): string {
  return plpgsql({
    signature: `${n.fn('check_groups_v1')}()`,
    returns: 'table (o_kind text, o_group text)',
    joins: 'hashed',
    body: `declare
  v_suspects text[];
  v_names text[];
  v_miscounted text[];
  v_stuck text[];
  v_shut bigint[];
begin
  with recursive lane (job_group, channel, name) as (
    (select j.job_group, j.channel, j.name from ${n.job} j
      where j.state in (${WAITING}) and j.job_group is not null
      order by j.job_group, j.channel, j.name limit 1)
    union all
    select x.* from lane l cross join lateral (
      select j.job_group, j.channel, j.name from ${n.job} j
      where j.state in (${WAITING}) and j.job_group is not null
        and (j.job_group, j.channel, j.name) > (l.job_group, l.channel, l.name)
      order by j.job_group, j.channel, j.name limit 1) x
  ),
  holding as materialized (
    ${holding(n)}
  )
  select array_agg(distinct s.name) into v_suspects from (
    select l.job_group as name from lane l
    where not exists (
      select 1 from ${n.jobTurn} t
      where t.job_group = any (array[l.job_group]) and t.channel = l.channel and t.name = l.name)
    union all
    select t.job_group from ${n.jobTurn} t
    where not t.open and not exists (select 1 from ${n.jobGroup} g where g.name = any (array[t.job_group]))
    union all
    select s.o_job_group from ${n.fn('gates_v1')}(array(
      select distinct t.job_group from ${n.jobTurn} t where not t.open and t.due_at is null)) s
    where s.o_places > 0 and coalesce(s.o_starts, 1) > 0
    union all
    select g.name from ${n.jobGroup} g
    left join holding h on h.job_group = g.name and h.group_epoch = g.epoch
    where ${isMiscounted('g', 'h')}) s;
  if v_suspects is null then
    return;
  end if;

  insert into ${n.jobGroup} (name)
  select s.name from unnest(v_suspects) as s (name)
  where not exists (select 1 from ${n.jobGroup} e where e.name = s.name) order by s.name collate "C" on conflict do nothing;
  select array_agg(l.name) into v_names from (
    select g.name from ${n.jobGroup} g where g.name = any (v_suspects) order by g.name for update skip locked) l;
  ${WAIT_BRIEFLY}

  v_miscounted := array(select * from ${n.fn('recount_groups_v1')}(v_names));

  with recursive lane (job_group, channel, name) as (
    select g.name, x.channel, x.name from unnest(v_names) as g (name) cross join lateral (
      select j.channel, j.name from ${n.job} j where j.job_group = g.name and j.state in (${WAITING})
      order by j.channel, j.name limit 1) x
    union all
    select l.job_group, x.channel, x.name from lane l cross join lateral (
      select j.channel, j.name from ${n.job} j
      where j.job_group = l.job_group and j.state in (${WAITING}) and (j.channel, j.name) > (l.channel, l.name)
      order by j.channel, j.name limit 1) x
  ),
  added as (
    insert into ${n.jobTurn} (job_group, channel, name, priority, turn)
    select l.job_group, l.channel, l.name, x.priority, x.seq from lane l cross join lateral (
      select j.priority, j.seq from ${n.job} j
      where j.job_group = l.job_group and j.channel = l.channel and j.name = l.name and j.state in (${WAITING})
      order by j.priority desc, j.seq limit 1) x
    where not exists (
      select 1 from ${n.jobTurn} t where t.job_group = l.job_group and t.channel = l.channel and t.name = l.name)
    returning job_turn.job_group
  )
  select array_agg(distinct a.job_group) into v_stuck from added a;
  v_shut := array(select t.id from ${n.jobTurn} t where t.job_group = any (v_names) and not t.open);
  perform ${n.fn('open_turns_v1')}(v_names);
  v_stuck := array(
    select s.name from unnest(v_stuck) as s (name)
    union
    select t.job_group from ${n.jobTurn} t where t.job_group = any (v_names) and t.id = any (v_shut) and t.open
      and not (t.job_group = any (v_miscounted)));

  return query select 'miscounted', u.name from unnest(v_miscounted) as u (name);
  return query select 'stuck', u.name from unnest(v_stuck) as u (name);
end`,
  });
}
