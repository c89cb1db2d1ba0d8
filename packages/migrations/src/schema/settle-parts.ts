import { lineUp, type Tables } from '@bearmq/core/schema';

/**
 * What a settle is told of jobs that have not simply succeeded, as rows. A result is the one item of a list: alone, `null`
 * would be none.
 */
export const rest = `select t.id, t.fence, t.attempt, t.kind, t.secs, t.error, t.failure, t.result -> 0 as result, t.keep
    from json_to_recordset(coalesce(p_rest, '[]')) as t (
      id uuid, fence integer, attempt integer, kind text, secs float8, error text, failure json, result json, keep boolean)`;

/** Kinds with which a job is over, and those with which it waits. */
export const ENDS = `'succeeded', 'failed', 'cancelled'`;
export const WAITS = `'waiting', 'snoozed', 'parked'`;

/**
 * Enqueues the jobs that follow the end of others. A statement of its own: nearly no settle has any.
 *
 * They are a JSON array of `{ of_id, kind, id, name, channel, job_group, delay_secs, run_at_ms, num_attempts, timeout_secs,
 * priority, extras, payload }`. `kind` is `failed` for one that tells of the failure of `of_id` (one at most for each), whose
 * payload is made here of what that job's row holds; and `succeeded` for what its work function has left to be
 * enqueued. Each is inserted only where the claim of its `of_id` is still held, and the job was not completed in
 * a transaction (which has enqueued it then): so once, however often the settle is sent. That job's row is locked by this before it is deleted, in
 * the same transaction.
 */
export function enqueueFollowUps(n: Tables): string {
  const isLater = `f.delay_secs > 0 or f.run_at_ms > extract(epoch from clock_timestamp()) * 1000`;
  return `with added as (
    insert into ${n.job} (id, name, channel, job_group, state, run_at, num_attempts, timeout_secs, priority, extras, payload)
    select f.id, f.name, f.channel, f.job_group,
      case when ${isLater} then 'scheduled' when f.job_group is not null then 'blocked' else 'ready' end::${n.jobState},
      case when f.delay_secs > 0 then clock_timestamp() + make_interval(secs => f.delay_secs)
        when ${isLater} then to_timestamp(f.run_at_ms / 1000) end,
      f.num_attempts, f.timeout_secs, f.priority, f.extras,
      case f.kind when 'succeeded' then coalesce(f.payload, 'null')
        else json_build_object('jobId', h.id, 'jobName', h.name, 'payload', h.payload, 'error', o.error, 'attempt', o.attempt,
          'enqueuedAtMs', floor(extract(epoch from h.enqueued_at) * 1000)) end
    from rows from (json_to_recordset(p_follow_ups) as (of_id uuid, kind text, id uuid, name text, channel text,
        job_group text, delay_secs float8, run_at_ms float8, num_attempts integer, timeout_secs float8, priority integer,
        extras json, payload json)) with ordinality
        as f (of_id, kind, id, name, channel, job_group, delay_secs, run_at_ms, num_attempts, timeout_secs, priority, extras,
          payload, nth)
      join (${rest}) o on o.id = f.of_id and o.kind = f.kind
      cross join lateral (
        select j.id, j.name, j.payload, j.enqueued_at from ${n.job} j
        where j.id = any (array[o.id]) and j.fence = o.fence and j.process_id = p_process and j.done is null
        for update) h
    order by f.nth
    returning job_group, channel, name, priority, seq, state
    ),
    behind as (select * from added a where a.state = 'blocked')
    select l.places into v_places from (select ${lineUp(n, 'behind')}) l;`;
}
