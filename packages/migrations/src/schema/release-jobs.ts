import { KEPT_COLUMNS, lineUp, type Tables } from '@bearmq/core/schema';
import { plpgsql } from '../plpgsql.ts';
import { failure } from './failures.ts';
import { lockGroups, WAIT_BRIEFLY } from './groups.ts';

/**
 * Takes running jobs back from a process and frees their groups: all but the claims in `p_known` and `p_known_fences`,
 * parallel arrays. Groups are locked before jobs, in name order, as a settle does; jobs with `skip locked`, since a user's
 * transaction may hold one. The fence is raised, so whoever held a job can settle nothing any more.
 *
 * `p_refund`: no attempt is spent (the claim never reached its process), and it fails (55P03) where not all can be had. Else
 * the jobs become `suspect`, and the attempt of a started one has failed, unless `maxDeaths` forgives it. See
 * apps/docs/internals/maintain.md
 */
export function releaseJobs(n: Tables): string {
  return plpgsql({
    signature: `${n.fn('release_jobs_v1')}(
  p_process uuid, p_known uuid[], p_known_fences integer[], p_refund boolean)`,
    returns: 'table (o_id uuid, o_name text)',
    body: `declare
  v_groups text[];
  v_had uuid[];
  v_done uuid[];
  v_released_groups text[];
  v_released_epochs integer[];
  v_held ${n.fn('held_job')}[];
begin
  select array_agg(distinct j.job_group) into v_groups from ${n.job} j
  where j.process_id = p_process and j.state = 'running' and j.job_group is not null;
  ${lockGroups(n, 'v_groups')}
  ${WAIT_BRIEFLY}

  v_had := array(
    select j.id from ${n.job} j where j.process_id = p_process and j.state = 'running' and ${isUnknown}
    order by j.id for update skip locked);
  if p_refund and exists (
    select 1 from ${n.job} j where j.process_id = p_process and j.state = 'running' and ${isUnknown} and j.id <> all (v_had)) then
    raise exception 'somebody holds a job that is to be taken back' using errcode = 'lock_not_available';
  end if;

  select array_agg(j.job_group) filter (where j.job_group = any (v_groups)),
    array_agg(j.group_epoch) filter (where j.job_group = any (v_groups)),
    array_agg(row(j.held, j.channel, j.name)::${n.fn('held_job')}) filter (where j.held is not null),
    array_agg(j.id) filter (where j.done is not null)
  into v_released_groups, v_released_epochs, v_held, v_done
  from unnest(v_had) as h (id) join ${n.job} j on j.id = any (array[h.id]);

  if v_done is not null then
    ${finalizeDone(n)}
  end if;

  return query
  with released as (
    update ${n.job} j set state = case when j.job_group is null then 'ready' else 'blocked' end::${n.jobState}, process_id = null, fence = j.fence % 2147483647 + 1, suspect = j.suspect or not p_refund,
      attempt = greatest(0, j.attempt - case when j.started and (p_refund or ${IS_FORGIVEN}) then 1 else 0 end),
      ready_at = case when ${HAS_DIED} then now() else j.ready_at end,
      deaths = case when ${HAS_DIED} then coalesce(j.deaths, 0) % 2147483647 + 1 else j.deaths end,
      failures = case when ${HAS_DIED} then ${n.fn('append_failure_v1')}(j.failures, ${DEATH}) else j.failures end
    from unnest(v_had) as h (id) where j.id = any (array[h.id])
    returning j.id, j.job_group, j.channel, j.name, j.priority, j.seq
  ),
  lined_up as materialized (
    select ${lineUp(n, 'released')}
  )
  select r.id, r.name from released r where (select count(l.places) >= 0 from lined_up l);

  if v_released_groups is not null then
    perform ${n.fn('release_groups_v1')}(v_released_groups, v_released_epochs);
  end if;
  if v_held is not null then
    perform ${n.fn('release_limits_v1')}(v_held);
  end if;
end`,
  });
}

/**
 * Finalizes the jobs `v_done`, which their work functions have completed; whether history is kept was said with that. Somebody may have put a job of history back by hand: its latest end is what counts.
 */
function finalizeDone(n: Tables): string {
  return `delete from ${n.finalizedJob} f where f.id = any (v_done);
    with over as (
      delete from ${n.job} j using unnest(v_done) as d (id) where j.id = any (array[d.id]) returning ${DONE}, j.done
    )
    insert into ${n.finalizedJob} (${KEPT}, result, process_id, outcome)
    select ${KEPT}, (o.done -> 'result')::json, p_process, 'succeeded' from over o where o.done -> 'keep' = 'true';`;
}

const KEPT = [...KEPT_COLUMNS, 'failures', 'attempt'].join(', ');
const DONE = [...KEPT_COLUMNS, 'failures', 'attempt'].map((column) => `j.${column}`).join(', ');

/** Whether the job was running when its process died. */
const HAS_DIED = 'j.started and not p_refund';

/**
 * Whether the job has deaths left that spend no attempt (`maxDeaths`). Read as a text, as clients write it: extras that
 * somebody wrote by hand may be such that to read them as JSON fails, and so would the rescue, for all.
 */
const IS_FORGIVEN = `coalesce(j.deaths, 0) < coalesce(substring(j.extras::text from '"maxDeaths":([0-9]{1,4})[,}]')::integer, 0)`;

/** Who ran it and for how long died with the process. */
const DEATH = failure({
  attempt: 'j.attempt',
  error: `'the worker process died'`,
  more: `'workerId', null::text, 'durationMs', null::float8`,
});

/** A set to look up in, made once: a join of two lists of some thousand would compare each with each. */
const isUnknown = '(j.id, j.fence) not in (select k.id, k.fence from unnest(p_known, p_known_fences) as k (id, fence))';
