import { type SqlRow, type SqlValue, toArrayLiteral } from '../driver/index.ts';
import { dateIn, type JobOutcome, type JobRecord, type JobState, jobRecordIn } from '../model/job-record.ts';
import { asNullable, asNumber, asText } from '../schema/index.ts';
import { errorSql } from './error-sql.ts';
import { finalizedRecord, unfinishedRecord } from './job-records.ts';
import { defineStatement, type Statement } from './statement.ts';

/** Which jobs are looked for: those of which all that is given here is true. Times are milliseconds since 1970. */
export interface JobSought {
  readonly ids?: readonly string[] | undefined;
  readonly states?: readonly JobState[] | undefined;
  readonly outcomes?: readonly JobOutcome[] | undefined;
  readonly jobName?: string | undefined;
  readonly channel?: string | undefined;
  readonly jobGroup?: string | undefined;
  readonly errorIncludes?: string | undefined;
  readonly fingerprint?: string | undefined;
  readonly enqueuedFromMs?: number | undefined;
  readonly enqueuedToMs?: number | undefined;
  readonly finalizedFromMs?: number | undefined;
  readonly finalizedToMs?: number | undefined;
}

/** Where a page ended: of jobs that are over by their end (in microseconds since 1970), else by their id. */
export interface JobPlace {
  readonly id: string;
  readonly finalizedMicros: string | null;
}

export interface FindInput {
  readonly sought: JobSought;
  readonly after: JobPlace | null;
  readonly limit: number;
  /** The most rows that are looked at. */
  readonly window: number;
  /** The largest payload that is brought along, in bytes of JSON. */
  readonly payloadBytes: number;
}

export interface FoundJob {
  readonly job: JobRecord;
  readonly place: JobPlace;
}

export interface FoundJobs {
  readonly found: readonly FoundJob[];
  /** The last row that was looked at, where that ended the search before there were enough; else `null`. */
  readonly edge: { readonly place: JobPlace; readonly at: Date | null } | null;
}

/**
 * The ways to look through jobs. All walk over an index from a place on, over so many rows and no more, and filter what
 * they see: however much there is, and however little of it is sought, none takes minutes. Where they found less than was
 * asked for, they look for the end of what they walked over. Keyset paging, so that a page far down costs what the first
 * one does. Planned anew: what was not asked for is no condition then.
 */
type Finder = Statement<FindInput, FoundJobs>;

/** Jobs that are not over, by their ids: version 7 UUIDs, which grow with the time of their enqueue. */
export const findUnfinished: Readonly<Record<'newest' | 'oldest', Finder>> = {
  newest: unfinishedFinder('newest'),
  oldest: unfinishedFinder('oldest'),
};

/** Jobs that are over, by their end. Of those that did not succeed there is an index of its own. */
export const findFinalized: Readonly<Record<'newest' | 'oldest', Finder>> = {
  newest: finalizedFinder('newest'),
  oldest: finalizedFinder('oldest'),
};

function unfinishedFinder(order: 'newest' | 'oldest'): Finder {
  const [beyond, way] = order === 'newest' ? ['<', 'desc'] : ['>', 'asc'];
  const sorted = `w.id ${way}`;
  const window = (job: string): string => `
    select j.id, j.name, j.channel, j.job_group, j.state, j.priority, j.attempt, j.num_attempts, j.enqueued_at, j.run_at,
      j.claimed_at, j.process_id, j.failures, j.last_error, j.payload, j.extras, j.cancel
    from ${job} j
    where ($1::text is null or j.id ${beyond} $1::text::uuid) and ($3::text is null or j.id = any ($3::text::uuid[]))
      and ($4::text is distinct from '{"running"}' or j.state = 'running')
    order by j.id ${way}`;
  return defineStatement({
    name: `bearmq_find_unfinished_${order}`,
    plan: 'anew',
    mayBeRepeated: true,
    text: ({ job }) =>
      pageOf({
        window: window(job),
        record: unfinishedRecord('w'),
        micros: 'null::text',
        at: 'w.enqueued_at',
        order: sorted,
        isSought: `($4::text is null or w.state::text = any ($4::text::text[]))
        and ($9::text is null or pg_catalog.strpos(w.last_error, $9::text) > 0)
        and $2::text is null and $5::text is null and $17::text is null and $12::float8 is null and $13::float8 is null`,
      }),
    encode,
    decode,
  });
}

