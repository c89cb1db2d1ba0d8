import { lineUp, type Tables } from '@bearmq/core/schema';
import { plpgsql } from '../plpgsql.ts';

/**
 * Advances schedules and inserts the jobs of their ticks: both or neither, so each tick comes once, whatever crashes and
 * however many orchestrators there are.
 *
 * What is due was worked out from rows that were read before and not locked. So each is named with its `revision`, which
 * every tick and every change raises; a row with another one is left alone. Rows are locked in the order of their ids with
 * `skip locked`, and looked up one by one: a join walked over all that are due for each 200 (1 s in place of 20 ms). See
 * apps/docs/internals/schedules.md
 */
export function fireSchedules(n: Tables): string {
  return plpgsql({
    signature: `${n.fn('fire_schedules_v1')}(p_fires json, p_jobs json)`,
    returns: 'table (o_id uuid, o_is_skipped boolean)',
    body: `begin
  return query
  with fire as materialized (
    select f.* from json_to_recordset(p_fires) as f (id uuid, revision integer, "lastAtMs" float8, "nextAtMs" float8,
      overlap text, "lastJobId" uuid)
  ),
  held as materialized (
    select s.id, f."lastAtMs", f."nextAtMs", f."lastJobId", s.payload,
      f.overlap = 'skip' and exists (select 1 from ${n.job} j where j.id = any (array[s.last_job_id])) as is_skipped
    from (select * from fire order by id) f cross join lateral (
      select s.* from ${n.schedule} s where s.id = any (array[f.id]) and s.revision = f.revision
      limit 1 for update skip locked
    ) s
    where s.paused_at is null and s.next_at <= now()
  ),
  advanced as (
    update ${n.schedule} s set last_at = to_timestamp(h."lastAtMs" / 1000), next_at = to_timestamp(h."nextAtMs" / 1000),
      revision = s.revision % 2147483647 + 1,
      last_job_id = case when h.is_skipped then s.last_job_id else coalesce(h."lastJobId", s.last_job_id) end
    from held h where s.id = any (array[h.id])
    returning s.id, h.is_skipped
  ),
  added as (
    insert into ${n.job} (id, state, run_at, name, channel, job_group, num_attempts, timeout_secs, priority, extras, payload)
    select t.id, case when t."delaySecs" > 0 then 'scheduled' when t."jobGroup" is null then 'ready' else 'blocked' end::${n.jobState},
      case when t."delaySecs" > 0 then statement_timestamp() + make_interval(secs => t."delaySecs") end,
      t.name, t.channel, t."jobGroup", t."numAttempts", t."timeoutSecs", t.priority, t.extras::json,
      coalesce(t."payloadText"::json, h.payload)
    from rows from (
      json_to_recordset(p_jobs) as ("scheduleId" uuid, id uuid, name text, channel text, "jobGroup" text,
        "delaySecs" float8, "numAttempts" integer, "timeoutSecs" float8, priority integer, extras text,
        "payloadText" text)
    ) with ordinality as t ("scheduleId", id, name, channel, "jobGroup", "delaySecs", "numAttempts", "timeoutSecs", priority,
      extras, "payloadText", place)
    join held h on h.id = t."scheduleId" where not h.is_skipped order by t.place
    returning job_group, channel, name, priority, seq, state
  ),
  behind as (
    select * from added where state = 'blocked'
  ),
  lined_up as materialized (
    select ${lineUp(n, 'behind')}
  )
  select a.id, a.is_skipped from advanced a, (select count(places) from lined_up) l;
end`,
    joins: 'hashed',
  });
}
