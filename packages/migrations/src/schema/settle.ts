import { KEPT_COLUMNS, lineUp, type Tables } from '@bearmq/core/schema';
import { plpgsql } from '../plpgsql.ts';
import { failure } from './failures.ts';
import { lockGroups, WAIT_BRIEFLY } from './groups.ts';
import { ENDS, enqueueFollowUps, rest, WAITS } from './settle-parts.ts';

/**
 * Settles a batch of what one process did with the jobs it claimed. Plain successes come as parallel arrays, everything
 * else in `p_rest` (`settle-parts.ts` has its kinds).
 *
 * Every outcome is fenced by (id, fence, process) and attempts are absolute, so a copy changes nothing. Groups' rows are
 * locked first, in name order; a settle may wait for a claim, never the other way. Who holds groups waits half a second at
 * most for a job that a user's transaction holds. Groups are opened last, each in a snapshot of its own: one older than the
 * lock would leave a job that was lined up meanwhile for ever.
 *
 * Returns the claims that were lost, and lanes in which a group that it opened stands in line; a row of nulls says that a
 * limit counts less. Kinds, steps, figures: apps/docs/internals/settle.md
 */
export function settle(n: Tables): string {
  return plpgsql({
    signature: `${n.fn('settle_v1')}(
  p_process uuid, p_ids uuid[], p_fences integer[], p_attempts integer[], p_rest json, p_groups text[], p_finalized text,
  p_failed text default null, p_follow_ups json default null)`,
    returns: 'table (o_lost text, o_fence integer, o_channel text, o_name text)',
    body: `declare
  v_keep boolean := p_finalized <> 'delete';
  v_keep_failed boolean := coalesce(p_failed, p_finalized) <> 'delete';
  v_settled integer := 0;
  v_released_groups text[] := '{}';
  v_released_epochs integer[] := '{}';
  v_held ${n.fn('held_job')}[];
  v_part record;
  v_places integer;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'BearMQ needs transaction isolation "read committed", this session uses "%"',
      current_setting('transaction_isolation') using errcode = 'invalid_transaction_state';
  end if;
  if cardinality(p_groups) > 0 then
    ${lockGroups(n, 'p_groups')}
  end if;
  ${WAIT_BRIEFLY}

  if 'replace' in (p_finalized, p_failed) then
    delete from ${n.finalizedJob} f where f.id = any (array(
      select j.id from (
        select u.id, u.fence, 'succeeded' as kind from unnest(p_ids, p_fences) as u (id, fence)
        union all
        select t.id, t.fence, t.kind from (${rest}) t
      ) o join ${n.job} j on j.id = any (array[o.id])
      where j.fence = o.fence and j.process_id = p_process
        and (o.kind in (${ENDS}) or o.kind in (${WAITS}) and (j.cancel is not null or j.done is not null))));
  end if;

  if cardinality(p_ids) > 0 then
    with over as materialized (
      delete from ${n.job} j using unnest(p_ids, p_fences, p_attempts) as o (id, fence, attempt)
      where j.id = any (array[o.id]) and j.fence = o.fence and j.process_id = p_process
      returning ${OVER}, j.failures, o.attempt as spent
    ),
    ${finalize(n, `'succeeded'`, 'v_keep')}
    ${collect(n, 'over')}
  end if;

  if p_follow_ups is not null then
    ${enqueueFollowUps(n)}
  end if;

  if p_rest is not null then
    with outcome as materialized (${rest}),
    over as materialized (
      delete from ${n.job} j using outcome o
      where o.kind in (${ENDS}) and j.id = any (array[o.id]) and j.fence = o.fence and j.process_id = p_process
        and (o.kind = 'succeeded' or j.done is null)
      returning ${OVER}, ${failures(n)} as failures, o.attempt as spent, o.kind, o.error, o.keep,
        case when j.done is null then o.result else coalesce((j.done -> 'result')::json, o.result) end as result
    ),
    ${finalize(n, 'kind', IS_KEPT, 'error', 'result')},
    waiting as (
      update ${n.job} j set
        state = case when o.secs > 0 then 'scheduled' when o.kind = 'parked' and o.secs is null then 'pending'
          when j.job_group is not null then 'blocked' else 'ready' end::${n.jobState},
        ready_at = case when o.error is null and o.kind <> 'snoozed' then j.ready_at when o.secs > 0 then null
          else clock_timestamp() end,
        failures = ${failures(n)},
        run_at = case when o.secs > 0 then clock_timestamp() + make_interval(secs => o.secs) end,
        process_id = null, attempt = o.attempt, last_error = coalesce(o.error, j.last_error),
        suspect = j.suspect and o.error is null and o.kind <> 'snoozed'
      from outcome o where o.kind in (${WAITS}) and j.id = any (array[o.id]) and j.fence = o.fence and j.process_id = p_process
        and j.cancel is null and j.done is null
      returning j.id, j.job_group, j.group_epoch, j.channel, j.name, j.priority, j.seq, j.state, j.held
    ),
    -- Before their groups are opened, which is done in a statement that sees these places.
    behind as (
      select * from waiting w where w.state = 'blocked'
    ),
    lined_up as materialized (
      select ${lineUp(n, 'behind')}
    ),
    started as (
      update ${n.job} j set attempt = o.attempt, started = true, last_error = coalesce(o.error, j.last_error),
        claimed_at = case when o.error is null then now() else j.claimed_at end
      from outcome o where o.kind = 'started' and j.id = any (array[o.id]) and j.fence = o.fence and j.process_id = p_process
      returning j.id, null::text as job_group, null::integer as group_epoch, null::smallint as held, null::text as channel, null::text as name
    ),
    settled as (
      select id, job_group, group_epoch, held, channel, name from over
      union all select id, job_group, group_epoch, held, channel, name from waiting
      union all select id, job_group, group_epoch, held, channel, name from started
      union all select null, null, null, null, null, null from lined_up l where l.places < 0 -- none, but asked for
    )
    ${collect(n, 'settled')}

    -- Not all: some are lost, or somebody wants a job cancelled that would wait, or a job was completed. In a statement of its
    -- own, since that may have been written after the one above began; it waited for the row then, and has left it alone.
    if v_settled < cardinality(p_ids) + json_array_length(p_rest) then
      with outcome as materialized (${rest}),
      over as materialized (
        delete from ${n.job} j using outcome o
        where j.id = any (array[o.id]) and j.fence = o.fence and j.process_id = p_process
          and (j.done is not null and o.kind in (${ENDS}, ${WAITS}) or j.cancel is not null and o.kind in (${WAITS}))
        returning ${OVER}, case when j.done is null then ${failures(n)} else j.failures end as failures,
          case when j.done is null then o.attempt else j.attempt end as spent,
          case when j.done is null then left(j.cancel ->> 'reason', 10000) end as error, (j.done -> 'result')::json as result,
          case when j.done is null then 'cancelled' else 'succeeded' end as kind, o.keep
      ),
      ${finalize(n, 'kind', IS_KEPT, 'error', 'result')}
      ${collect(n, 'over', 'array_agg(s.id) as ids, array_agg(s.kind) as kinds')}
      return query
      select c.id::text, j.fence, case c.kind when 'succeeded' then 'completed' else c.kind end, null::text
      from unnest(v_part.ids, v_part.kinds) as c (id, kind) join (${rest}) j on j.id = c.id;
    end if;
  end if;

  if cardinality(v_released_groups) > 0 then
    return query
    select null::text, null::integer, f.o_channel, f.o_name
    from ${n.fn('release_groups_v1')}(v_released_groups, v_released_epochs) f;
  end if;

  if v_held is not null then
    perform ${n.fn('release_limits_v1')}(v_held);
    return query select null::text, null::integer, null::text, null::text;
  end if;

  if v_settled = cardinality(p_ids) + coalesce(json_array_length(p_rest), 0) then
    return;
  end if;
  -- A row that is gone was deleted by hand, perhaps, and nobody else would count its group down.
  if cardinality(p_groups) > 0 then
    v_released_groups := array(select * from ${n.fn('recount_groups_v1')}(p_groups));
    return query
    select null::text, null::integer, o.o_channel, o.o_name from ${n.fn('open_turns_v1')}(v_released_groups) o;
  end if;
  -- Completed, and finalized already: by a rescue, or by an earlier copy of this settle.
  return query
  select o.id::text, o.fence, 'completed', null::text from (${rest}) o join ${n.finalizedJob} f on f.id = any (array[o.id])
  where o.kind not in ('succeeded', 'started') and f.fence = o.fence and f.process_id = p_process and f.outcome = 'succeeded';
  return query
  select o.id::text, o.fence, null::text, null::text from (
    select u.id, u.fence, null::text as kind, null::integer as attempt from unnest(p_ids, p_fences) as u (id, fence)
    union all
    select t.id, t.fence, t.kind, t.attempt from (${rest}) t
  ) o
  where not exists (
      select 1 from ${n.finalizedJob} f
      where f.id = any (array[o.id]) and f.fence = o.fence
        -- Cancelled while it waited: with this number only what an earlier copy has put back.
        and (f.process_id = p_process or f.process_id is null and f.outcome = 'cancelled'))
    and not exists (
      select 1 from ${n.job} j where j.id = any (array[o.id]) and j.fence = o.fence
        and (j.process_id = p_process or j.process_id is null and o.kind in (${WAITS}) and j.attempt = o.attempt))
    and (case when o.kind is null or o.kind = 'succeeded' then v_keep when o.kind in (${ENDS}) then v_keep_failed
        else v_keep and v_keep_failed end
      or exists (select 1 from ${n.job} j where j.id = any (array[o.id])));
end`,
  });
}