function finalizedFinder(order: 'newest' | 'oldest'): Finder {
  const [beyond, way] = order === 'newest' ? ['<', 'desc'] : ['>', 'asc'];
  const sorted = `w.finalized_at ${way}, w.id ${way}`;
  const window = (finalizedJob: string): string => `
    select f.id, f.name, f.channel, f.job_group, f.outcome, f.priority, f.attempt, f.num_attempts, f.enqueued_at,
      f.claimed_at, f.finalized_at, f.process_id, f.failures, f.error, f.payload, f.extras
    from ${finalizedJob} f
    where ($2::text is null or (f.finalized_at, f.id) ${beyond}
        ('epoch'::timestamptz + $2::text::int8 * interval '1 microsecond', $1::text::uuid))
      and ($3::text is null or f.id = any ($3::text::uuid[]))
      and ($5::text is null or $5::text like '%succeeded%' or f.outcome <> 'succeeded')
      and ($17::text is null or f.outcome <> 'succeeded')
      and ($12::float8 is null or f.finalized_at >= pg_catalog.to_timestamp($12::float8 / 1000))
      and ($13::float8 is null or f.finalized_at < pg_catalog.to_timestamp($13::float8 / 1000))
      and f.finalized_at > '-infinity' and f.finalized_at < 'infinity'
    order by f.finalized_at ${way}, f.id ${way}`;
  return defineStatement({
    name: `bearmq_find_finalized_${order}`,
    plan: 'anew',
    mayBeRepeated: true,
    text: ({ finalizedJob }) =>
      pageOf({
        window: window(finalizedJob),
        record: finalizedRecord('w'),
        micros: '(extract(epoch from w.finalized_at) * 1000000)::int8::text', // a Date would lose some
        at: 'w.finalized_at',
        order: sorted,
        isSought: `($4::text is null or $4::text like '%over%')
        and ($5::text is null or w.outcome::text = any ($5::text::text[]))
        and ($9::text is null or pg_catalog.strpos(w.error, $9::text) > 0)
        and ($17::text is null or w.outcome = 'failed'
          and ${errorSql.fingerprintOf('w.name', 'w.error')} = $17::text)`,
      }),
    encode,
    decode,
  });
}

interface PageParts {
  /** The rows to look at, in their order; the aliases below are columns of one, `w`. */
  readonly window: string;
  readonly record: string;
  readonly micros: string;
  readonly at: string;
  readonly order: string;
  readonly isSought: string;
}

function pageOf({ window, record, micros, at, order, isSought }: PageParts): string {
  return `
    with found as materialized (
      select ${record} as record, w.id::text as id, ${micros} as micros, null::float8 as at
      from (${window} limit $14::int4) w
      where ${isSought}
        and ($6::text is null or w.name = $6::text) and ($7::text is null or w.channel = $7::text)
        and ($8::text is null or w.job_group = $8::text)
        and ($10::float8 is null or w.enqueued_at >= pg_catalog.to_timestamp($10::float8 / 1000))
        and ($11::float8 is null or w.enqueued_at < pg_catalog.to_timestamp($11::float8 / 1000))
      order by ${order} limit $15::int4
    )
    select record, id, micros, at from found
    union all
    select null::text, w.id::text, ${micros}, (extract(epoch from ${at}) * 1000)::float8
    from (${window} offset $14::int4 - 1 limit 1) w
    where (select pg_catalog.count(*) from found) < $15::int4`;
}

function encode({ sought, after, limit, window, payloadBytes }: FindInput): readonly SqlValue[] {
  const { ids, states, outcomes, jobName, channel, jobGroup, errorIncludes } = sought;
  const listed = (values: readonly string[] | undefined) => (values === undefined ? null : toArrayLiteral(values));
  return [
    after?.id ?? null,
    after?.finalizedMicros ?? null,
    listed(ids),
    listed(states),
    listed(outcomes),
    jobName ?? null,
    channel ?? null,
    jobGroup ?? null,
    errorIncludes ?? null,
    sought.enqueuedFromMs ?? null,
    sought.enqueuedToMs ?? null,
    sought.finalizedFromMs ?? null,
    sought.finalizedToMs ?? null,
    window,
    limit,
    payloadBytes,
    sought.fingerprint ?? null,
  ];
}

function decode(rows: readonly SqlRow[]): FoundJobs {
  const found: FoundJob[] = [];
  let edge: FoundJobs['edge'] = null;
  for (const [record, id, micros, at] of rows) {
    const place = { id: asText(id), finalizedMicros: asNullable(micros, asText) };
    if (typeof record === 'string') found.push({ job: jobRecordIn(record), place });
    else edge = { place, at: dateIn(asNullable(at, asNumber)) };
  }
  return { found, edge };
}
