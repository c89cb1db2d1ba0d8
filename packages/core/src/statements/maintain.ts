import { asBoolean, asNullable, asNumber, asText } from '../schema/index.ts';
import { defineStatement, type Statement } from './statement.ts';

export interface PrunedGroups {
  readonly groups: readonly string[];
  /** Where the next page starts; `''` when the end was reached. */
  readonly next: string;
  readonly seen: number;
  /** There are unique keys, some of which may be litter: asked on the way, so that nobody asks where there are none. */
  readonly hasKeys: boolean;
  /** Likewise, whether there are progress and log lines. */
  readonly hasReports: boolean;
}

/** Deletes the unused groups of one page of names. See `prune_groups_v1`. */
export const pruneGroups: Statement<{ readonly after: string; readonly limit: number }, PrunedGroups> = defineStatement(
  {
    name: 'bearmq_prune_groups',
    text: ({ fn, uniqueKey, jobProgress, jobLog }) => `
    select o_deleted::text, o_last::text, o_seen::int4, exists (select 1 from ${uniqueKey}),
      exists (select 1 from ${jobProgress}) or exists (select 1 from ${jobLog})
    from ${fn('prune_groups_v1')}($1::text, $2::int4)`,
    encode: ({ after, limit }) => [after, limit],
    decode: (rows) => {
      const page = rows[rows.length - 1];
      return {
        groups: rows.flatMap(([name]) => (name === null ? [] : [asText(name)])),
        next: asNullable(page?.[1], asText) ?? '',
        seen: asNumber(page?.[2]),
        hasKeys: asNullable(page?.[3], asBoolean) ?? false,
        hasReports: asNullable(page?.[4], asBoolean) ?? false,
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
