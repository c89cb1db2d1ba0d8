import type { Tables } from '@bearmq/core/schema';
import { plpgsql } from '../plpgsql.ts';
import { WAITING } from './line.ts';

/** The most jobs that are counted to say how many are ahead of one. */
const AHEAD_LIMIT = 1000;

/**
 * A process says what it takes when it starts, and of what it registers later within a second or so. One that has started
 * within so many seconds may not have said all.
 */
const STARTING_SECS = 5;

/**
 * Why a job is where it is: the first reason that holds, in the order in which it would be met on the way to a start. Asks
 * for groups what a claim asks (`gate.ts`), and changes nothing.
 *
 * Whether somebody holds the job is found out by asking for its lock without waiting, in a block that is undone at once: it
 * is held for microseconds, in which a claim might pass over the job, and so it is asked last of what may be asked of a job
 * that nothing else keeps. Who holds it is told by the row itself (`xmax`), where that is one transaction.
 *
 * Returns the kind of the reason and what belongs to it; times are milliseconds since 1970. See `Explanation` in core.
 */
export function explain(n: Tables): string {
  return plpgsql({
    signature: `${n.fn('explain_v1')}(p_id uuid)`,
    returns: 'table (o_kind text, o_facts text)',
    body: `declare
  v_it record;
  v_other record;
  v_gate record;
  v_slots integer;
  v_running integer;
  v_ahead integer;
  v_known integer;
  v_least integer;
begin
  select j.id, j.seq, j.state::text as state, j.priority, j.name, j.channel, j.job_group, j.attempt, j.fence, j.run_at,
    j.process_id, j.claimed_at, j.started, j.last_error, j.cancel, j.xmax as held_by,
    ${version(`j.extras ->> 'v'`)} as version into v_it
  from ${n.job} j where j.id = any (array[p_id]);
  if not found then
    select f.outcome, f.finalized_at into v_other from ${n.finalizedJob} f where f.id = any (array[p_id]);
    if found then
      return query select 'over', json_build_object('outcome', v_other.outcome, 'at', ${ms('v_other.finalized_at')})::text;
    else
      return query select 'unknown', '{}'::text;
    end if;
    return;
  end if;

  if v_it.process_id is not null then
    select p.host, p.pid, p.expires_at into v_other from ${n.process} p where p.id = v_it.process_id;
    return query select case when v_other.expires_at > now() then 'running' else 'process-dead' end,
      json_build_object('processId', v_it.process_id, 'host', v_other.host, 'pid', v_other.pid,
        'since', ${ms('v_it.claimed_at')}, 'isStarted', v_it.started, 'leaseExpiresAt', ${ms('v_other.expires_at')},
        'isCancelled', v_it.cancel is not null)::text;
    return;
  end if;

  select p.kind, p.name, p.since, p.reason into v_other from ${n.pause} p
  where p.kind = 'everything' or (p.kind, p.name) in (('channel', v_it.channel), ('name', v_it.name), ('group', v_it.job_group))
  order by p.since limit 1;
  if found then
    return query select 'paused', json_build_object('what', v_other.kind, 'name', nullif(v_other.name, ''),
      'since', ${ms('v_other.since')}, 'reason', v_other.reason)::text;
    return;
  end if;

  -- A process leaves a payload that is newer than it knows to others, and does so again and again where there are none.
  select max(s.known), min(s.known) into v_known, v_least from (${serving(n, 'v_it')}) s;
  if v_it.state = 'scheduled' and v_it.run_at > now() and v_it.fence > 0 and v_it.version > v_known then
    return query select 'payload-newer', json_build_object('jobName', v_it.name, 'version', v_it.version, 'known', v_known,
      'at', ${ms('v_it.run_at')})::text;
    return;
  end if;
  if v_it.state = 'scheduled' and v_it.run_at > now() then
    return query select 'due', json_build_object('at', ${ms('v_it.run_at')},
      'inSecs', case when isfinite(v_it.run_at) then extract(epoch from v_it.run_at - now()) end,
      'why', case when v_it.attempt > 0 and v_it.last_error is not null then 'retry' when v_it.fence > 0 then 'snooze' else 'delay' end,
      'lastError', v_it.last_error,
      'newerThan', case when v_it.version > coalesce(v_least, 1) then coalesce(v_least, 1) end, 'version', v_it.version)::text;
    return;
  end if;
  if v_it.state = 'pending' then
    return query select 'pending', '{}'::text;
    return;
  end if;

  if v_it.job_group is not null and v_it.state <> 'scheduled' then
    select g.o_places, g.o_starts, g.o_due_at into v_gate from ${n.fn('gates_v1')}(array[v_it.job_group]) g;
    if v_gate.o_places = 0 then
      select r.id, r.process_id, r.claimed_at, p.host, p.pid into v_other
      from ${n.jobGroup} g join ${n.job} r on r.job_group = g.name and r.state = 'running' and r.group_epoch = g.epoch
      left join ${n.process} p on p.id = r.process_id
      where g.name = v_it.job_group order by r.claimed_at limit 1;
      return query select 'group-busy', json_build_object('jobGroup', v_it.job_group, 'jobId', v_other.id,
        'processId', v_other.process_id, 'host', v_other.host, 'pid', v_other.pid, 'since', ${ms('v_other.claimed_at')})::text;
      return;
    end if;
    if v_gate.o_starts = 0 then
      return query select 'group-rate', json_build_object('jobGroup', v_it.job_group, 'at', ${ms('v_gate.o_due_at')})::text;
      return;
    end if;
    -- As many as may run at a time may start before it, and it among them.
    select w.id into v_other from ${n.job} w
    where w.job_group = v_it.job_group and w.state in (${WAITING})
      and (w.priority > v_it.priority or w.priority = v_it.priority and w.seq < v_it.seq)
      and exists (${serving(n, 'w')})
    order by w.priority desc, w.seq limit 1 offset coalesce(v_gate.o_places, 1) - 1;
    if found then
      return query select 'group-order', json_build_object('jobGroup', v_it.job_group, 'aheadJobId', v_other.id)::text;
      return;
    end if;
  end if;

  begin
    perform 1 from ${n.job} j where j.id = any (array[p_id]) for update nowait;
    raise exception using errcode = 'BM001';
  exception
    when sqlstate 'BM001' then null;
    when lock_not_available then
      select l.pid, a.xact_start into v_other from pg_locks l left join pg_stat_activity a on a.pid = l.pid
      where l.locktype = 'transactionid' and l.granted
        and l.transactionid = (select j.xmax from ${n.job} j where j.id = any (array[p_id]));
      return query select 'held', json_build_object('pid', v_other.pid, 'since', ${ms('v_other.xact_start')})::text;
      return;
  end;

  -- Of what a process runs only what the same Workers might have taken.
  with served as materialized (${serving(n, 'v_it')})
  select sum(s.slots), (
    select count(*) from ${n.job} r where r.state = 'running' and exists (
      select 1 from served x where x.id = r.process_id and (x.channels is null or x.channels @> to_jsonb(r.channel))))
  into v_slots, v_running from served s;
  if v_slots is null then
    return query select 'no-worker', json_build_object('jobName', v_it.name, 'channel', v_it.channel,
      'liveProcesses', (select count(*) from ${n.process} p where p.expires_at > now()),
      'startingProcesses', (select count(*) from ${n.process} p where p.expires_at > now()
        and p.started_at > now() - interval '${STARTING_SECS} s'))::text;
    return;
  end if;
  if v_it.version > v_known then
    return query select 'payload-newer', json_build_object('jobName', v_it.name, 'version', v_it.version, 'known', v_known,
      'at', null)::text;
    return;
  end if;
  -- One that has room for none now: the name's before the channel's, as a claim counts them.
  select l.kind, l.name, l.running, l.max_running, l.running >= l.max_running as is_full,
    ${n.fn('next_start_v1')}(l.rate_max, l.rate_secs, l.rate_at, l.rate_n) as due_at into v_other
  from ${n.jobLimit} l
  where (l.kind, l.name) in (('name', v_it.name), ('channel', v_it.channel)) and (l.running >= l.max_running
    or l.rate_max is not null and ${n.fn('starts_left_v1')}(l.rate_max, l.rate_secs, l.rate_at, l.rate_n) = 0)
  order by l.kind = 'name' desc limit 1;
  if found then
    return query select case when v_other.is_full then 'limit' else 'rate' end,
      json_build_object('what', v_other.kind, 'name', v_other.name, 'running', v_other.running, 'max', v_other.max_running,
        'at', ${ms('v_other.due_at')})::text;
    return;
  end if;
  select count(*) into v_ahead from (
    select 1 from ${n.job} a where a.state = 'ready' and a.job_group is null and a.channel = v_it.channel and a.name = v_it.name
      and (~a.priority, a.seq) < (~v_it.priority, v_it.seq) limit ${AHEAD_LIMIT}) a;
  return query select case when v_running >= v_slots then 'workers-busy' else 'about-to-start' end,
    json_build_object('slots', v_slots, 'running', v_running, 'ahead', v_ahead)::text;
end`,
  });
}

