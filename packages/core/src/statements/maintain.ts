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
  /** What of it was wrong: `miscounted`, or `stuck`, which groups may be. */
  readonly fixed: readonly {
    readonly of: 'group' | 'channel' | 'name';
    readonly name: string;
    readonly kind: string;
  }[];
  /** How long the database was at it, in milliseconds: what its sender waits for a connection costs nobody anything. */
  readonly tookMs: number;
}

/**
 * Fixes groups that were left counted wrong or stuck, and limits that were left counted wrong, by deletes of jobs by hand above
 * all. See `check_groups_v1` and `check_limits_v1`: the latter comes second, as limits are locked after groups.
 */
export const checkGroups: Statement<null, CheckedGroups> = defineStatement({
  name: 'bearmq_check_groups',
  text: ({ fn }) => `
    select 'group'::text as of_what, o_group::text as name, o_kind::text, null::float8 from ${fn('check_groups_v1')}()
    union all
    select o_kind::text, o_name::text, 'miscounted'::text, null::float8 from ${fn('check_limits_v1')}()
    union all
    select null::text, null::text, null::text,
      (extract(epoch from pg_catalog.clock_timestamp() - pg_catalog.statement_timestamp()) * 1000)::float8`,
  encode: () => [],
  decode: (rows) => ({
    fixed: rows.flatMap(([what, name, kind]) =>
      what === null
        ? []
        : [{ of: asText(what) as 'group' | 'channel' | 'name', name: asText(name), kind: asText(kind) }],
    ),
    tookMs: asNumber(rows[rows.length - 1]?.[3]),
  }),
});
