import type { Tables } from '@bearmq/core/schema';
import { plpgsql } from '../plpgsql.ts';

/** How many jobs that run each limit of a channel or a name counts, and which counts otherwise: a CTE `wrong`. */
function wrongLimits(n: Tables, which: string): string {
  const counted = (kind: string, bit: number): string =>
    `select '${kind}' collate "C" as kind, j.${kind} as name, count(*)::integer as running from ${n.job} j
      where j.state = 'running' and j.held & ${bit} > 0 group by j.${kind}`;
  return `counted as materialized (
      ${counted('channel', 1)}
      union all
      ${counted('name', 2)}
    ),
    wrong as (
      select l.kind, l.name, coalesce(c.running, 0) as running from ${n.jobLimit} l
      left join counted c on c.kind = l.kind and c.name = l.name
      where l.running <> coalesce(c.running, 0) and ${which}
    )`;
}

/**
 * The slow self-check of limits: counts anew what was counted wrong, and returns it. A job whose row was deleted by hand while
 * it ran is counted down by nobody: which limits count it stood in that row.
 *
 * It looks without a lock, and locks only what looks wrong. Two statements, as the rows must be held before it is counted: a
 * claim that counts holds them from before it looks until it commits. A settle or a setting that changes jobs first and waits
 * for such a row then, adds to what it finds in it. Rows that others hold are skipped: they are looked at again.
 */
export function checkLimits(n: Tables): string {
  return plpgsql({
    signature: `${n.fn('check_limits_v1')}()`,
    returns: 'table (o_kind text, o_name text)',
    joins: 'hashed',
    body: `declare
  v_kinds text[];
  v_names text[];
begin
  if not exists (select 1 from ${n.jobLimit}) then
    return;
  end if;
  with ${wrongLimits(n, 'true')}
  select array_agg(w.kind), array_agg(w.name) into v_kinds, v_names from wrong w;
  if v_kinds is null then
    return;
  end if;
  select array_agg(h.kind), array_agg(h.name) into v_kinds, v_names from (
    select w.kind, w.name from unnest(v_kinds, v_names) as w (kind, name) order by w.kind collate "C", w.name collate "C"
    offset 0) w
  cross join lateral (
    select l.kind, l.name from ${n.jobLimit} l where l.kind = w.kind and l.name = any (array[w.name])
    for update skip locked) h;
  return query
  with ${wrongLimits(n, '(l.kind, l.name) in (select h.kind, h.name from unnest(v_kinds, v_names) as h (kind, name))')}
  update ${n.jobLimit} l set running = w.running from wrong w where l.kind = w.kind and l.name = w.name
  returning l.kind::text, l.name::text;
end`,
  });
}