/** A moment in milliseconds since 1970; none at infinity. */
function ms(moment: string): string {
  return `case when isfinite(${moment}) then round(extract(epoch from ${moment}) * 1000) end`;
}

/** The version of a payload, which is 1 where none is said, or what is said is none. */
function version(said: string): string {
  return `case when ${said} ~ '^[0-9]{1,9}$' then (${said})::integer else 1 end`;
}

/** The living processes whose Workers take the job `j`, a row for each of their sets of channels:
 * `id`, `slots`, `channels` (null: all), `known` (the newest version of its payload). */
function serving(n: Tables, j: string): string {
  return `select p.id, case when t.e ->> 'slots' ~ '^[0-9]{1,6}$' then (t.e ->> 'slots')::integer else 0 end as slots,
      case when t.e ->> 'channels' is not null then (t.e -> 'channels')::jsonb end as channels,
      ${version(`t.e -> 'versions' ->> ${j}.name`)} as known
    from ${n.process} p
    cross join lateral json_array_elements(case when json_typeof(p.takes) = 'array' then p.takes else '[]' end) as t (e)
    where p.expires_at > now() and (t.e ->> 'channels' is null or (t.e -> 'channels')::jsonb @> to_jsonb(${j}.channel))
      and (t.e -> 'names')::jsonb @> to_jsonb(${j}.name)`;
}
