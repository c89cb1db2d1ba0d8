import { asNullable, asNumber, asText } from '../schema/index.ts';
import { defineStatement, type Statement } from './statement.ts';

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
  readonly { readonly jobId: string; readonly jobName: string }[]
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
  decode: (rows) => rows.map(([id, name]) => ({ jobId: asText(id), jobName: asText(name) })),
});

export interface PrunedGroups {
  readonly groups: readonly string[];
  /** Where the next page starts; `''` when the end was reached. */
  readonly next: string;
  readonly seen: number;
}

/** Deletes the unused groups of one page of names. See `prune_groups_v1`. */
export const pruneGroups: Statement<{ readonly after: string; readonly limit: number }, PrunedGroups> = defineStatement(
  {
    name: 'bearmq_prune_groups',
    text: ({ fn }) => `
    select o_deleted::text, o_last::text, o_seen::int4 from ${fn('prune_groups_v1')}($1::text, $2::int4)`,
    encode: ({ after, limit }) => [after, limit],
    decode: (rows) => {
      const page = rows[rows.length - 1];
      return {
        groups: rows.flatMap(([name]) => (name === null ? [] : [asText(name)])),
        next: asNullable(page?.[1], asText) ?? '',
        seen: asNumber(page?.[2]),
      };
    },
  },
);

export interface CheckedGroups {
  readonly fixed: readonly { readonly kind: string; readonly jobGroup: string }[];
  /** How long the database was at it, in milliseconds: what its sender waits for a connection costs nobody anything. */
  readonly tookMs: number;
}

/** Fixes groups that were left counted wrong or stuck, by deletes of jobs by hand above all. See `check_groups_v1`. */
export const checkGroups: Statement<null, CheckedGroups> = defineStatement({
  name: 'bearmq_check_groups',
  text: ({ fn }) => `
    select o_kind::text, o_group::text, null::float8 from ${fn('check_groups_v1')}()
    union all
    select null::text, null::text,
      (extract(epoch from pg_catalog.clock_timestamp() - pg_catalog.statement_timestamp()) * 1000)::float8`,
  encode: () => [],
  decode: (rows) => ({
    fixed: rows.flatMap(([kind, group]) => (kind === null ? [] : [{ kind: asText(kind), jobGroup: asText(group) }])),
    tookMs: asNumber(rows[rows.length - 1]?.[2]),
  }),
});
