import { KEPT_COLUMNS, type Tables } from '@bearmq/core/schema';
import { plpgsql } from '../plpgsql.ts';
import { failure } from './failures.ts';
import { lockGroups, WAIT_BRIEFLY } from './groups.ts';

/**
 * Settles a batch of what one worker process did with the jobs it claimed.
 *
 * Jobs that succeeded come as parallel arrays, since nearly all do. Everything else comes in `p_rest`, a JSON array of
 * `{ id, fence, attempt, kind, secs, error, failure, result }`:
 * - `succeeded`: likewise, with a `result`;
 * - `failed`: finalized as failed, with its error;
 * - `cancelled`: finalized as that, with the reason as its error, or without one;
 * - `waiting`: claimed again after `secs` (a retry: with an error, and no more `suspect`), or at once (a release);
 * - `parked`: claimed again after `secs` as well, or where there are none, once somebody has it go on (`pending`);
 * - `started`: still running; a job that was claimed ahead spends its attempt now, and counts as claimed now: what holds
 *   a group for long is the job that runs, not those of the run before it. With an error: it has ended, and its outcome
 *   cannot be recorded.
 *
 * A `failure` says that an attempt has failed with the error, where and after how long (`{ workerId, durationMs }`): the
 * job's history of failures gets it, in the same write. Only with an error does a job that is ready at once wait anew: one
 * that is released was not started, and has waited all the time.
 *
 * Every outcome is fenced by the job's id, the number of the claim and the worker that made it, and attempts are absolute,
 * so a settle that is sent again after its answer was lost changes nothing. The number alone would not do: where the
 * commit of a claim is lost (an asynchronous failover, a crash without `synchronous_commit`), whoever claims next gets the
 * same one. What the group's row counted for the lost claim was lost in the same commit.
 *
 * Returns the claims (id and number) that the worker no longer held. What an earlier copy of the same settle did does not
 * count as lost: it has left the job in history with the same number and worker, or waiting with the same number (whoever
 * takes it from there raises that) and attempt (a rescue may come to the number of a claim whose commit was lost). Where no
 * history is kept, a job that is gone cannot be told from that, and does not count either: nobody will run it again.
 *
 * It also returns the lanes in which a group that it freed has a job that is ready now: whoever serves them has work,
 * and where there are none a claim would come back empty.
 *
 * `p_groups` names the groups of the jobs settled: their rows are locked first, in name order, so two settles cannot
 * deadlock; a settle may wait for a claim, never the other way. A job that was settled, or is to be ready next, may be held
 * by a user's transaction: then the settle fails after a moment, and the process finds out which outcome it was and records
 * the others. Freeing and promoting come last, each in its own
 * snapshot (see `promote_group_heads_v1`). Jobs without a group skip all of that.
 *
 * `p_finalized` says what becomes of finalized jobs: `keep` moves them to history, `delete` deletes them at once (a
 * retention of zero). Somebody may have put a job of history back by hand, with its id: then `keep` is refused, and
 * `replace` has its latest run take the place of the earlier one, so that what is in history is what happened last, and a
 * second copy of the settle finds what the first one wrote. Asked for only then: an `on conflict` for each job would cost
 * 1 to 5 microseconds.
 */
