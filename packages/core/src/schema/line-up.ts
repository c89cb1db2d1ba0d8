import type { Tables } from './tables.ts';

/**
 * Gives the groups of jobs that begin to wait their places in line, in the statement that makes them wait: a column `places`
 * (how many were made) and its `from`, to be selected by a CTE whose column is asked for, over the rows of a CTE that returns `job_group`, `channel`, `name`, `priority` and `seq` of each of them.
 * Jobs without a group need none. It reads what it returns, which a producer may not. See `line_up_v1`.
 */
export function lineUp({ fn }: Pick<Tables, 'fn'>, jobs: string): string {
  return `case when pg_catalog.count(*) > 0 then ${fn('line_up_v1')}(pg_catalog.array_agg(w.job_group), pg_catalog.array_agg(w.channel),
      pg_catalog.array_agg(w.name), pg_catalog.array_agg(w.priority), pg_catalog.array_agg(w.seq)) end as places
    from (
      select a.job_group, a.channel, a.name, pg_catalog.max(a.priority) as priority, greatest(pg_catalog.min(a.seq), 1) as seq
      from ${jobs} a where a.job_group is not null group by a.job_group, a.channel, a.name order by 5
    ) w`;
}
