import type { Tables } from '@bearmq/core/schema';
import { NAME } from './table-parts.ts';

/**
 * What is counted of jobs by lane (channel and name), for charts and metrics. Each process writes rows of its own, now
 * and then and in absolute numbers: no row is shared by those who settle, and what is sent twice changes nothing.
 *
 * - `lane_stats`: what happened in a minute (`span_secs` 60) or an hour (3600). `process_id` is who counted it, and `rev`
 *   how often it has written the row; the nil UUID stands for all, once the rows of processes were added up.
 * - `lane_total`: what happened since the schema was made.
 * - `lane_depth`: how many jobs there were at a moment; the row without a channel and a name is of all lanes.
 *
 * `waits` and `runs` count by how long it took, in 48 ranges: below half a millisecond, then each wider than the one
 * before by the square root of two, and the last one for all above. Sums and longest are in milliseconds.
 */
export function statsTables(n: Tables): string[] {
  return [
    `create table ${n.laneStats} (
      span_secs integer not null,
      at timestamptz not null,
      channel ${NAME} not null,
      name ${NAME} not null,
      process_id uuid not null,
      rev integer not null default 0,
      ${COUNTERS},
      waits integer[] not null,
      runs integer[] not null,
      primary key (span_secs, at, channel, name, process_id),
      constraint lane_stats_ranges check (cardinality(waits) = 48 and cardinality(runs) = 48)
    ) with (fillfactor = 70)`,
    // What is still to be added up: little, however much there is of the last day.
    `create index lane_stats_unrolled on ${n.laneStats} (at)
      where process_id <> '00000000-0000-0000-0000-000000000000'`,
    `create table ${n.laneTotal} (
      channel ${NAME} not null,
      name ${NAME} not null,
      ${COUNTERS},
      waits bigint[] not null,
      runs bigint[] not null,
      primary key (channel, name),
      constraint lane_total_ranges check (cardinality(waits) = 48 and cardinality(runs) = 48)
    ) with (fillfactor = 50)`,
    `create table ${n.laneDepth} (
      at timestamptz not null,
      span_secs integer not null default 60,
      channel ${NAME} not null,
      name ${NAME} not null,
      ready bigint not null,
      scheduled bigint not null,
      blocked bigint not null,
      pending bigint not null,
      running bigint not null,
      oldest_ready_at timestamptz,
      took_ms real not null,
      primary key (span_secs, at, channel, name)
    )`,
  ];
}

const COUNTERS = `started bigint not null default 0,
      succeeded bigint not null default 0,
      failed bigint not null default 0,
      retried bigint not null default 0,
      snoozed bigint not null default 0,
      released bigint not null default 0,
      lost bigint not null default 0,
      cancelled bigint not null default 0,
      wait_ms float8 not null default 0,
      run_ms float8 not null default 0,
      wait_max_ms float8 not null default 0,
      run_max_ms float8 not null default 0`;
