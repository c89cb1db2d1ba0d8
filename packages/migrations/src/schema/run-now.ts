import { lineUp, type Tables } from '@bearmq/core/schema';
import { plpgsql } from '../plpgsql.ts';
import { WHAT_BECAME } from './waiting-jobs.ts';

/**
 * Promotes scheduled jobs before their time: those with a delay, and those that wait for their next attempt. What a claim
 * does to jobs that are due, and with its locks: rows are passed over that others hold, and no group's row is needed, as a
 * scheduled job is in no group's order. It keeps its number, so whoever calls this has Workers scan everything.
 *
 * Of each returns what became of it: `promoted`, `waiting` (it needs nothing), `running`, `over`, `not-found`, `busy`.
 */
export function runNow(n: Tables): string {
  return plpgsql({
    signature: `${n.fn('run_now_v1')}(p_ids uuid[])`,
    returns: WHAT_BECAME,
    body: `declare
  v_scheduled uuid[];
begin
  -- The comparison with a state as text keeps it on the primary key.
  v_scheduled := array(select l.id from (
    select j.id from unnest(p_ids) as u (id) join ${n.job} j on j.id = any (array[u.id])
    where j.state::text = 'scheduled' order by j.id for update of j skip locked) l);
  return query
  with promoted as (
    update ${n.job} j set state = case when j.job_group is null then 'ready' else 'blocked' end::${n.jobState},
      ready_at = now(), run_at = null
    from unnest(v_scheduled) as u (id) where j.id = any (array[u.id])
    returning j.id, j.job_group, j.channel, j.name, j.priority, j.seq
  ),
  lined_up as materialized (
    select ${lineUp(n, 'promoted')}
  )
  select p.id, 'promoted', p.name, null::text from promoted p
  union all
  select null, null, null, null from lined_up l where l.places < 0; -- none, but asked for
  return query
  select u.id, case when j.state = 'scheduled' then 'busy' when j.process_id is not null then 'running'
      when j.id is not null then 'waiting' when f.id is null then 'not-found' else 'over' end,
    coalesce(j.name, f.name), null::text
  from unnest(p_ids) as u (id)
  left join ${n.job} j on j.id = any (array[u.id])
  left join ${n.finalizedJob} f on f.id = any (array[u.id])
  where u.id <> all (v_scheduled);
end`,
  });
}
