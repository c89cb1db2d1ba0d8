import { claimedRow, type Tables } from '@bearmq/core/schema';
import { NAME_TAG, plpgsql } from '../plpgsql.ts';
import { hiddenPlaces, nextDue } from './claim-due.ts';
import { insertGroups } from './claim-groups.ts';
import { takesOf } from './claim-plan.ts';
import { take } from './claim-take.ts';

/**
 * Takes ready jobs for one worker process: for each demand (a set of channels with its idle slots), highest priority
 * first, then oldest first.
 *
 * `p_demands` is a JSON array of `{ channels: string[] | null, slots, ahead, maxPerGroup }`: up to `slots` jobs start at once, up
 * to `ahead` more are claimed a little before they are needed, and a group gives at most `maxPerGroup` jobs to be worked off in
 * order (so many that `usual`, what a group gave lately, says how many groups to take). A claim ends with the job that makes its payloads `room` bytes or more. The attempt of the very first is spent here: its work function starts before anything else happens. Those of all
 * others are not (`started` false), for one that ends its process would take theirs with it: a crash gives them back, and
 * `suspect` true lets the start be recorded before they run.
 *
 * Its stages, each a function with a page of its own: what is due is made ready (`promote_due_v1`); the places of ready
 * jobs are found (`find_grouped_v1`, `find_lanes_v1`, or instead of that `find_between_v1` or `find_after_v1`); for each demand it is planned where the best of them lie
 * (`plan_demand_v1`), groups that are open are locked and shut (`claim_groups_v1`), jobs without a group are locked
 * (`pick_ungrouped_v1`), and all of them are taken. Alone it keeps the exact order; competitors take the next rows instead of
 * fighting for the same, and where a lane has no more, those of other lanes (`pick_any_v1`).
 *
 * `p_from` is null, and the claim scans everything, or it is `{ scan: 'wide' | 'narrow', lanes: [{ channel, name,
 * priority, position }], dueAfterMs }`: in each of these lanes jobs without a group up to `position` (a `seq`) are left
 * out, and scheduled jobs that were due by `dueAfterMs` (see `claim-find.ts` for why). `narrow` also leaves out all
 * other lanes and priorities. What is ready before a position is not seen, so the order is kept among those that are: a
 * retry that became ready elsewhere, a release or a late commit of an old `seq` runs after younger jobs, when its
 * process makes its next full scan. Jobs that this claim makes ready itself are seen wherever they are. Where to look, and
 * how often everywhere, is decided by the process (`LaneMarks` and `ScanBudget` in core).
 *
 * A claim that takes anything holds its worker's row `for key share`: a rescue wants that row `for update`, so no job
 * can be running for a worker whose row is gone, and a claim whose answer was lost is found by `reconcile_v1`, which also raises the
 * generation that the claim must name.
 *
 * The last row returned describes the queue instead of a job: whether the lease is still held, when the next scheduled
 * job is due (milliseconds from now), whether others hold one that is due, whether a dead worker waits for a rescue (told by full scans only),
 * whether to ask again at once, and whether it moved jobs of busy groups out of the way. And, for the next `p_from`: how long it took to find where there are jobs, until when
 * scheduled jobs have been made ready, the last `seq` drawn, and whether jobs were made ready and left out of sight.
 *
 * Measured on two cores, one process, 100,000 no-op jobs, history kept: 22 to 25 microseconds a job here and 14 to 16
 * in the settle beside it. Joining by ctid instead of id: no difference. Without the index `job_running`: 5 % faster,
 * but a rescue would scan the whole table. With a fillfactor of 45 to 100: no difference. Asked for in six statements, what
 * is now found in two (what is due, leases, lanes) cost a single job 0.1 to 0.7 of 2.9 to 4.3 ms from enqueue to start.
 *
 * Under a held snapshot, with 50,000 jobs that were claimed since (the server's CPU time for a claim of one job, 0.8 ms
 * without): 7.3 ms in a full scan, 0.9 from the positions; of delayed ones, 16.9 and 0.8. A second pass of 50,000
 * under it ran at 0.32 of the free rate, and single jobs after it took 28 ms instead of 4.6; now at 1.03, and 4.0.
 * Jobs in groups are not helped by positions, since a group that is freed has its next job ready at an old `seq`: a
 * claim costs 12 ms after 50,000 of them in 1,000 groups, and 13 ms (its settle 5) after 10,000 of one group.
 */