export function settle(n: Tables): string {
  return plpgsql({
    signature: `${n.fn('settle_v1')}(
  p_process uuid, p_ids uuid[], p_fences integer[], p_attempts integer[], p_rest json, p_groups text[], p_finalized text)`,
    returns: 'table (o_lost text, o_fence integer, o_channel text, o_name text)',
    body: `declare
  v_keep boolean := p_finalized <> 'delete';
  v_settled integer := 0;
  v_released_groups text[] := '{}';
  v_released_epochs integer[] := '{}';
  v_part record;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'BearMQ needs transaction isolation "read committed", this session uses "%"',
      current_setting('transaction_isolation') using errcode = 'invalid_transaction_state';
  end if;
  if cardinality(p_groups) > 0 then
    ${lockGroups(n, 'p_groups')}
  end if;
  ${WAIT_BRIEFLY}

  if p_finalized = 'replace' then
    delete from ${n.finalizedJob} f where f.id = any (array(
      select j.id from (
        select u.id, u.fence from unnest(p_ids, p_fences) as u (id, fence)
        union all
        select t.id, t.fence from (${rest}) t where t.kind in (${ENDS})
      ) o join ${n.job} j on j.id = any (array[o.id])
      where j.fence = o.fence and j.process_id = p_process));
  end if;

  if cardinality(p_ids) > 0 then
    with over as materialized (
      delete from ${n.job} j using unnest(p_ids, p_fences, p_attempts) as o (id, fence, attempt)
      where j.id = any (array[o.id]) and j.fence = o.fence and j.process_id = p_process
      returning ${OVER}, j.failures, o.attempt as spent
    ),
    ${finalize(n, `'succeeded'`)}
    ${collect('over')}
  end if;

  if p_rest is not null then
    with outcome as materialized (${rest}),
    over as materialized (
      delete from ${n.job} j using outcome o
      where o.kind in (${ENDS}) and j.id = any (array[o.id]) and j.fence = o.fence and j.process_id = p_process
      returning ${OVER}, ${failures(n)} as failures, o.attempt as spent, o.kind, o.error, o.result
    ),
    ${finalize(n, 'kind', 'error', 'result')},
    waiting as (
      update ${n.job} j set
        state = case when o.secs > 0 then 'scheduled' when o.kind = 'parked' and o.secs is null then 'pending'
          else 'ready' end::${n.jobState},
        ready_at = case when o.error is null then j.ready_at when o.secs > 0 then null else clock_timestamp() end,
        failures = ${failures(n)},
        run_at = case when o.secs > 0 then clock_timestamp() + make_interval(secs => o.secs) end,
        process_id = null, attempt = o.attempt, last_error = coalesce(o.error, j.last_error),
        suspect = j.suspect and o.error is null
      from outcome o where o.kind in (${WAITS}) and j.id = any (array[o.id]) and j.fence = o.fence and j.process_id = p_process
      returning j.id, j.job_group, j.group_epoch
    ),
    started as (
      update ${n.job} j set attempt = o.attempt, started = true, last_error = coalesce(o.error, j.last_error),
        claimed_at = case when o.error is null then now() else j.claimed_at end
      from outcome o where o.kind = 'started' and j.id = any (array[o.id]) and j.fence = o.fence and j.process_id = p_process
      returning j.id, null::text as job_group, null::integer as group_epoch
    ),
    settled as (
      select id, job_group, group_epoch from over
      union all select id, job_group, group_epoch from waiting
      union all select id, job_group, group_epoch from started
    )
    ${collect('settled')}
  end if;

  if cardinality(v_released_groups) > 0 then
    return query
    select null::text, null::integer, f.o_channel, f.o_name
    from ${n.fn('release_groups_v1')}(v_released_groups, v_released_epochs) f;
  end if;

  if v_settled = cardinality(p_ids) + coalesce(json_array_length(p_rest), 0) then
    return;
  end if;
  -- A row that is gone was deleted by hand, perhaps, and nobody else would count its group down.
  if cardinality(p_groups) > 0 then
    v_released_groups := array(select * from ${n.fn('recount_groups_v1')}(p_groups));
    return query
    select null::text, null::integer, p.o_channel, p.o_name from ${n.fn('promote_group_heads_v1')}(v_released_groups) p;
  end if;
  return query
  select o.id::text, o.fence, null::text, null::text from (
    select u.id, u.fence, null::text as kind, null::integer as attempt from unnest(p_ids, p_fences) as u (id, fence)
    union all
    select t.id, t.fence, t.kind, t.attempt from (${rest}) t
  ) o
  where not exists (
      select 1 from ${n.finalizedJob} f
      where f.id = any (array[o.id]) and f.fence = o.fence and f.process_id = p_process)
    and not exists (
      select 1 from ${n.job} j where j.id = any (array[o.id]) and j.fence = o.fence
        and (j.process_id = p_process or j.process_id is null and o.kind in (${WAITS}) and j.attempt = o.attempt))
    and (v_keep or exists (select 1 from ${n.job} j where j.id = any (array[o.id])));
end`,
  });
}

const rest = `select t.* from json_to_recordset(coalesce(p_rest, '[]')) as t (
      id uuid, fence integer, attempt integer, kind text, secs float8, error text, failure json, result json)`;

/** Kinds with which a job is over, and those with which it waits. */
const ENDS = `'succeeded', 'failed', 'cancelled'`;
const WAITS = `'waiting', 'parked'`;

/** What is kept of a job that is over as it is, and what is needed to free its group. */
const OVER = [...KEPT_COLUMNS, 'group_epoch'].map((column) => `j.${column}`).join(', ');

/** The failures of the job `j`, with that of `o` if it has one. */
function failures(n: Tables): string {
  const one = failure({
    attempt: 'o.attempt',
    error: 'o.error',
    more: `'workerId', o.failure -> 'workerId', 'durationMs', o.failure -> 'durationMs'`,
  });
  return `case when o.failure is null then j.failures
        else ${n.fn('append_failure_v1')}(j.failures, ${one}) end`;
}

/**
 * Moves the jobs of the CTE `over` to history, server-side: payloads do not travel. `more` are columns that only some have.
 * What is the same for all, as the worker is, does not go through the CTE: a column there costs a hundredth of a settle.
 */
function finalize(n: Tables, outcome: string, ...more: readonly string[]): string {
  const columns = [...KEPT_COLUMNS, 'failures', ...more].join(', ');
  return `moved as (
      insert into ${n.finalizedJob} (${columns}, attempt, process_id, outcome)
      select ${columns}, spent, p_process, ${outcome}::${n.jobOutcome} from over where v_keep
    )`;
}

/** Notes what was settled, and which groups that frees. */
function collect(from: string): string {
  return `select count(*)::integer as jobs, array_agg(s.job_group) filter (where s.job_group is not null) as groups,
      array_agg(s.group_epoch) filter (where s.job_group is not null) as epochs
    into v_part from ${from} s;
    v_settled := v_settled + v_part.jobs;
    v_released_groups := v_released_groups || coalesce(v_part.groups, '{}');
    v_released_epochs := v_released_epochs || coalesce(v_part.epochs, '{}');`;
}
