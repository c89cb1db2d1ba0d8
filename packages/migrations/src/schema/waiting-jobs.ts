import type { Tables } from '@bearmq/core/schema';
import { lockGroups, WAIT_BRIEFLY } from './groups.ts';
import { removeTurns, WAITING } from './line.ts';

/**
 * What all changes by hand of waiting jobs have in common: a waiting job of a group is touched only by who holds the
 * group's row, and whoever holds that waits for no job.
 *
 * So the groups' rows are locked first, in name order, waiting for claims, settles and rescues, which are over in a moment.
 * The jobs are read in statements of their own, after that, and with `skip locked`: a user's transaction may hold one for as
 * long as it likes. A job that was passed over, or has changed its state or its group meanwhile, is told as `busy`; the
 * caller tries again, holding nothing in between.
 */
export function lockGroupsOf(n: Tables, ids: string): string {
  return `v_groups := array(
    select distinct j.job_group from unnest(${ids}) as u (id) join ${n.job} j on j.id = any (array[u.id])
    where j.state in (${WAITING}) and j.job_group is not null);
  if cardinality(v_groups) > 0 then
    ${lockGroups(n, 'v_groups')}
  end if;
  ${WAIT_BRIEFLY}`;
}

/**
 * The jobs `ids` that wait and whose groups this transaction has locked, locked: a query of their ids. One that is scheduled
 * or pending is in no group's order, and nobody who holds a group waits for it.
 */
export function lockWaiting(n: Tables, ids: string): string {
  return `select l.id from (
      select j.id from unnest(${ids}) as u (id) join ${n.job} j on j.id = any (array[u.id])
      where j.process_id is null
        and (j.state in ('scheduled', 'pending') or j.job_group is null or j.job_group = any (v_groups))
      order by j.id for update of j skip locked) l`;
}

/** What is said of the jobs `ids` that were left as they are: a `return query` after everything else. */
export function tellOthers(n: Tables, ids: string): string {
  return `return query
  select u.id, case when j.id is null and f.id is null then 'not-found' when j.id is null then 'over'
      when j.process_id is not null then 'running' else 'busy' end,
    coalesce(j.name, f.name), null::text
  from unnest(${ids}) as u (id)
  left join ${n.job} j on j.id = any (array[u.id])
  left join ${n.finalizedJob} f on f.id = any (array[u.id]);`;
}

/** The priority of the best job that waits where the place `p` is; null where there is none. */
function bestAt(n: Tables, p: string): string {
  return `(
        select j.priority from ${n.job} j
        where j.job_group = ${p}.job_group and j.channel = ${p}.channel and j.name = ${p}.name and j.state in (${WAITING})
        order by j.priority desc, j.seq limit 1)`;
}

/**
 * The places of the groups stand no higher than their best job does now; else a group would be served before others whose
 * jobs have a higher priority. An enqueue that counts on a place holds a share lock on it until its commit: such a place is
 * left, and one that is locked here is no good to an enqueue, which makes its own. So all jobs that count on what is locked
 * are seen by the statement after.
 */
function lowerPlaces(n: Tables): string {
  return `v_places := array(
      select t.id from ${n.jobTurn} t
      where t.job_group = any (v_groups) and t.priority > ${bestAt(n, 't')}
      order by t.job_group, t.id for update skip locked);
    update ${n.jobTurn} t set priority = h.priority
    from (
      select p.id, p.job_group, p.channel, p.name, ${bestAt(n, 'p')} as priority
      from ${n.jobTurn} p where p.job_group = any (v_groups) and p.id = any (v_places)
    ) h
    where t.job_group = h.job_group and t.channel = h.channel and t.name = h.name and t.id = h.id and h.priority < t.priority;`;
}

/**
 * Puts the places in line of the groups right that a change was made in: those that are empty now go, the others say what is
 * so. Returns the lanes of those that are open as `opened`.
 */
export function tellOpened(n: Tables): string {
  return `if cardinality(v_groups) > 0 then
    ${lowerPlaces(n)}
    v_empty := array(select row(e.job_group, e.channel, e.name, e.id)::${n.fn('turn_key')} from (
      select t.job_group, t.channel, t.name, t.id from ${n.jobTurn} t
      where t.job_group = any (v_groups) and not exists (
        select 1 from ${n.job} j
        where j.job_group = t.job_group and j.channel = t.channel and j.name = t.name and j.state in (${WAITING}))
      for update of t skip locked) e);
    ${removeTurns(n, 'unnest(v_empty)')};
    return query select null::uuid, 'opened', p.o_name, p.o_channel from ${n.fn('open_turns_v1')}(v_groups) p;
  end if;`;
}

/** What each of these functions returns: of each job what became of it, and lanes in which a group has a ready job now. */
export const WHAT_BECAME = 'table (o_id uuid, o_what text, o_name text, o_channel text)';
