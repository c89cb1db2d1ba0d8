import type { Tables } from '@bearmq/core/schema';
import { plpgsql } from '../plpgsql.ts';
import { RANK, STRETCH, within } from './claim-find.ts';

/**
 * The third stage of a claim: says where the best `p_left` jobs of a demand lie, at a cost that follows what is taken,
 * however many lanes there are and however deep. It looks without locking.
 *
 * Of jobs without a group it looks a few deep, and deeper only where all that it saw are among the best. A claim of 1,000
 * jobs of 1, 200 and 20,000 lanes takes 40, 28 and 85 ms (finding 20,000 lanes takes 60 of it); when it looked at 1,000
 * jobs of each, 44, 217 and 1,910 ms. A stretch whose first job is not among the best of all first jobs gives none, and is
 * left out of `ungrouped` (`is_narrowed`). `takes` says how many of them to take in each stretch of `ungrouped`, and `seen` are
 * their places and some more.
 *
 * Jobs in groups are merged with those by priority and age. A group counts once, however many of its jobs were seen: it
 * needs one slot. `groups` are those among the best, in the order of their first, `num_grouped` is how many jobs of groups
 * were seen, and `num_free` how many of the best have no group.
 *
 * `p_is_first`: nothing was taken since the stretches were found, so their first jobs are known. Else they are looked for
 * again.
 */
export function planDemand(n: Tables): string {
  return plpgsql({
    called: 'inner',
    signature: `${n.fn('plan_demand_v1')}(
  p_free ${n.fn('stretch')}[], p_grouped ${n.fn('lane')}[], p_left integer, p_is_first boolean)`,
    returns: n.fn('plan'),
    body: `declare
  v_plan ${n.fn('plan')};
  v_depths integer[];
  v_deeper integer;
begin
  v_plan.ungrouped := p_free;
  v_plan.is_narrowed := coalesce(cardinality(p_free) > p_left, false);
  if v_plan.is_narrowed then
    v_plan.ungrouped := array(
      select s from unnest(p_free) as s cross join lateral (
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
      select x.job_group, ~x.priority, x.seq from unnest(p_grouped) as l cross join lateral (
        select j.job_group, j.priority, j.seq from ${n.job} j
        where j.state = 'ready' and j.job_group is not null and j.channel = l.channel and j.name = l.name
        order by j.priority desc, j.seq limit p_left) x
    ),
    candidate as (
      select p.*, row_number() over (partition by p.job_group order by p.rank, p.seq) as nth from peeked p
    ),
    chosen as materialized (
      select c.* from candidate c where c.job_group is null or c.nth = 1 order by c.rank, c.seq limit p_left
    )
    select (select array_agg(c.job_group order by c.rank, c.seq) from chosen c where c.job_group is not null),
      (select count(*)::integer from peeked p where p.job_group is not null),
      (select count(*)::integer from chosen c where c.job_group is null)
    into v_plan.groups, v_plan.num_grouped, v_plan.num_free;
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
