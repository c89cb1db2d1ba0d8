import type { Tables } from '@bearmq/core/driver';
import { NAME_TAG, plpgsql } from '../../plpgsql.ts';
import { insertGroups } from './claim-groups.ts';
import { takeFromGroups } from './claim-plan.ts';
import { ADD_PROMOTED, nextDue, promoteDue } from './due-jobs.ts';
import { fill, peek, pick } from './pick-jobs.ts';
import { findLanes, findStretches, NARROW_TO_DEMAND } from './ready-jobs.ts';

/**
 * Takes ready jobs for one worker process: for each demand (a set of channels with its free slots), highest priority
 * first, then oldest first.
 *
 * `p_demands` is a JSON array of `{ channels: string[] | null, slots, ahead, run }`: up to `slots` jobs start at once, up
 * to `ahead` more are claimed a little before they are needed, and a group gives at most `run` jobs to be worked off in
 * order (so many that `usual`, what a group gave lately, says how many groups to take). A claim ends with the job that makes its payloads `room` bytes or more. The attempt of the very first is spent here: its work function starts before anything else happens. Those of all
 * others are not (`started` false), for one that ends its process would take theirs with it: a crash gives them back, and
 * `suspect` true lets the start be recorded before they run.
 *
 * A lane is a pair of channel and name. Lanes with ready jobs are found by a recursive skip scan, one probe a lane, so
 * jobs of names that this process has not registered cost a probe for each lane, not a scan of each job. With several
 * lanes it peeks at their heads without locking, to find where the best of all are, and then locks that many in each lane
 * with `skip locked`: alone it keeps the exact order; competitors take the next rows instead of fighting for the same, and
 * where a lane has no more, those of other lanes.
 *
 * `p_from` is null, and the claim looks everywhere, or it is `{ look: 'wide' | 'narrow', lanes: [{ channel, name,
 * priority, position }], dueAfterMs }`: in each of these lanes jobs without a group up to `position` (a `seq`) are left
 * out, and scheduled jobs that were due by `dueAfterMs` (see `ready-jobs.ts` for why). `narrow` also leaves out all
 * other lanes and priorities. What is ready before a position is not seen, so the order is kept among those that are: a
 * retry that became ready elsewhere, a hand-back or a late commit of an old `seq` runs after younger jobs, when its
 * process looks everywhere next. Jobs that this claim makes ready itself are seen wherever they are. Where to look, and
 * how often everywhere, is decided by the process (`LookPlanner` in core).
 *
 * A claim that takes anything holds its worker's row `for key share`: a rescue wants that row `for update`, so no job
 * can be running for a worker whose row is gone, and a claim whose answer was lost is found by `reconcile_v1`, which also raises the
 * generation that the claim must name.
 *
 * The last row returned describes the queue instead of a job: whether the lease is still held, when the next scheduled
 * job is due (milliseconds from now), whether a dead worker waits for a rescue (told by looks everywhere only),
 * whether to ask again at once, and whether it moved jobs of busy groups out of the way. And, for the next `p_from`: how long it took to find where there are jobs, until when
 * scheduled jobs have been made ready, the last `seq` drawn, and whether jobs were made ready and left out of sight.
 *
 * Measured on two cores, one process, 100,000 no-op jobs, history kept: 22 to 25 microseconds a job here and 14 to 16
 * in the settle beside it. Joining by ctid instead of id: no difference. Without the index `job_running`: 5 % faster,
 * but a rescue would scan the whole table. With a fillfactor of 45 to 100: no difference. Asked for in six statements, what
 * is now found in two (what is due, leases, lanes) cost a single job 0.1 to 0.7 of 2.9 to 4.3 ms from enqueue to start.
 *
 * Under a held snapshot, with 50,000 jobs that were claimed since (the server's CPU time for a claim of one job, 0.8 ms
 * without): 7.3 ms looking everywhere, 0.9 from the positions; of delayed ones, 16.9 and 0.8. A second pass of 50,000
 * under it ran at 0.32 of the free rate, and single jobs after it took 28 ms instead of 4.6; now at 1.03, and 4.0.
 * Jobs in groups are not helped by positions, since a group that is freed has its next job ready at an old `seq`: a
 * claim costs 12 ms after 50,000 of them in 1,000 groups, and 13 ms (its settle 5) after 10,000 of one group.
 */