/** Whether a job that is over is moved to history. */
const IS_KEPT = `keep or case kind when 'succeeded' then v_keep else v_keep_failed end`;

/** What is kept of a job that is over as it is, and what is needed to free its group. */
const OVER = [...KEPT_COLUMNS, 'group_epoch', 'held'].map((column) => `j.${column}`).join(', ');

/** The failures of the job `j`, with that of `o` if it has one. For the first no function is called, which takes 6 microseconds. */
function failures(n: Tables): string {
  const one = failure({
    attempt: 'o.attempt',
    error: 'o.error',
    more: `'workerId', o.failure -> 'workerId', 'durationMs', o.failure -> 'durationMs'`,
  });
  return `case when o.failure is null then j.failures when j.failures is null then jsonb_build_array(${one})
        else ${n.fn('append_failure_v1')}(j.failures, ${one}) end`;
}

/**
 * Moves the jobs of the CTE `over` to history, server-side: payloads do not travel. `more` are columns that only some have.
 * What is the same for all, as the worker is, does not go through the CTE: a column there costs a hundredth of a settle.
 */
function finalize(n: Tables, outcome: string, isKept: string, ...more: readonly string[]): string {
  const columns = [...KEPT_COLUMNS, 'failures', ...more].join(', ');
  return `moved as (
      insert into ${n.finalizedJob} (${columns}, attempt, process_id, outcome)
      select ${columns}, spent, p_process, ${outcome}::${n.jobOutcome} from over where ${isKept}
    )`;
}

/** Notes what was settled, and which groups that frees. `more` is another aggregate of the jobs. */
function collect(n: Tables, from: string, more: string = 'null::uuid[] as ids'): string {
  return `select count(*)::integer as jobs, ${more}, array_agg(s.job_group) filter (where s.job_group is not null) as groups,
      array_agg(s.group_epoch) filter (where s.job_group is not null) as epochs,
      array_agg(row(s.held, s.channel, s.name)::${n.fn('held_job')}) filter (where s.held is not null) as held
    into v_part from ${from} s;
    v_settled := v_settled + v_part.jobs;
    v_released_groups := v_released_groups || coalesce(v_part.groups, '{}');
    v_released_epochs := v_released_epochs || coalesce(v_part.epochs, '{}');
    v_held := v_held || v_part.held;`;
}
