import { RANGES } from '../model/duration-ranges.ts';
import { LANE_OUTCOMES } from '../model/lane-counts.ts';

/** The counters of a lane's figures, as the tables call them. */
const COUNTERS: readonly string[] = ['started', ...LANE_OUTCOMES];
/** In milliseconds. */
const SUMS = ['wait_ms', 'run_ms'];
const LONGEST = ['wait_max_ms', 'run_max_ms'];
/** How many were in each range of durations. */
const LISTS = ['waits', 'runs'];
const FIGURES: readonly string[] = [...COUNTERS, ...SUMS, ...LONGEST, ...LISTS];

const NOBODY = "'00000000-0000-0000-0000-000000000000'::pg_catalog.uuid";

const joined = (names: readonly string[], text: (name: string) => string): string => names.map(text).join(', ');

/**
 * The sums of lists, place by place: a sum for each place, since to take lists apart and to put them together again took
 * eight times as long (172 ms in place of 21, of 2,800 rows in 56 groups).
 */
const sumOfLists = (lists: string): string =>
  `array[${Array.from({ length: RANGES }, (_, i) => `pg_catalog.sum(${lists}[${i + 1}])::bigint`).join(', ')}]`;

const isList = (name: string): boolean => LISTS.includes(name);

/** Which rows figures are made of: those of minutes, or those of hours (and of minutes that are not added up yet). */
export type FigureSpan = 'minutes' | 'hours';

/** How long the step of a row is, in seconds, and how long it is kept, in days; the prune says so too. */
export const SPAN_SECS: Readonly<Record<FigureSpan, number>> = { minutes: 60, hours: 3_600 };
export const KEPT_DAYS: Readonly<Record<FigureSpan, number>> = { minutes: 1, hours: 90 };

type Piece = (row: string) => string;

interface LaneSql {
  readonly nobody: string;
  readonly names: string;
  readonly typed: string;
  readonly excluded: string;
  readonly widened: string;
  readonly step: string;
  readonly within: string;
  readonly ofSpan: string;
  readonly of: Piece;
  readonly addedUp: Piece;
  readonly addedTo: Piece;
  readonly pairsOfGroup: Piece;
  readonly pairs: Piece;
  readonly pairsOfLists: Piece;
}

/** The rows `s` of minutes or of hours ($4). What is not added up yet is in no hour: it is in minutes of processes. */
const OF_SPAN = `($4::int4 = 60 and s.span_secs = 60 or $4::int4 = 3600 and (s.span_secs = 3600 or s.span_secs = 60
        and s.process_id <> ${NOBODY}))`;

/** What statements say of all figures of a lane: pieces of SQL, of columns and never of values. */
export const laneSql: LaneSql = {
  /** Stands for all processes, in rows that were added up. */
  nobody: NOBODY,
  names: joined(FIGURES, (name) => name),
  /** For `json_to_recordset`. */
  typed: joined(
    FIGURES,
    (name) => `${name} ${isList(name) ? 'integer[]' : COUNTERS.includes(name) ? 'bigint' : 'float8'}`,
  ),
  excluded: joined(FIGURES, (name) => `${name} = excluded.${name}`),
  /** Lists that may be as large as those of all time. */
  widened: joined(FIGURES, (name) => (isList(name) ? `${name}::bigint[]` : name)),
  of: (row: string): string => joined(FIGURES, (name) => `${row}.${name}`),
  /** All rows of a group as one. */
  addedUp: (row: string): string =>
    [
      joined([...COUNTERS], (name) => `pg_catalog.sum(${row}.${name})::bigint as ${name}`),
      joined(SUMS, (name) => `pg_catalog.sum(${row}.${name})::float8 as ${name}`),
      joined(LONGEST, (name) => `pg_catalog.max(${row}.${name})::float8 as ${name}`),
      joined(LISTS, (name) => `${sumOfLists(`${row}.${name}`)} as ${name}`),
    ].join(', '),
  /** For an upsert that adds what comes to what is there. */
  addedTo: (there: string): string =>
    [
      joined([...COUNTERS, ...SUMS], (name) => `${name} = ${there}.${name} + excluded.${name}`),
      joined(LONGEST, (name) => `${name} = greatest(${there}.${name}, excluded.${name})`),
      joined(
        LISTS,
        (name) => `${name} = (select pg_catalog.array_agg(u.a + u.b order by u.nth)
        from rows from (pg_catalog.unnest(${there}.${name}), pg_catalog.unnest(excluded.${name})) with ordinality as u (a, b, nth))`,
      ),
    ].join(', '),
  /** Counters and sums of a group of rows as pairs for `json_build_object`. */
  pairsOfGroup: (row: string): string =>
    joined([...COUNTERS, ...SUMS], (name) => `'${name}', pg_catalog.sum(${row}.${name})`),
  /** Those of one row. */
  pairs: (row: string): string => joined([...COUNTERS, ...SUMS, ...LONGEST], (name) => `'${name}', ${row}.${name}`),
  pairsOfLists: (row: string): string => joined(LISTS, (name) => `'${name}', ${row}.${name}`),
  /** The step that a row `s` is in: $1 is when the first one begins, $3 how long each is. */
  step: `pg_catalog.date_bin(pg_catalog.make_interval(secs => $3::float8), s.at, pg_catalog.to_timestamp($1::float8))`,
  ofSpan: OF_SPAN,
  /** The rows `s` from $1 to $2, of minutes or hours ($4). */
  within: `s.at >= pg_catalog.to_timestamp($1::float8) and s.at < pg_catalog.to_timestamp($2::float8)
      and ${OF_SPAN}
      and ($5::text is null or s.channel = $5::text) and ($6::text is null or s.name = $6::text)`,
};