export function claim(n: Tables): string {
  return plpgsql({
    signature: `${n.fn('claim_v1')}(
  p_worker uuid, p_generation integer, p_names text[], p_demands json, p_from json)`,
    returns: `table (
  o_demand integer, o_id text, o_name text, o_channel text, o_group text, o_attempt integer, o_num_attempts integer,
  o_timeout_secs float8, o_priority integer, o_seq float8, o_claims integer, o_started boolean, o_suspect boolean, o_enqueued_ms float8,
  o_payload text, o_extras text, o_facts text)`,
    body: `declare
  v_lease_held boolean;
  v_next_due_ms float8;
  v_rescue_due boolean;
  v_scan_ms float8;
  v_promoted_ms float8;
  v_latest_seq float8;
  v_left_behind boolean;
  v_demand record;
  v_plan record;
  v_run record;
  v_due_at timestamptz;
  v_due integer := 0;
  v_due_ids uuid[];
  v_due_channels text[];
  v_due_names text[];
  v_due_ranks integer[];
  v_due_seqs bigint[];
  v_nth integer := -1;
  v_known json := coalesce(p_from -> 'lanes', '[]');
  v_is_narrow boolean := coalesce(p_from ->> 'look' = 'narrow', false);
  v_due_after timestamptz := coalesce(to_timestamp((p_from ->> 'dueAfterMs')::float8 / 1000), '-infinity');
  v_free_channels text[];
  v_free_names text[];
  v_free_ranks integer[];
  v_free_seqs bigint[];
  v_free_to_ranks integer[];
  v_free_to_seqs bigint[];
  v_grouped_channels text[];
  v_grouped_names text[];
  v_channels text[];
  v_names text[];
  v_ranks integer[];
  v_seqs bigint[];
  v_to_ranks integer[];
  v_to_seqs bigint[];
  v_takes integer[];
  v_depths integer[];
  v_deeper integer;
  v_is_narrowed boolean;
  v_taken integer;
  v_seen_stretches bigint[];
  v_seen_ranks integer[];
  v_seen_seqs bigint[];
  v_lane_channels text[];
  v_lane_names text[];
  v_left integer;
  v_room bigint;
  v_is_single boolean;
  v_is_first boolean := true;
  v_head bigint[];
  v_counts boolean;
  v_counts_head boolean;
  v_unreached boolean := false;
  v_moved boolean := false;
  v_began timestamptz;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'BearMQ needs transaction isolation "read committed", this session uses "%"',
      current_setting('transaction_isolation');
  end if;

  -- Drawn by an enqueue that is not committed yet, perhaps: the caller allows for that.
  if p_from is not null and has_sequence_privilege(${NAME_TAG}${n.jobSequence}${NAME_TAG}, 'select') then
    v_latest_seq := (select case when s.is_called then s.last_value else 0 end from ${n.jobSequence} s);
  end if;

  v_began := clock_timestamp();
  select d.run_at, exists (select 1 from ${n.worker} w where w.id = p_worker and w.generation = p_generation),
    p_from is null and exists (select 1 from ${n.worker} w where w.expires_at < now())
  into v_due_at, v_lease_held, v_rescue_due
  from (values (1)) as one left join lateral (${nextDue(n)}) d on true;
  ${promoteDue(n)}
  v_next_due_ms := extract(epoch from v_due_at - clock_timestamp()) * 1000;

  if p_from is null then
    ${findLanes(n)}
  else
    ${findStretches(n)}
  end if;
  v_scan_ms := extract(epoch from clock_timestamp() - v_began) * 1000;
  if p_from is not null and v_due_ids is not null then
    ${ADD_PROMOTED}
  end if;

  -- Where there is nothing to take nothing is locked: a claim that comes back empty writes nothing and waits for no disk.
  if v_free_channels is not null or v_grouped_channels is not null then
    perform 1 from ${n.worker} w where w.id = p_worker and w.generation = p_generation for key share;
    v_lease_held := found;
  end if;
  if not v_lease_held or v_free_channels is null and v_grouped_channels is null then
    o_facts := ${FACTS};
    return next;
    return;
  end if;

  -- Two claims that made new groups' rows demand by demand, each in its own order, could wait for each other.
  v_is_single := json_array_length(p_demands) = 1;
  if v_grouped_channels is not null and not v_is_single then
    ${insertGroups(
      n,
      `select x.job_group as name
      from unnest(v_grouped_channels, v_grouped_names) as l (channel, name)
      cross join lateral (
        select j.job_group from ${n.job} j
        where j.state = 'ready' and j.job_group is not null and j.channel = l.channel and j.name = l.name
        order by j.priority desc, j.seq
        limit (select sum(t.slots + t.ahead) from json_to_recordset(p_demands) as t (slots integer, ahead integer))) x
      where exists (
        select 1 from json_to_recordset(p_demands) as t (channels text[])
        where t.channels is null or l.channel = any (t.channels))`,
    )};
  end if;

  for v_demand in
    select t.channels, t.slots, t.slots + t.ahead as capacity, t.run, coalesce(least(t.usual, t.run), t.run) as usual,
      coalesce(t.room, 2147483647) as room
    from json_to_recordset(p_demands) as t (channels text[], slots integer, ahead integer, run integer, usual integer,
      room integer)
  loop
    v_nth := v_nth + 1;
    v_left := v_demand.capacity;
    v_room := v_demand.room;
    v_counts := v_is_first and v_demand.slots > 0;
    v_head := null;
    ${NARROW_TO_DEMAND}

    -- Nothing of the demand before: places that it saw would be counted as this one's jobs.
    v_takes := null;
    v_seen_stretches := null;
    v_seen_ranks := null;
    v_seen_seqs := null;
    v_is_narrowed := false;
    if v_lane_channels is null and cardinality(v_channels) = 1 then
      v_takes := array[v_left];
    elsif v_channels is not null and v_left > 0 then
      ${peek(n)}
    end if;

    ${takeFromGroups(n)}

    if v_channels is not null and v_left > 0 then
      return query
      ${pick(n)};
      get diagnostics v_taken = row_count;
      v_is_first := v_is_first and (v_demand.slots = 0 or v_taken = 0);
      -- Others hold some of what was seen here. There may be more elsewhere, and nobody might look for it.
      if v_seen_stretches is not null and v_taken < v_left then
        if v_is_narrowed or v_taken < (select sum(t.take) from unnest(v_takes) as t (take)) then
          v_left := v_left - v_taken;
          v_counts := v_counts and v_taken = 0;
          return query
          ${fill(n)};
          v_is_first := v_is_first and (v_demand.slots = 0 or not found);
        end if;
      end if;
    end if;
  end loop;

  if p_from is not null and v_due_ids is not null then
    v_left_behind := exists (
      select 1 from unnest(v_due_ids, v_due_names) as d (id, name) join ${n.job} j on j.id = any (array[d.id])
      where d.name = any (p_names) and j.state = 'ready');
  end if;
  o_facts := ${FACTS};
  return next;
end`,
  });
}

/** What the last row says, in one column: others would be sent, as nulls, with each job. The names are those of `ClaimResult` in core. */
const FACTS = `json_build_object('isLeaseHeld', v_lease_held, 'nextDueMs', nullif(v_next_due_ms, 'infinity'),
      'isRescueDue', coalesce(v_rescue_due, false), 'isMoreLikely', v_unreached, 'isAhead', v_moved,
      'scanMs', coalesce(v_scan_ms, 0), 'promotedMs', v_promoted_ms, 'latestSeq', v_latest_seq,
      'isLeftBehind', coalesce(v_left_behind, false))::text`;