export function claim(n: Tables): string {
  return plpgsql({
    signature: `${n.fn('claim_v1')}(
  p_process uuid, p_generation integer, p_names text[], p_demands json, p_from json)`,
    returns: `table (${claimedRow(' ')}, o_demand integer, o_facts text)`,
    body: `declare
  v_known json := coalesce(p_from -> 'lanes', '[]');
  v_is_narrow boolean := coalesce(p_from ->> 'scan' = 'narrow', false);
  v_due_after timestamptz := coalesce(to_timestamp((p_from ->> 'dueAfterMs')::float8 / 1000), '-infinity');
  v_facts ${n.fn('claim_facts')};
  v_due_at timestamptz;
  v_due ${n.fn('due')};
  v_began timestamptz;
  v_found_ungrouped ${n.fn('stretch')}[];
  v_found_grouped ${n.fn('lane')}[];
  v_is_single boolean;
  v_demand record;
  v_nth integer := -1;
  v_ungrouped ${n.fn('stretch')}[];
  v_grouped ${n.fn('lane')}[];
  v_plan ${n.fn('plan')};
  v_run ${n.fn('group_run')};
  v_left integer;
  v_room bigint;
  v_pick ${n.fn('pick')};
  v_rows tid[];
  v_first integer;
  v_is_first boolean := true;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'BearMQ needs transaction isolation "read committed", this session uses "%"',
      current_setting('transaction_isolation');
  end if;
  if cardinality(p_names) > 1 then
    p_names := array(select distinct u.name collate "C" from unnest(p_names) as u (name) order by 1);
  end if;

  -- Drawn by an enqueue that is not committed yet, perhaps: the caller allows for that.
  if p_from is not null and has_sequence_privilege(${NAME_TAG}${n.jobSequence}${NAME_TAG}, 'select') then
    v_facts.latest_seq := (select case when s.is_called then s.last_value else 0 end from ${n.jobSequence} s);
  end if;

  v_began := clock_timestamp();
  select d.run_at, exists (select 1 from ${n.process} w where w.id = p_process and w.generation = p_generation),
    p_from is null and exists (select 1 from ${n.process} w where w.expires_at < now())
  into v_due_at, v_facts.is_lease_held, v_facts.is_rescue_due
  from (values (1)) as one left join lateral (${nextDue(n, 'v_due_after')}) d on true;
  if v_due_at <= now() then
    v_due := ${n.fn('promote_due_v1')}(v_due_after);
    v_due_at := (${nextDue(n, 'v_due_after')});
  end if;
  if v_due.is_all is not false then
    v_facts.promoted_ms := extract(epoch from now()) * 1000;
  end if;
  -- What is due and was not made ready is held by others, who hold it for as long as they like. No time is told of it: it
  -- may be at minus infinity, from which nothing can be taken.
  v_facts.is_due_held := v_due.is_all and v_due_at <= now();
  v_facts.next_due_ms := case when v_due_at <= now() then 0 else extract(epoch from v_due_at - clock_timestamp()) * 1000 end;

  v_found_grouped := ${n.fn('find_grouped_v1')}(p_names);
  if p_from is null then
    v_found_ungrouped := ${n.fn('find_lanes_v1')}(p_names);
  elsif v_is_narrow then
    v_found_ungrouped := ${n.fn('find_after_v1')}(p_names, v_known);
  else
    v_found_ungrouped := ${n.fn('find_between_v1')}(p_names, v_known);
  end if;
  v_facts.scan_ms := extract(epoch from clock_timestamp() - v_began) * 1000;
  if p_from is not null and v_due.ids is not null then
    v_found_ungrouped := nullif(v_found_ungrouped || array(${hiddenPlaces('v_due.places', 'p_names', 'v_known', 'v_is_narrow')}), '{}');
  end if;

  -- Where there is nothing to take nothing is locked: a claim that comes back empty writes nothing and waits for no disk.
  if v_found_ungrouped is not null or v_found_grouped is not null then
    perform 1 from ${n.process} w where w.id = p_process and w.generation = p_generation for key share;
    v_facts.is_lease_held := found;
  end if;
  if not v_facts.is_lease_held or v_found_ungrouped is null and v_found_grouped is null then
    o_facts := ${FACTS};
    return next;
    return;
  end if;

  -- Two claims that made new groups' rows demand by demand, each in its own order, could wait for each other.
  v_is_single := json_array_length(p_demands) = 1;
  if v_found_grouped is not null and not v_is_single then
    ${insertGroups(
      n,
      `select x.job_group as name
      from unnest(v_found_grouped) as l
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
    select t.channels, t.slots, t.slots + t.ahead as capacity, t."maxPerGroup" as max_per_group, coalesce(least(t.usual, t."maxPerGroup"), t."maxPerGroup") as usual,
      coalesce(t.room, 2147483647) as room
    from json_to_recordset(p_demands) as t (channels text[], slots integer, ahead integer, "maxPerGroup" integer, usual integer,
      room integer)
  loop
    v_nth := v_nth + 1;
    v_left := v_demand.capacity;
    v_room := v_demand.room;
    v_ungrouped := v_found_ungrouped;
    v_grouped := v_found_grouped;
    if v_demand.channels is not null then
      v_ungrouped := nullif(array(select s from unnest(v_found_ungrouped) as s where s.channel = any (v_demand.channels)), '{}');
      v_grouped := nullif(array(select l from unnest(v_found_grouped) as l where l.channel = any (v_demand.channels)), '{}');
    end if;
    continue when v_left = 0 or v_ungrouped is null and v_grouped is null;

    v_plan := null;
    v_run := null;
    v_rows := null;
    v_plan.ungrouped := v_ungrouped;
    v_plan.takes := array[v_left];
    if v_grouped is not null or cardinality(v_ungrouped) > 1 then
      v_plan := ${n.fn('plan_demand_v1')}(v_ungrouped, v_grouped, v_left, v_nth = 0);
    end if;

    if v_plan.groups is not null then
      -- Long strides over what waits behind busy groups, unless there are other jobs to run: 5,000 of those behind a
      -- group of 20,000 took 640 ms with strides of 2,000, and 460 ms so; 250 ms alone.
      v_run := ${n.fn('claim_groups_v1')}(p_names, v_demand.channels, v_grouped, v_plan.groups,
        greatest(v_demand.slots, (v_left + v_demand.usual - 1) / v_demand.usual), v_demand.max_per_group,
        v_left + v_demand.slots * v_demand.max_per_group, v_room, v_plan.num_grouped,
        case when v_plan.num_ungrouped > 0 then greatest(50, least(v_left, v_plan.num_ungrouped))
          else least(2000, greatest(200, 4 * v_left)) end,
        v_is_single);
      v_facts.is_more_likely := v_run.is_more_likely or coalesce(v_facts.is_more_likely, false);
      v_facts.is_ahead := v_run.is_moved or coalesce(v_facts.is_ahead, false);
      if v_run.rows is not null then
        v_room := v_room - v_run.bytes;
        v_left := v_left - cardinality(v_run.rows);
        if v_left > 0 and v_plan.ungrouped is not null then
          v_plan.takes := ${takesOf('unnest(v_plan.seen) as s', 'v_plan.ungrouped', 'v_left')};
        end if;
      end if;
    end if;

    if v_plan.ungrouped is not null and v_left > 0 and v_room > 0 then
      v_pick := ${n.fn('pick_ungrouped_v1')}(v_plan.ungrouped, v_plan.takes, v_room);
      v_rows := v_pick.rows;
      v_room := v_room - coalesce(v_pick.bytes, 0);
      v_left := v_left - coalesce(cardinality(v_rows), 0);
      -- Others hold some of what was seen here. There may be more elsewhere, and nobody might look for it.
      if v_left > 0 and v_room > 0 and v_plan.seen is not null then
        if v_plan.is_narrowed or coalesce(cardinality(v_rows), 0) < (select sum(t.take) from unnest(v_plan.takes) as t (take)) then
          v_pick := ${n.fn('pick_any_v1')}(v_ungrouped, coalesce(v_rows, '{}'), v_left, v_room);
          v_rows := v_rows || v_pick.rows;
        end if;
      end if;
    end if;

    if v_run.rows is not null or v_rows is not null then
      v_first := case when not v_is_first or v_demand.slots = 0 then 0 when v_run.rows is null or v_rows is null then 1 end;
      if v_first is null then
        v_first := (
          select r.nth from unnest(array[v_run.rows[1], v_rows[1]], array[1, cardinality(v_run.rows) + 1]) as r (row, nth)
          join ${n.job} j on j.ctid = r.row order by j.priority desc, j.seq limit 1);
      end if;
      v_is_first := v_is_first and v_first = 0;
      return query
      with taken as (
        ${take(n, 'v_run.rows || v_rows', 'v_run.epochs', 'v_first')}
      )
      select t.*, v_nth, null::text from taken t;
    end if;
  end loop;

  if p_from is not null and v_due.ids is not null then
    v_facts.is_left_behind := exists (
      select 1 from unnest(v_due.ids) as d (id) join ${n.job} j on j.id = any (array[d.id])
      where j.name = any (p_names) and j.state = 'ready');
  end if;
  o_facts := ${FACTS};
  return next;
end`,
  });
}

/** What the last row says, in one column: others would be sent, as nulls, with each job. The names are those of `ClaimResult` in core. */
const FACTS = `json_build_object('isLeaseHeld', v_facts.is_lease_held, 'nextDueMs', nullif(v_facts.next_due_ms, 'infinity'),
      'isDueHeld', coalesce(v_facts.is_due_held, false), 'isRescueDue', coalesce(v_facts.is_rescue_due, false), 'mayHaveMore', coalesce(v_facts.is_more_likely, false),
      'hasMoved', coalesce(v_facts.is_ahead, false), 'scanMs', coalesce(v_facts.scan_ms, 0),
      'promotedMs', v_facts.promoted_ms, 'latestSeq', v_facts.latest_seq,
      'isLeftBehind', coalesce(v_facts.is_left_behind, false))::text`;
