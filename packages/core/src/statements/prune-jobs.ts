import type { SqlRow } from '../driver/index.ts';
import { asNullable, asNumber, asText } from '../schema/index.ts';
import { defineStatement, type Statement } from './statement.ts';

export interface PrunedJob {
  readonly jobId: string;
  readonly jobName: string;
}

/**
 * Deletes up to `limit` finalized jobs past their retention, oldest first. Rows that another orchestrator is deleting
 * are skipped, so no deletion is counted twice.
 *
 * Planned anew each time. Prepared, it has a generic plan from the sixth time on, which looks up the rows to delete by a
 * scan of the whole table if that had a hundred rows then, and is kept until the table is analyzed: with 320,000 rows
 * 59 s for a batch of 1,000, in place of 8 ms.
 */
export const pruneFinalized: Statement<
  { readonly retentionSecs: number; readonly limit: number },
  readonly PrunedJob[]
> = defineStatement({
  name: 'bearmq_prune_finalized',
  plan: 'anew',
  text: ({ finalizedJob }) => `
    with old as materialized (
      select id from ${finalizedJob} where finalized_at < pg_catalog.now() - pg_catalog.make_interval(secs => $1::float8)
      order by finalized_at limit $2::int4 for update skip locked
    )
    delete from ${finalizedJob} f using old where f.id = any (array[old.id]) returning f.id::text, f.name::text`,
  encode: ({ retentionSecs, limit }) => [retentionSecs, limit],
  decode: prunedJobs,
});

export interface PrunedUpTo {
  readonly deleted: readonly PrunedJob[];
  /** All that was to be deleted up to then is, but what others held: seconds since 1970, by the database's clock. */
  readonly upToSecs: number;
}

/**
 * Likewise, of those that succeeded: where those that failed are kept for longer. It begins at `fromSecs`, where an earlier
 * call ended, since it would walk over all failures that are kept otherwise: a millisecond before that, which is more than
 * a number loses of a time.
 */
export const pruneSucceeded: Statement<
  { readonly retentionSecs: number; readonly fromSecs: number | null; readonly limit: number },
  PrunedUpTo
> = defineStatement({
  name: 'bearmq_prune_succeeded',
  plan: 'anew',
  text: ({ finalizedJob }) => `
    with old as materialized (
      select id, finalized_at from ${finalizedJob}
      where finalized_at < pg_catalog.now() - pg_catalog.make_interval(secs => $1::float8)
        and finalized_at >= coalesce(pg_catalog.to_timestamp($2::float8 - 0.001), '-infinity') and outcome = 'succeeded'
      order by finalized_at limit $3::int4 for update skip locked
    ),
    gone as (delete from ${finalizedJob} f using old where f.id = any (array[old.id]) returning f.id, f.name)
    select id::text, name::text, null::float8 from gone
    union all
    select null::text, null::text, extract(epoch from case when pg_catalog.count(*) < $3::int4
      then pg_catalog.now() - pg_catalog.make_interval(secs => $1::float8) else pg_catalog.max(finalized_at) end)::float8 from old`,
  encode: ({ retentionSecs, fromSecs, limit }) => [retentionSecs, fromSecs, limit],
  decode: (rows) => ({ deleted: prunedJobs(rows), upToSecs: asNumber(rows[rows.length - 1]?.[2]) }),
});

/** Likewise, of those that failed or were cancelled: they have an index of their own. */
export const pruneFailed: Statement<{ readonly retentionSecs: number; readonly limit: number }, readonly PrunedJob[]> =
  defineStatement({
    name: 'bearmq_prune_failed',
    plan: 'anew',
    text: ({ finalizedJob }) => `
    with old as materialized (
      select id from ${finalizedJob}
      where outcome <> 'succeeded' and finalized_at < pg_catalog.now() - pg_catalog.make_interval(secs => $1::float8)
      order by finalized_at limit $2::int4 for update skip locked
    )
    delete from ${finalizedJob} f using old where f.id = any (array[old.id]) returning f.id::text, f.name::text`,
    encode: ({ retentionSecs, limit }) => [retentionSecs, limit],
    decode: prunedJobs,
  });

/**
 * Deletes up to `limit` of the finalized jobs that are beyond the newest `max`, oldest first. To find where these end costs a
 * walk over that part of the index (150 ms for a million), so it is done only where there may be more: by what the server
 * knew of the table when it was last analyzed, and by how much of it there is now. A table that never was is walked.
 */
export const pruneBeyond: Statement<{ readonly max: number; readonly limit: number }, readonly PrunedJob[]> =
  defineStatement({
    name: 'bearmq_prune_beyond',
    plan: 'anew',
    text: ({ finalizedJob }) => `
    with size as materialized (
      select case when c.reltuples >= 0 and c.relpages > 0 then c.reltuples::float8 / c.relpages
        * pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::float8 end as jobs
      from pg_catalog.pg_class c where c.oid = (select f.tableoid from ${finalizedJob} f limit 1)
    ),
    edge as materialized (
      select id, finalized_at from ${finalizedJob}
      where coalesce((select jobs from size) > $1::float8, true)
      order by finalized_at desc, id desc offset $1::int8 limit 1
    ),
    old as materialized (
      select f.id from ${finalizedJob} f, edge
      where f.finalized_at <= edge.finalized_at and (f.finalized_at, f.id) <= (edge.finalized_at, edge.id)
      order by f.finalized_at, f.id limit $2::int4 for update of f skip locked
    )
    delete from ${finalizedJob} f using old where f.id = any (array[old.id]) returning f.id::text, f.name::text`,
    encode: ({ max, limit }) => [max, limit],
    decode: prunedJobs,
  });

function prunedJobs(rows: readonly SqlRow[]): readonly PrunedJob[] {
  return rows.flatMap(([id, name]) => {
    const jobId = asNullable(id, asText);
    return jobId === null ? [] : [{ jobId, jobName: asText(name) }];
  });
}
