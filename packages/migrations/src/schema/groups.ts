import type { Tables } from '@bearmq/core/schema';
import { plpgsql } from '../plpgsql.ts';
import { holding, isMiscounted, leave, recount } from './gate.ts';

/**
 * Counts down the groups of jobs that no longer run, given as parallel arrays (one entry a job), then opens the places in
 * line of those that became open, and returns their lanes. A job that held the group in an earlier epoch holds nothing
 * any more. The caller holds the locks of the groups' rows.
 */
export function releaseGroups(n: Tables): string {
  return plpgsql({
    called: 'inner',
    signature: `${n.fn('release_groups_v1')}(p_groups text[], p_epochs integer[])`,
    returns: 'table (o_channel text, o_name text)',
    body: `begin
  ${leave(
    n,
    `select f.name, f.epoch, count(*)::integer as jobs from unnest(p_groups, p_epochs) as f (name, epoch)
    group by f.name, f.epoch`,
  )};
  return query select o.o_channel, o.o_name from ${n.fn('open_turns_v1')}(p_groups) o;
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
