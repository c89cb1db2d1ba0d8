import type { Tables } from '@bearmq/core/driver';
import { TAKES_OF_SEEN } from './pick-jobs.ts';
import { RANK, take } from './ready-jobs.ts';

/**
 * Where a demand has lanes with jobs in groups: merges these by priority and age with the places of the others that were
 * seen, takes the runs of the groups that are free, and leaves in `v_left` and `v_takes` what is to be taken of the others.
 */
export function takeFromGroups(n: Tables): string {
  return `if v_lane_channels is not null then
      with peeked as materialized (
        select null::text as job_group, s.rank, s.seq from unnest(v_seen_ranks, v_seen_seqs) as s (rank, seq)
        union all
        select x.job_group, ~x.priority, x.seq
        from unnest(v_lane_channels, v_lane_names) as l (channel, name) cross join lateral (
          select j.job_group, j.priority, j.seq from ${n.job} j
          where j.state = 'ready' and j.job_group is not null and j.channel = l.channel and j.name = l.name
          order by j.priority desc, j.seq limit v_left) x
      ),
      -- A group counts once, however many of its jobs were seen: it needs one slot.
      candidate as (
        select p.*, row_number() over (partition by p.job_group order by p.rank, p.seq) as nth from peeked p
      ),
      chosen as materialized (
        select c.* from candidate c where c.job_group is null or c.nth = 1 order by c.rank, c.seq limit v_left
      )
      select (select array_agg(c.job_group order by c.rank, c.seq) from chosen c where c.job_group is not null) as groups,
        (select count(*)::integer from peeked p where p.job_group is not null) as seen,
        (select count(*)::integer from chosen c where c.job_group is null) as free,
        (select array[c.rank, c.seq] from chosen c where c.job_group is null order by c.rank, c.seq limit 1) as first_free
      into v_plan;
      if v_plan.groups is not null then
        -- Long strides over what waits behind busy groups, unless there are other jobs to run: 5,000 of those behind a
        -- group of 20,000 took 640 ms with strides of 2,000, and 460 ms so; 250 ms alone.
        select x.* into v_run from ${n.fn('claim_groups_v1')}(p_names, v_demand.channels,
          greatest(v_demand.slots, (v_left + v_demand.usual - 1) / v_demand.usual), v_demand.run,
          v_left + v_demand.slots * v_demand.run, v_room, v_plan.groups,
          v_lane_channels, v_lane_names, v_plan.seen,
          case when v_plan.free > 0 then greatest(50, least(v_left, v_plan.free))
            else least(2000, greatest(200, 4 * v_left)) end,
          v_is_single) x;
        v_unreached := v_unreached or v_run.o_unreached;
        v_moved := v_moved or v_run.o_moved;
        v_room := v_room - coalesce(v_run.o_bytes, 0);
        v_head := (select array[${RANK}, j.seq] from ${n.job} j where j.id = any (v_run.o_ids[1:1]));
        v_counts_head := v_counts and coalesce(v_head < v_plan.first_free or cardinality(v_run.o_ids) >= v_left,
          v_head is not null);
        return query
        with ranked as materialized (
          select t.id, t.epoch, k.attempt, v_counts_head and t.nth = 1 as started
          from unnest(v_run.o_ids, v_run.o_epochs) with ordinality as t (id, epoch, nth)
          join ${n.job} k on k.id = any (array[t.id])
        )
        ${take(n)};
        v_left := v_left - coalesce(cardinality(v_run.o_ids), 0);
        v_counts := v_counts and not v_counts_head;
        v_is_first := v_is_first and (v_demand.slots = 0 or v_head is null);
        if v_left > 0 then
          v_takes := ${TAKES_OF_SEEN};
        end if;
      end if;
    end if;`;
}
