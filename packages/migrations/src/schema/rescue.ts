import type { Tables } from '@bearmq/core/schema';
import { plpgsql } from '../plpgsql.ts';
import { forceOpen, isHeld } from './gate.ts';
import { lockGroups, WAIT_BRIEFLY } from './groups.ts';

/**
 * Whether a worker has let half of its lease pass: it renews every third. Core asks the same when it renews its own. In
 * numbers, as the difference of two times that somebody wrote by hand may be out of an interval's range.
 */
function isOverdue(worker: string): string {
  return `extract(epoch from ${worker}.renewed_at)::float8 + extract(epoch from ${worker}.expires_at)::float8
      < 2 * extract(epoch from now())::float8`;
}

/** The longest time between two looks that count as one watch, in seconds. */
const WATCH_GAP_SECS = 3;

/**
 * Gives the jobs of dead processes back to the queue, and opens groups that were held for too long.
 *
 * A process is dead when its lease has run out, it was watched for `p_grace_secs` without a gap and did not renew, and its
 * session lock is free or it has not renewed for `p_blocked_secs`. The watch is there because leases run out by themselves
 * while the database is away.
 *
 * Locks: rows of processes (a claim under way holds its own, and is skipped), then all their groups in name order, then jobs,
 * `skip locked`. Processes are noted last, so that no renewal waits. The row `overdue` says: look again within the gap. See
 * apps/docs/internals/maintain.md
 */
export function rescue(n: Tables): string {
  return plpgsql({
    signature: `${n.fn('rescue_v1')}(p_self uuid, p_unlock_secs float8, p_blocked_secs float8, p_grace_secs float8)`,
    returns: 'table (o_kind text, o_id text, o_name text, o_process text)',
    body: `declare
  v_process record;
  v_dead uuid[] := '{}';
  v_strays uuid[];
  v_id uuid;
  v_groups text[];
begin
  for v_process in
    select e.id, e.session_key, e.renewed_at from ${n.process} e
    where e.expires_at < now() and e.id is distinct from p_self
      and coalesce(e.watched_from, now()) <= now() - make_interval(secs => p_grace_secs)
      and coalesce(e.watched_at, now()) >= now() - make_interval(secs => ${WATCH_GAP_SECS})
      and pg_postmaster_start_time() <= now() - make_interval(secs => p_grace_secs)
    order by e.id for update skip locked
  loop
    continue when v_process.session_key is not null
      and v_process.renewed_at > now() - make_interval(secs => p_blocked_secs)
      and not pg_try_advisory_xact_lock(v_process.session_key);
    v_dead := v_dead || v_process.id;
  end loop;

  -- Running jobs of a worker without a row: those that a user's transaction held when the worker was rescued.
  with recursive holder (id) as (
    (select j.process_id from ${n.job} j where j.state = 'running' order by j.process_id limit 1)
    union all
    select x.process_id from holder h cross join lateral (
      select j.process_id from ${n.job} j where j.state = 'running' and j.process_id > h.id
      order by j.process_id limit 1) x
  )
  select array_agg(h.id order by h.id) into v_strays
  from holder h where not exists (select 1 from ${n.process} e where e.id = h.id);

  -- The groups of all of them in one go: those of one worker after those of another would be out of order.
  v_groups := array(
    select j.job_group from unnest(v_dead || v_strays) as d (id) join ${n.job} j on j.process_id = any (array[d.id])
    where j.state = 'running' and j.job_group is not null);
  ${lockGroups(n, 'v_groups')}
  foreach v_id in array v_dead || v_strays loop
    begin
      return query
      select 'job', t.o_id::text, t.o_name, v_id::text from ${n.fn('release_jobs_v1')}(v_id, '{}', '{}', false) t;
      delete from ${n.process} e where e.id = v_id;
      if v_id = any (v_dead) then
        return query select 'process', null::text, null::text, v_id::text;
      end if;
    exception when lock_not_available then
      -- Something else than a job is held. Its row stays, so the next rescue tries again; the others are rescued now.
      null;
    end;
  end loop;

  begin
    ${WAIT_BRIEFLY}
    with overdue as materialized (
      select g.name from ${n.jobGroup} g
      where ${isHeld('g')} and g.locked_at < now() - make_interval(secs => p_unlock_secs)
        and (g.name, g.epoch) in (
          select j.job_group, j.group_epoch from ${n.job} j where j.state = 'running' and j.job_group is not null
          group by j.job_group, j.group_epoch
          having max(j.claimed_at) < now() - make_interval(secs => p_unlock_secs))
      order by g.name for update skip locked
    ),
    opened as (
      ${forceOpen(n, 'overdue')}
    )
    select array_agg(o.name) into v_groups from opened o;
    if v_groups is not null then
      perform ${n.fn('open_turns_v1')}(v_groups);
      return query select 'group', null::text, u.name, null::text from unnest(v_groups) as u (name);
    end if;
  exception when lock_not_available then
    null; -- likewise: they are opened by the next one
  end;

  update ${n.process} e set watched_at = now(),
    watched_from = case when e.watched_at >= now() - make_interval(secs => ${WATCH_GAP_SECS}) then e.watched_from else now() end
  from (
    select w.id from ${n.process} w where w.id is distinct from p_self and ${isOverdue('w')}
    order by w.id for no key update skip locked) o
  where e.id = o.id and (e.watched_at is null or e.watched_at < now() - interval '0.5 s');
  if exists (select 1 from ${n.process} w where w.id is distinct from p_self and ${isOverdue('w')})
    or exists (
      select 1 from unnest(v_dead || v_strays) as d (id) join ${n.job} j on j.process_id = any (array[d.id])
      where j.state = 'running') then
    return query select 'overdue', null::text, null::text, null::text;
  end if;
end`,
  });
}

/**
 * After a claim whose answer was lost, a process does not know what it holds. This takes back all running jobs of the
 * worker whose claims it does not know of, and raises the worker's generation to `p_generation`: the lost claim, should it still
 * be on its way, names the old one and claims nothing. The row is locked first, so a claim that is being committed is
 * waited for. Each copy of this call names a higher generation than those before, as the answer of one may be lost as
 * well: one that comes late does nothing, since what its worker knows has changed. Returns the generation in the last
 * row, or nothing when the worker's row is gone (the lease is lost).
 */
export function reconcile(n: Tables): string {
  return plpgsql({
    signature: `${n.fn('reconcile_v1')}(p_process uuid, p_generation integer, p_known uuid[], p_known_fences integer[])`,
    returns: 'table (o_id text, o_generation integer)',
    body: `declare
  v_generation integer;
begin
  select w.generation into v_generation from ${n.process} w where w.id = p_process for update;
  if not found then
    return;
  end if;
  if v_generation < p_generation then
    return query select t.o_id::text, null::integer from ${n.fn('release_jobs_v1')}(p_process, p_known, p_known_fences, true) t;
    update ${n.process} w set generation = p_generation where w.id = p_process;
    v_generation := p_generation;
  end if;
  return query select null::text, v_generation;
end`,
  });
}
