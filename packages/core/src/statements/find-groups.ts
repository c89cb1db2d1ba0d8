import type { SqlRow, SqlValue } from '../driver/index.ts';
import { asBoolean, asText } from '../schema/index.ts';
import { defineStatement, type Statement } from './statement.ts';

export interface FindGroupsInput {
  /** Names up to this one, by their bytes, are left out. */
  readonly after: string;
  readonly limit: number;
  /** What a name has in it, whatever its capitals; `null`: anything. */
  readonly search: string | null;
  /** The most names, or waiting jobs, that are looked at. */
  readonly window: number;
}

export interface FoundGroups {
  readonly names: readonly string[];
  /** The last name that was looked at, where there may be more behind it. */
  readonly edge: string | null;
}

type Finder = Statement<FindGroupsInput, FoundGroups>;

const decode = (rows: readonly SqlRow[]): FoundGroups => {
  const names: string[] = [];
  let edge: string | null = null;
  for (const [name, isEdge] of rows) {
    if (asBoolean(isEdge)) edge = asText(name);
    else names.push(asText(name));
  }
  return { names, edge };
};

const encode = ({ after, limit, search, window }: FindGroupsInput): readonly SqlValue[] => [
  after,
  limit,
  search,
  window,
];

/**
 * Groups that have jobs which wait, or had some that ran lately, by their names. A skip scan over the index of waiting jobs:
 * what it costs follows the names that it looks at, not what waits.
 */
export const findGroupsByName: Finder = defineStatement({
  name: 'bearmq_find_groups_by_name',
  plan: 'anew',
  mayBeRepeated: true,
  text: ({ job, jobGroup }) => `
    with recursive waiting (name) as (
      (select j.job_group from ${job} j where j.state in ('ready', 'blocked') and j.job_group is not null
          and j.job_group > $1::text
        order by j.job_group limit 1)
      union all
      select x.job_group from waiting w cross join lateral (
        select j.job_group from ${job} j where j.state in ('ready', 'blocked') and j.job_group is not null
          and j.job_group > w.name
        order by j.job_group limit 1) x
    ),
    seen as materialized (
      select u.name from (
        (select w.name from waiting w limit $4::int4)
        union
        (select g.name from ${jobGroup} g where g.name > $1::text order by g.name limit $4::int4)
      ) u order by u.name limit $4::int4
    ),
    found as materialized (
      select s.name from seen s where ($3::text is null or pg_catalog.strpos(pg_catalog.lower(s.name), pg_catalog.lower($3::text)) > 0) order by s.name limit $2::int4
    )
    (select f.name::text, false from found f order by f.name)
    union all
    (select s.name::text, true from seen s
      where (select pg_catalog.count(*) from seen) >= $4::int4 and (select pg_catalog.count(*) from found) < $2::int4
      order by s.name desc limit 1)`,
  encode,
  decode,
});

/** Groups by what waits in them: the most jobs first, or the one whose first job was enqueued before all others'. */
export const findGroupsByBacklog: Readonly<Record<'waiting' | 'oldest', Finder>> = {
  waiting: backlogFinder('waiting'),
  oldest: backlogFinder('oldest'),
};

/** It looks at so many waiting jobs and no more, in the order of their groups' names. */
function backlogFinder(order: 'waiting' | 'oldest'): Finder {
  return defineStatement({
    name: `bearmq_find_groups_by_${order}`,
    plan: 'anew',
    mayBeRepeated: true,
    text: ({ job }) => `
    with looked as materialized (
      select j.job_group, j.seq from ${job} j
      where j.state in ('ready', 'blocked') and j.job_group is not null and j.job_group > $1::text
      order by j.job_group limit $4::int4
    ),
    backlog as materialized (
      select l.job_group as name, pg_catalog.count(*) as jobs, pg_catalog.min(l.seq) as first
      from looked l group by l.job_group
    )
    (select b.name::text, false from backlog b where ($3::text is null or pg_catalog.strpos(pg_catalog.lower(b.name), pg_catalog.lower($3::text)) > 0) 
      order by case when $5::text = 'waiting' then -b.jobs end, b.first, b.name limit $2::int4)
    union all
    select pg_catalog.max(b.name)::text, true from backlog b having pg_catalog.sum(b.jobs) >= $4::int4`,
    encode: (input) => [...encode(input), order],
    decode,
  });
}

/** Groups of which a job runs, the one that has been held the longest first: no more rows than there are slots. */
export const findGroupsByHold: Finder = defineStatement({
  name: 'bearmq_find_groups_by_hold',
  plan: 'anew',
  mayBeRepeated: true,
  text: ({ job }) => `
    select h.name::text, false from (
      select j.job_group as name, pg_catalog.min(j.claimed_at) as since from ${job} j
      where j.state = 'running' and j.job_group is not null group by j.job_group
    ) h
    where h.name > $1::text and ($3::text is null or pg_catalog.strpos(pg_catalog.lower(h.name), pg_catalog.lower($3::text)) > 0) order by h.since, h.name limit least($2::int4, $4::int4)`,
  encode,
  decode,
});
