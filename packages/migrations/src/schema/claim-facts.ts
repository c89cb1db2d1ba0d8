/** When a group may start something of which time is all that holds it back: the next claim sees to it. */
export const NEXT_TURN = `if v_turn_at is not null then
    v_facts.next_due_ms := least(v_facts.next_due_ms, greatest(0, extract(epoch from v_turn_at - clock_timestamp()) * 1000));
  end if;`;

/** What the last row says, in one column: others would be sent, as nulls, with each job. The names are those of `ClaimResult` in core. */
export const FACTS = `json_build_object('isLeaseHeld', v_facts.is_lease_held, 'nextDueMs', nullif(v_facts.next_due_ms, 'infinity'),
      'isDueHeld', coalesce(v_facts.is_due_held, false), 'isRescueDue', coalesce(v_facts.is_rescue_due, false), 'mayHaveMore', coalesce(v_facts.is_more_likely, false),
      'hasMoved', coalesce(v_facts.is_ahead, false), 'scanMs', coalesce(v_facts.scan_ms, 0),
      'parallelGroups', coalesce(v_facts.parallel, '{}'), 'promotedMs', v_facts.promoted_ms, 'latestSeq', v_facts.latest_seq,
      'isLeftBehind', coalesce(v_facts.is_left_behind, false), 'isStartOnly', coalesce(v_has_rates, false),
      'scannedTo', case when v_facts.to_channel is not null then json_build_object('channel', v_facts.to_channel, 'name', v_facts.to_name) end)::text`;
