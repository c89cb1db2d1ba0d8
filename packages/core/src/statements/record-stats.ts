import type { LaneCounts } from '../model/lane-counts.ts';
import { asNumber } from '../schema/index.ts';
import { laneSql } from './lane-sql.ts';
import { defineStatement, type Statement } from './statement.ts';

/** A lane's figures of one minute, as one process has counted them so far. */
export interface LaneMinute {
  /** When the minute began, in seconds since 1970 by the database's clock. */
  readonly atSecs: number;
  readonly channel: string;
  readonly name: string;
  readonly counts: LaneCounts;
}

export interface RecordStatsInput {
  /** Who counted. A UUID of its own: a process may lose its lease and go on counting. */
  readonly keeperId: string;
  /** Higher than in any call of that keeper before, answered or not. */
  readonly rev: number;
  readonly minutes: readonly LaneMinute[];
}

/** How old a minute may be to be written, in seconds since it began; the statement says so too. */
export const WRITTEN_WITHIN_SECS = 150;

/**
 * Writes what a process has counted: its own rows, in absolute numbers. A statement that is sent twice changes nothing,
 * and a copy that comes after a newer one neither, since `rev` is lower. Nobody else writes these rows until a roll takes
 * them away ({@link rollStats}), half a minute after the last moment at which they are written here: so none is taken away
 * and then written anew. A process that was frozen for longer loses what it had counted, rather than have it counted twice.
 *
 * Resolves to the database's time, in milliseconds since 1970.
 */
export const recordStats: Statement<RecordStatsInput, number> = defineStatement({
  name: 'bearmq_record_stats',
  mayBeRepeated: true,
  text: ({ laneStats }) => `
    with given as materialized (
      select pg_catalog.to_timestamp(r.at) as since, r.channel, r.name, ${laneSql.of('r')}
      from pg_catalog.json_to_recordset($1::text::json) as r (at float8, channel pg_catalog.text, name pg_catalog.text,
        ${laneSql.typed})
    ),
    written as (
      insert into ${laneStats} as s (span_secs, at, channel, name, process_id, rev, ${laneSql.names})
      select 60, g.since, g.channel, g.name, $2::text::uuid, $3::int4, ${laneSql.of('g')}
      from given g
      where g.since > pg_catalog.clock_timestamp() - interval '150 seconds'
      order by g.since, g.channel, g.name
      on conflict (span_secs, at, channel, name, process_id) do update
      set rev = excluded.rev, ${laneSql.excluded}
      where s.rev < excluded.rev
    )
    select (extract(epoch from pg_catalog.clock_timestamp()) * 1000)::float8`,
  encode: ({ keeperId, rev, minutes }) => [JSON.stringify(minutes.map(asRow)), keeperId, rev],
  decode: ([row]) => asNumber(row?.[0]),
});

/** The database's time, in milliseconds since 1970. */
export const readServerTime: Statement<null, number> = defineStatement({
  name: 'bearmq_read_server_time',
  text: () => 'select (extract(epoch from pg_catalog.clock_timestamp()) * 1000)::float8',
  encode: () => [],
  decode: ([row]) => asNumber(row?.[0]),
});

function asRow({ atSecs, channel, name, counts }: LaneMinute): object {
  const { waitMs, runMs, waitMaxMs, runMaxMs, changes: _changes, ...figures } = counts;
  return {
    at: atSecs,
    channel,
    name,
    ...figures,
    wait_ms: waitMs,
    run_ms: runMs,
    wait_max_ms: waitMaxMs,
    run_max_ms: runMaxMs,
  };
}
