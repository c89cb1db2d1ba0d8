import type { Tables } from '@bearmq/core/schema';
import { GATE_COLUMNS } from './gate.ts';

const NAME = 'text collate "C"';

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
      groups text[], is_doubled boolean)`,
    // Jobs that were locked to be taken, the best first: their places in the table (`ctid`); and what they bring.
    `create type ${n.fn('pick')} as (rows tid[], bytes bigint)`,
    // A group that is locked, and what may start in it: see `gate.ts`.
    `create type ${n.fn('gate')} as (${Object.entries(GATE_COLUMNS)
      .map(([name, type]) => `${name} ${type}`)
      .join(', ')})`,
    // A limit that a claim has met: how many jobs it lets start, how many were taken, whether it counts those that run and has
    // a rate, when that has a start again, and whether others hold it.
    `create type ${n.fn('limit_room')} as (
      kind text, name ${NAME}, room integer, used integer, counts boolean, is_rated boolean, due_at timestamptz,
      is_contended boolean)`,
    // A job that limits count: which (`job.held`), and where it lies.
    `create type ${n.fn('held_job')} as (held smallint, channel ${NAME}, name ${NAME})`,
    // A place in line, by its key.
    `create type ${n.fn('turn_key')} as (job_group ${NAME}, channel ${NAME}, name ${NAME}, id bigint)`,
    // Jobs that started in a group that has a rate.
    `create type ${n.fn('rated_start')} as (job_group ${NAME}, jobs integer, rate_secs float8)`,
    // Jobs in groups that were locked to be taken: their places in the table (`ctid`), the epochs of their groups, what puts
    // them in order with others, and what they bring; and those of the groups whose jobs run side by side. See `claim_groups_v1`.
    `create type ${n.fn('group_run')} as (
      rows tid[], epochs integer[], ranks integer[], turns bigint[], empty ${n.fn('turn_key')}[], parallel text[], bytes bigint, is_mixed boolean, is_more_likely boolean, is_moved boolean,
      is_timed boolean)`,
    // What a claim says of the queue: see `ClaimResult` in core.
    `create type ${n.fn('claim_facts')} as (
      is_lease_held boolean, next_due_ms float8, is_due_held boolean, is_rescue_due boolean, is_more_likely boolean,
      is_ahead boolean, parallel text[], scan_ms float8, promoted_ms float8, latest_seq float8, is_left_behind boolean,
      to_channel ${NAME}, to_name ${NAME})`,
  ];
}
