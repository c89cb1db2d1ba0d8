import type { Tables } from '@bearmq/core/schema';
import { plpgsql } from '../plpgsql.ts';
import { admits, holding, isMiscounted, leave, recount } from './gate.ts';

/**
 * The lanes (channel and name) in which a group has waiting jobs, as a recursive CTE `group_lane` over the text array
 * `groups`: one index probe for each lane, however many jobs wait.
 */
export function groupLanes(n: Tables, groups: string): string {
  return `recursive group_lane (job_group, channel, name) as (
      select g.name, x.channel, x.name from unnest(${groups}) as g (name) cross join lateral (
        select j.channel, j.name from ${n.job} j
        where j.job_group = g.name and j.state in ('ready', 'blocked')
        order by j.channel, j.name limit 1) x
      union all
      select l.job_group, x.channel, x.name from group_lane l cross join lateral (
        select j.channel, j.name from ${n.job} j
        where j.job_group = l.job_group and j.state in ('ready', 'blocked') and (j.channel, j.name) > (l.channel, l.name)
        order by j.channel, j.name limit 1) x
    )`;
}

/**
 * Makes the oldest waiting job of each lane of each open group `ready`, so that any worker that may run it finds it.
 * Returns the lanes in which open groups have a ready job now, and whether any was made ready here.
 *
 * The caller holds the locks of the groups' rows, and calls this in a statement after the one that took them: only
 * then does the snapshot show jobs that were moved to `blocked` while the lock was waited for. In one statement with
 * the lock such a job would be left blocked for ever.
 *
 * A group may be named more than once (a settle names that of each job), and is looked at once.
 */
export function promoteGroupHeads(n: Tables): string {
  return plpgsql({
    signature: `${n.fn('promote_group_heads_v1')}(p_groups text[])`,
    returns: 'table (o_channel text, o_name text, o_promoted boolean)',
    body: `begin
  return query
  with ${groupLanes(
    n,
    `array(
      select distinct g.name from unnest(p_groups) as u (name) join ${n.jobGroup} g on g.name = any (array[u.name])
      where ${admits('g')})`,
  )},
  head as materialized (
    select l.channel, l.name, x.id, x.state from group_lane l cross join lateral (
      select j.id, j.state from ${n.job} j
      where j.job_group = l.job_group and j.channel = l.channel and j.name = l.name and j.state in ('ready', 'blocked')
      order by j.priority desc, j.seq limit 1) x
  ),
  promoted as (
    update ${n.job} j set state = 'ready' from head h
    where h.state = 'blocked' and j.id = any (array[h.id]) and j.state = 'blocked'
  )
  select h.channel, h.name, bool_or(h.state = 'blocked') from head h group by h.channel, h.name;
end`,
  });
}

/**
 * Counts down the groups of jobs that no longer run, given as parallel arrays (one entry a job), then promotes the
 * heads of those that became open, and returns their lanes. A job that held the group in an earlier epoch holds nothing
 * any more. The caller holds the locks of the groups' rows.
 */
export function releaseGroups(n: Tables): string {
  return plpgsql({
    signature: `${n.fn('release_groups_v1')}(p_groups text[], p_epochs integer[])`,
    returns: 'table (o_channel text, o_name text)',
    body: `begin
  ${leave(
    n,
    `select f.name, f.epoch, count(*)::integer as jobs from unnest(p_groups, p_epochs) as f (name, epoch)
    group by f.name, f.epoch`,
  )};
  return query select p.o_channel, p.o_name from ${n.fn('promote_group_heads_v1')}(p_groups) p;
end`,
  });
}

/**
 * Counts the running jobs of groups anew, and returns the groups whose count was wrong: rows were deleted by hand. The
 * caller holds the locks of the groups' rows since a statement before, so no claim or settle is between the two.
 */
export function recountGroups(n: Tables): string {
  return plpgsql({
    signature: `${n.fn('recount_groups_v1')}(p_groups text[])`,
    returns: 'setof text',
    joins: 'hashed',
    body: `begin
  return query
  with holding as materialized (
    ${holding(n, 'j.job_group = any (p_groups)')}
  ),
  wrong as (
    select g.name, coalesce(h.running, 0) as running from ${n.jobGroup} g
    left join holding h on h.job_group = g.name and h.group_epoch = g.epoch
    where g.name = any (p_groups) and ${isMiscounted('g', 'h')}
  )
  ${recount(n, 'wrong')} returning g.name::text;
end`,
  });
}

/** Locks the rows of the groups in a text array, in name order, waiting for who holds them. */
export function lockGroups(n: Tables, groups: string): string {
  return `perform 1 from (select distinct u.name collate "C" as name from unnest(${groups}) as u (name) order by 1 offset 0) u
      cross join lateral (select 1 from ${n.jobGroup} g where g.name = u.name for update) l;`;
}

/**
 * Has this transaction wait for no lock longer than half a second: it fails with 55P03 then. For those who hold groups'
 * rows and are about to wait for rows of jobs. Rows of groups are held by claims, settles and rescues only, which are over
 * in a moment; but a job's may be held by a user's transaction for as long as that stays open, and whatever is held
 * meanwhile is held from everybody.
 */
export const WAIT_BRIEFLY = `perform set_config('lock_timeout', '500ms', true);`;
