import { claimedRow, type Tables } from '@bearmq/core/schema';
import { NAME_TAG, plpgsql } from '../plpgsql.ts';
import { hiddenPlaces } from './claim-due.ts';
import { FACTS, NEXT_TURN } from './claim-facts.ts';
import { MAX_LANES } from './claim-find.ts';
import { ASK_AGAIN, BOUNDS } from './claim-limits.ts';
import { takesOf } from './claim-plan.ts';
import { makeGroups, makeReady, putInOrder, takeAll } from './claim-steps.ts';
import { nextTurn, removeTurns } from './line.ts';

/**
 * Takes ready jobs for one worker process: for each demand (a set of channels with its idle slots) the highest priority
 * first, then the oldest; a group is as old as its turn. The last row returned describes the queue instead of a job.
 *
 * Its stages are functions: due, find, plan, gate, take. It holds its process's row `for key share`, so a rescue and a
 * `reconcile_v1` wait for it; everything else that is locked it passes over. The attempt of the very first job is spent
 * here, since that starts before anything else happens; a crash gives the others back.
 *
 * Arguments, locks, figures and ways that lost: apps/docs/internals/claim.md
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
  v_start json := p_from -> 'after';
  v_facts ${n.fn('claim_facts')};
  v_due_at timestamptz;
  v_turn_at timestamptz;
  v_limit_at timestamptz;
  v_due ${n.fn('due')};
  v_began timestamptz;
  v_found_ungrouped ${n.fn('stretch')}[];
  v_found_grouped ${n.fn('lane')}[];
  v_is_single boolean;
  v_is_timed boolean := false;
  v_is_bounded boolean;
  v_has_rates boolean := false;
  v_limits ${n.fn('limit_room')}[];
  v_group_limits ${n.fn('limit_room')}[];
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
  v_epochs integer[];
  v_is_mixed boolean;
  v_first integer;
  v_is_first boolean := true;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'BearMQ needs transaction isolation "read committed", this session uses "%"',
      current_setting('transaction_isolation');
  end if;
  if p_from ->> 'scan' = 'full' then
    p_from := null;
  end if;
  if cardinality(p_names) > 1 then
    p_names := array(select distinct u.name collate "C" from unnest(p_names) as u (name) order by 1);
  end if;

  -- Drawn by an enqueue that is not committed yet, perhaps: the caller allows for that.
  if p_from is not null and has_sequence_privilege(${NAME_TAG}${n.jobSequence}${NAME_TAG}, 'select') then
    v_facts.latest_seq := (select case when s.is_called then s.last_value else 0 end from ${n.jobSequence} s);
  end if;

  ${makeReady(n)}

  v_found_grouped := ${n.fn('find_grouped_v1')}(p_names, ${START});
  if p_from is null then
    v_found_ungrouped := ${n.fn('find_lanes_v1')}(p_names, ${START});
  elsif v_is_narrow then
    v_found_ungrouped := ${n.fn('find_after_v1')}(p_names, v_known);
  else
    v_found_ungrouped := ${n.fn('find_between_v1')}(p_names, v_known);
  end if;
  ${NOTE_SCANNED_TO}
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
    ${NEXT_TURN}
    o_facts := ${FACTS};
    return next;
    return;
  end if;

  ${makeGroups(n)}

  for v_demand in
    select t.channels, t.slots, t.slots + t.ahead as capacity, t."maxPerGroup" as max_per_group, coalesce(least(t.usual, t."maxPerGroup"), t."maxPerGroup") as usual,
      coalesce(t.room, 2147483647) as room,
      exists (select 1 from ${n.jobLimit}) as has_limits, exists (select 1 from ${n.pause}) as has_pauses
    from json_to_recordset(p_demands) as t (channels text[], slots integer, ahead integer, "maxPerGroup" integer, usual integer,
      room integer)
  loop
    v_nth := v_nth + 1;
    -- Asked for after the process's row was locked: who pauses or limits something waits for those who hold theirs. What
    -- neither is said of goes on below as if there were none.
    if v_is_bounded is null then
      v_is_bounded := v_demand.has_pauses or v_demand.has_limits;
      ${BOUNDS(n)}
    end if;
    v_left := case when v_has_rates then v_demand.slots else v_demand.capacity end;
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
    v_is_mixed := false;
    v_plan.ungrouped := v_ungrouped;
    v_plan.takes := array[v_left];
    if v_grouped is not null or cardinality(v_ungrouped) > 1 or v_limits is not null then
      v_plan := ${n.fn('plan_demand_v1')}(v_ungrouped, v_grouped, v_left, v_nth = 0);
    end if;
    if v_limits is not null then
      select p.o_takes, p.o_groups, p.o_limits into v_plan.takes, v_plan.groups, v_group_limits
      from ${n.fn('limit_plan_v1')}(v_plan, v_grouped, v_left, v_limits) p;
    end if;

    if v_plan.groups is not null then
      v_run := ${n.fn('claim_groups_v1')}(p_names, v_demand.channels, case when v_is_bounded then v_grouped end, v_plan.groups,
        greatest(v_demand.slots, (v_left + v_demand.usual - 1) / v_demand.usual), v_demand.max_per_group,
        v_left + v_demand.slots * v_demand.max_per_group, v_left, v_demand.slots, v_room, v_is_single,
        v_demand.has_pauses, v_demand.has_limits, v_group_limits);
      v_facts.parallel := v_facts.parallel || v_run.parallel;
      v_is_timed := v_is_timed or v_run.is_timed;
      v_facts.is_more_likely := v_run.is_more_likely or v_plan.is_doubled and v_run.rows is not null
        or coalesce(v_facts.is_more_likely, false);
      v_facts.is_ahead := v_run.is_moved or coalesce(v_facts.is_ahead, false);
      if v_run.rows is not null then
        v_room := v_room - v_run.bytes;
        v_left := v_left - cardinality(v_run.rows);
        if v_left > 0 and v_plan.ungrouped is not null and v_limits is null then
          v_plan.takes := ${takesOf('unnest(v_plan.seen) as s', 'v_plan.ungrouped', 'v_left')};
        end if;
      end if;
    end if;

    if v_plan.ungrouped is not null and v_left > 0 and v_room > 0 then
      v_pick := ${n.fn('pick_ungrouped_v1')}(v_plan.ungrouped, v_plan.takes, v_room);
      v_rows := v_pick.rows;
      if v_limits is not null then
        -- Groups may have given more than was planned. Beyond what is left a job would wait, and one with a rate may not.
        v_rows := nullif(v_rows[1:v_left], '{}');
      end if;
      v_room := v_room - coalesce(v_pick.bytes, 0);
      v_left := v_left - coalesce(cardinality(v_rows), 0);
      -- Others hold some of what was seen here. There may be more elsewhere, and nobody might look for it.
      if v_left > 0 and v_room > 0 and v_plan.seen is not null
        and (v_plan.is_narrowed or coalesce(cardinality(v_rows), 0) < (select sum(t.take) from unnest(v_plan.takes) as t (take))) then
        v_pick := ${n.fn('pick_any_v1')}(v_ungrouped, coalesce(v_rows, '{}'), v_left, v_room);
        if v_limits is not null then
          v_pick.rows := ${n.fn('fit_limits_v1')}(v_pick.rows, ${n.fn('use_limits_v1')}(v_limits, v_run.rows || v_rows));
        end if;
        v_is_mixed := v_rows is not null and v_pick.rows is not null;
        v_rows := v_rows || v_pick.rows;
        v_left := v_left - coalesce(cardinality(v_pick.rows), 0);
      end if;
    end if;

    if v_run.rows is not null or v_rows is not null then
      ${putInOrder(n)}
      v_first := case when v_is_first and v_demand.slots > 0 then 1 else 0 end;
      ${takeAll(n)}
      ${ASK_AGAIN}
    end if;
    if v_run.empty is not null then
      ${removeTurns(n, 'unnest(v_run.empty)')};
    end if;
  end loop;

  if p_from is not null and v_due.ids is not null then
    v_facts.is_left_behind := exists (
      select 1 from unnest(v_due.ids) as d (id) join ${n.job} j on j.id = any (array[d.id])
      where j.name = any (p_names) and j.state = 'ready');
  end if;
  -- Last, so that the rows of limits are held until the commit and little longer.
  if v_limits is not null then
    v_limit_at := least(v_limit_at, ${n.fn('count_limits_v1')}(v_limits));
  end if;
  if v_is_timed then
    v_turn_at := (${nextTurn(n)});
  end if;
  v_turn_at := least(v_turn_at, v_limit_at);
  ${NEXT_TURN}
  o_facts := ${FACTS};
  return next;
end`,
  });
}

/** Where a full scan begins: behind the lane that the one before ended with, if that was not the last. */
const START = "coalesce(v_start ->> 'channel', ''), coalesce((v_start ->> 'name') || chr(1), '')";

/** There are more lanes than a scan looks at: the next full one goes on from the first of the places at which this one ended. */
const NOTE_SCANNED_TO = `if cardinality(v_found_ungrouped) >= ${MAX_LANES} or cardinality(v_found_grouped) >= ${MAX_LANES} then
    v_facts.is_more_likely := true;
    select l.channel, l.name into v_facts.to_channel, v_facts.to_name
    from (
      select u.channel, u.name from (select (v_found_ungrouped[cardinality(v_found_ungrouped)]).*) u
      where p_from is null and cardinality(v_found_ungrouped) >= ${MAX_LANES}
      union all
      select g.channel, g.name from (select (v_found_grouped[cardinality(v_found_grouped)]).*) g
      where p_from is null and cardinality(v_found_grouped) >= ${MAX_LANES}) l
    order by l.channel, l.name limit 1;
  end if;`;
