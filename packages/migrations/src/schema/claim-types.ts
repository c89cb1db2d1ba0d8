import type { Tables } from '@bearmq/core/schema';

/** What the stages of a claim hand to each other. Names are ordered by their bytes, as those of the tables are. */
export function claimTypes(n: Tables): string[] {
  return [
    `create type ${n.fn('lane')} as (channel ${NAME}, name ${NAME})`,
    // A part of the index of ready jobs, within one lane: from a place up to another one, which is not in it.
    `create type ${n.fn('stretch')} as (
      channel ${NAME}, name ${NAME}, rank integer, seq bigint, to_rank integer, to_seq bigint)`,
    // A job that was seen, and the number of the stretch that it was seen in.
    `create type ${n.fn('place')} as (stretch integer, rank integer, seq bigint)`,
    // What was made ready (jobs without a group: their ids, and a stretch for each), and whether that is all that was due.
    `create type ${n.fn('due')} as (ids uuid[], places ${n.fn('stretch')}[], is_all boolean)`,
    // How many jobs without a group to take of which stretch, and which groups to try: see `plan_demand_v1`.
    `create type ${n.fn('plan')} as (
      ungrouped ${n.fn('stretch')}[], takes integer[], seen ${n.fn('place')}[], is_narrowed boolean,
      groups text[], num_grouped integer, num_ungrouped integer)`,
    // Jobs that were locked to be taken, the best first: their places in the table (`ctid`); and what they bring.
    `create type ${n.fn('pick')} as (rows tid[], bytes bigint)`,
    // Jobs in groups that were locked to be taken, in the order in which they run: their places in the table (`ctid`), the
    // epochs of their groups, and what they bring. See `claim_groups_v1`.
    `create type ${n.fn('group_run')} as (
      rows tid[], epochs integer[], bytes bigint, is_more_likely boolean, is_moved boolean)`,
    // What a claim says of the queue: see `ClaimResult` in core.
    `create type ${n.fn('claim_facts')} as (
      is_lease_held boolean, next_due_ms float8, is_due_held boolean, is_rescue_due boolean, is_more_likely boolean,
      is_ahead boolean, scan_ms float8, promoted_ms float8, latest_seq float8, is_left_behind boolean)`,
  ];
}

const NAME = 'text collate "C"';
