import type { Tables } from '@bearmq/core/schema';
import { plpgsql } from '../plpgsql.ts';
import { RANK, STRETCH, within } from './claim-find.ts';

/**
 * The third stage of a claim: says where the best `p_left` jobs of a demand lie, without locking, at a cost that follows
 * what is taken. It looks a few jobs deep into each stretch, and deeper only where all that it saw are among the best.
 *
 * `takes` is how many jobs to take in each stretch of `ungrouped`, `groups` are those among the best, in order. `p_is_first`:
 * nothing was taken since the stretches were found, so their first jobs are known. See apps/docs/internals/claim.md, "Plan"
 */
export function planDemand(n: Tables): string {
  return plpgsql({
    called: 'inner',
    signature: `${n.fn('plan_demand_v1')}(
  p_ungrouped ${n.fn('stretch')}[], p_grouped ${n.fn('lane')}[], p_left integer, p_is_first boolean)`,
    returns: n.fn('plan'),
    body: `declare
  v_plan ${n.fn('plan')};
  v_depths integer[];
  v_deeper integer;
begin
  v_plan.ungrouped := p_ungrouped;
  v_plan.is_narrowed := coalesce(cardinality(p_ungrouped) > p_left, false);
  if v_plan.is_narrowed then
    v_plan.ungrouped := array(
      select s from unnest(p_ungrouped) as s cross join lateral (
        select s.rank, s.seq where p_is_first
        union all
        select f.* from (${within(n, `${RANK} as rank, j.seq`, 's')} limit 1) f where not p_is_first) h
      order by h.rank, h.seq limit p_left);
  end if;

  if cardinality(v_plan.ungrouped) > 0 then
    v_depths := array_fill(least(p_left, 8 + 3 * p_left / (2 * cardinality(v_plan.ungrouped))), array[cardinality(v_plan.ungrouped)]);
    loop
      with seen as materialized (
        select s.nth::integer as stretch, x.rank, x.seq
        from unnest(v_plan.ungrouped, v_depths) with ordinality as s (${STRETCH}, depth, nth) cross join lateral (
          ${within(n, `${RANK} as rank, j.seq`, 's')} limit s.depth) x
      )
      select array_agg(row(s.stretch, s.rank, s.seq)::${n.fn('place')}), ${takesOf('seen s', 'v_plan.ungrouped', 'p_left')}
      into v_plan.seen, v_plan.takes
      from seen s;
      select count(*)::integer into v_deeper from unnest(v_plan.takes, v_depths) as d (take, depth)
      where d.take = d.depth and d.depth < p_left;
      exit when v_deeper = 0;
      v_depths := array(
        select case when d.take < d.depth then d.depth
          else least(p_left, greatest(4 * d.depth, 2 * p_left / v_deeper)) end
        from unnest(v_plan.takes, v_depths) with ordinality as d (take, depth, nth) order by d.nth);
    end loop;
  end if;

  if p_grouped is not null then
    with peeked as materialized (
      select null::text as job_group, s.rank, s.seq from unnest(v_plan.seen) as s
      union all
      select x.job_group, ~x.priority, x.turn from unnest(p_grouped) as l cross join lateral (
        select t.job_group, t.priority, t.turn from ${n.jobTurn} t
        where t.open and t.channel = l.channel and t.name = l.name
        order by ~t.priority, t.turn limit p_left) x
    ),
    candidate as materialized (
      select p.*, row_number() over (partition by p.job_group order by p.rank, p.seq) as nth from peeked p
    ),
    chosen as materialized (
      select c.* from candidate c where c.job_group is null or c.nth = 1 order by c.rank, c.seq limit p_left
    )
    select array_agg(c.job_group order by c.rank, c.seq),
      exists (select 1 from candidate d where d.job_group is not null and d.nth > 1)
    into v_plan.groups, v_plan.is_doubled
    from chosen c where c.job_group is not null;
  end if;
  return v_plan;
end`,
  });
}

/** How many of the best `left` places of `seen` (a table expression `s`) lie in each of the stretches. */
export function takesOf(seen: string, stretches: string, left: string): string {
  return `array(
        select count(*)::integer - 1 from (
          select b.stretch from (select s.stretch from ${seen} order by s.rank, s.seq limit ${left}) b
          union all
          select g.nth from generate_series(1, cardinality(${stretches})) as g (nth)
        ) t
        group by t.stretch order by t.stretch)`;
}
