import { KEPT_COLUMNS, type Tables } from '@bearmq/core/schema';
import { plpgsql } from '../plpgsql.ts';
import { lockGroupsOf, lockWaiting, tellOpened, tellOthers, WHAT_BECAME } from './waiting-jobs.ts';

/**
 * Cancels jobs. One that waits is finalized here; of one that runs it is noted, and the counter `cancels` in the row of its
 * process is raised, which a renewal reads anyway. Of each job returns what became of it: `cancelled`, `running` (it was
 * told), `over`, `not-found`, `busy`.
 *
 * Locks: rows of processes by id, groups by name, jobs with `skip locked`. That a process's row is held makes `cancels` and
 * the jobs' `cancel` one fact. A run that ends meanwhile is settled before, or after, and then the settle sees `cancel`.
 * See apps/docs/internals/jobs-by-hand.md
 */
export function cancel(n: Tables): string {
  return plpgsql({
    signature: `${n.fn('cancel_v1')}(p_ids uuid[], p_reason text, p_finalized text)`,
    returns: WHAT_BECAME,
    body: `declare
  v_processes uuid[];
  v_groups text[];
  v_empty ${n.fn('turn_key')}[];
  v_places bigint[];
  v_cancelled uuid[];
  v_told uuid[];
begin
  v_processes := array(
    select p.id from ${n.process} p where p.id in (
      select j.process_id from unnest(p_ids) as u (id) join ${n.job} j on j.id = any (array[u.id])
      where j.process_id is not null)
    order by p.id for no key update);
  ${lockGroupsOf(n, 'p_ids')}

  v_cancelled := array(${lockWaiting(n, 'p_ids')});
  if cardinality(v_cancelled) > 0 then
    -- Somebody may have put a job of history back by hand: its latest end is what counts.
    if p_finalized <> 'delete' then
      delete from ${n.finalizedJob} f where f.id = any (v_cancelled);
    end if;
    return query
    with over as (
      delete from ${n.job} j using unnest(v_cancelled) as u (id) where j.id = any (array[u.id])
      returning ${OVER}
    ),
    moved as (
      insert into ${n.finalizedJob} (${KEPT}, failures, attempt, error, outcome)
      select ${KEPT}, failures, attempt, p_reason, 'cancelled' from over where p_finalized <> 'delete'
    )
    select o.id, 'cancelled', o.name, null::text from over o;
  end if;

  v_told := array(
    select j.id from unnest(p_ids) as u (id) join ${n.job} j on j.id = any (array[u.id])
    where j.process_id = any (v_processes) and j.done is null order by j.id for update of j skip locked);
  if cardinality(v_told) > 0 then
    return query
    update ${n.job} j set cancel = coalesce(j.cancel, jsonb_build_object(
        'at', round(extract(epoch from clock_timestamp()) * 1000), 'reason', p_reason))
    from unnest(v_told) as u (id) where j.id = any (array[u.id])
    returning j.id, 'running', j.name, null::text;
    update ${n.process} p set cancels = p.cancels % 2147483647 + 1 where p.id = any (v_processes);
  end if;
  ${tellOpened(n)}
  -- One that runs and was not told of was claimed a moment ago, or is held: it is to be asked for again.
  return query
  select u.id, case when j.done is not null then 'over' when j.id is not null then 'busy' when f.id is null then 'not-found' else 'over' end,
    coalesce(j.name, f.name), null::text
  from unnest(p_ids) as u (id)
  left join ${n.job} j on j.id = any (array[u.id])
  left join ${n.finalizedJob} f on f.id = any (array[u.id])
  where u.id <> all (v_cancelled) and u.id <> all (v_told);
end`,
  });
}

/**
 * Deletes jobs for good: those that wait, and those that are over. One that runs is left alone. Of each returns what became
 * of it: `deleted`, `running`, `not-found`, `busy`. The locks are those of a cancel.
 */
export function deleteJobs(n: Tables): string {
  return plpgsql({
    signature: `${n.fn('delete_jobs_v1')}(p_ids uuid[])`,
    returns: WHAT_BECAME,
    body: `declare
  v_groups text[];
  v_empty ${n.fn('turn_key')}[];
  v_places bigint[];
  v_waiting uuid[];
  v_over uuid[];
begin
  ${lockGroupsOf(n, 'p_ids')}
  v_waiting := array(${lockWaiting(n, 'p_ids')});
  v_over := array(
    select f.id from unnest(p_ids) as u (id) join ${n.finalizedJob} f on f.id = any (array[u.id])
    where not exists (select 1 from ${n.job} j where j.id = any (array[f.id]) and j.id <> all (v_waiting))
    order by f.id for update of f skip locked);
  return query
  with waited as (
    delete from ${n.job} j using unnest(v_waiting) as u (id) where j.id = any (array[u.id]) returning j.id, j.name
  ),
  was_over as (
    delete from ${n.finalizedJob} f using unnest(v_over) as u (id) where f.id = any (array[u.id]) returning f.id, f.name
  )
  select d.id, 'deleted', max(d.name), null::text from (select * from waited union all select * from was_over) d group by d.id;
  ${tellOpened(n)}
  p_ids := array(select u.id from unnest(p_ids) as u (id) where u.id <> all (v_waiting) and u.id <> all (v_over));
  ${tellOthers(n, 'p_ids')}
end`,
  });
}

const KEPT = KEPT_COLUMNS.join(', ');
const OVER = [...KEPT_COLUMNS, 'failures', 'attempt'].map((column) => `j.${column}`).join(', ');
