import { KEPT_COLUMNS, lineUp, type Tables } from '@bearmq/core/schema';
import { plpgsql } from '../plpgsql.ts';
import { lockGroupsOf, lockWaiting, tellOpened, tellOthers, WHAT_BECAME } from './waiting-jobs.ts';

/**
 * Gives waiting jobs another priority, another channel, or both; null: as it is. Their place among those of one priority
 * stays. Of each returns what became of it: `changed`, `running`, `over`, `not-found`, `busy`. The locks are those of a
 * cancel: a group's next job may be another one afterwards, and it may wait in another lane, so it is lined up anew.
 */
export function changeJobs(n: Tables): string {
  return plpgsql({
    signature: `${n.fn('change_jobs_v1')}(p_ids uuid[], p_priority integer, p_channel text)`,
    returns: WHAT_BECAME,
    body: `declare
  v_groups text[];
  v_empty ${n.fn('turn_key')}[];
  v_places bigint[];
  v_waiting uuid[];
begin
  ${lockGroupsOf(n, 'p_ids')}
  v_waiting := array(${lockWaiting(n, 'p_ids')});
  return query
  with changed as (
    update ${n.job} j set priority = coalesce(p_priority, j.priority), channel = coalesce(p_channel, j.channel)
    from unnest(v_waiting) as u (id) where j.id = any (array[u.id])
    returning j.id, j.job_group, j.channel, j.name, j.priority, j.seq, j.state
  ),
  behind as (
    select * from changed c where c.state <> 'scheduled'
  ),
  lined_up as materialized (
    select ${lineUp(n, 'behind')}
  )
  select c.id, 'changed', c.name, c.channel from changed c
  union all
  select null, null, null, null from lined_up l where l.places < 0; -- none, but asked for
  ${tellOpened(n)}
  p_ids := array(select u.id from unnest(p_ids) as u (id) where u.id <> all (v_waiting));
  ${tellOthers(n, 'p_ids')}
end`,
  });
}

/**
 * Has jobs that failed or were cancelled run again: back into `job` with their id, payload and failures, with all of their
 * attempts and at the end of the line, after `p_delay_secs`. The fence goes on from where it was, and is raised, so that no
 * settle of a claim before can name what comes now.
 *
 * No group's row is needed: this inserts, as an enqueue does. Rows that a pruner or a user's transaction holds are passed
 * over. Of each returns what became of it: `retried`, `succeeded` (it is left alone), `unfinished`, `not-found`, `busy`.
 */
export function retryJobs(n: Tables): string {
  return plpgsql({
    signature: `${n.fn('retry_jobs_v1')}(p_ids uuid[], p_delay_secs float8)`,
    returns: WHAT_BECAME,
    body: `declare
  v_over uuid[];
begin
  v_over := array(
    select f.id from unnest(p_ids) as u (id) join ${n.finalizedJob} f on f.id = any (array[u.id])
    where f.outcome <> 'succeeded' and not exists (select 1 from ${n.job} j where j.id = any (array[f.id]))
    order by f.id for update of f skip locked);
  return query
  with back as (
    delete from ${n.finalizedJob} f using unnest(v_over) as u (id) where f.id = any (array[u.id])
    returning ${BACK}, f.failures, f.error
  ),
  again as (
    insert into ${n.job} as j (${KEPT}, failures, last_error, fence, state, run_at, ready_at)
    select ${TAKEN_BACK.map((column) => `b.${column}`).join(', ')}, b.failures, b.error, b.fence % 2147483647 + 1,
      case when p_delay_secs > 0 then 'scheduled' when b.job_group is null then 'ready' else 'blocked' end::${n.jobState},
      case when p_delay_secs > 0 then now() + make_interval(secs => p_delay_secs) end,
      case when p_delay_secs > 0 then null else now() end
    from back b join unnest(p_ids) with ordinality as u (id, nth) on u.id = b.id order by u.nth
    returning j.id, j.job_group, j.channel, j.name, j.priority, j.seq, j.state
  ),
  behind as (
    select * from again a where a.state <> 'scheduled'
  ),
  lined_up as materialized (
    select ${lineUp(n, 'behind')}
  )
  select a.id, 'retried', a.name, a.channel from again a
  union all
  select null, null, null, null from lined_up l where l.places < 0; -- none, but asked for
  return query
  select u.id, case when j.id is not null then 'unfinished' when f.id is null then 'not-found'
      when f.outcome = 'succeeded' then 'succeeded' else 'busy' end,
    coalesce(j.name, f.name), null::text
  from unnest(p_ids) as u (id)
  left join ${n.job} j on j.id = any (array[u.id])
  left join ${n.finalizedJob} f on f.id = any (array[u.id])
  where u.id <> all (v_over);
end`,
  });
}

/** What a job has in history and takes back with it; its place in line, its attempts and its times are new. */
const TAKEN_BACK = KEPT_COLUMNS.filter(
  (column) => !['seq', 'claimed_at', 'fence', 'ready_at', 'deaths'].includes(column),
);
const KEPT = TAKEN_BACK.join(', ');
const BACK = [...TAKEN_BACK, 'fence'].map((column) => `f.${column}`).join(', ');
