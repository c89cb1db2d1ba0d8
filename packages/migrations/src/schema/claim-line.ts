import type { Tables } from '@bearmq/core/schema';
import { PAYLOAD_BYTES } from './claim-take.ts';
import { enter, gates, type Rules } from './gate.ts';
import { samePlace, WAITING } from './line.ts';

/**
 * The statement that takes jobs of groups whose rows are locked, counts them, and moves the places of the groups in the
 * line. One statement, since all of it follows from which jobs could be locked. Jobs go through its sorts with numbers only
 * (`place` of their group, `spot` in line): with all that is known of those it took a fifth longer to claim 400 jobs.
 *
 * A turn is one start, or one run; of a group with a weight, so many in a row. Within a claim each group gives a job before
 * any gives a second one; a higher priority goes before that. See apps/docs/internals/claim.md, "Groups"
 */
export function startJobs(n: Tables, rules: Rules): string {
  // Where lanes have rules the gates are read anew, in the snapshot that shows which lanes a group has jobs in.
  const gate =
    rules === 'own'
      ? 'select * from unnest(v_gates) with ordinality as g'
      : gates(
          n,
          rules,
          `(select g.*, c.nth from unnest(v_gates) with ordinality as c (${LOCKED}, nth)
          join ${n.jobGroup} g on g.name = any (array[c.job_group]))`,
          'p_has_pauses',
        );
  const heads =
    rules === 'own'
      ? 'r.heads'
      : 'count(*) filter (where r.is_let and r.is_head) over (order by r.rank rows unbounded preceding)';
  return `with gate (${LOCKED}, place) as materialized (
        ${gate}
      ),
      -- By number, so that what is found for each of them can be told in arrays.
      spot as materialized (
        select row_number() over (order by g.place, t.channel, t.name, t.id)::integer as spot, g.place::integer, g.job_group, g.epoch,
          g.most, g.weight, g.starts is not null as is_rated, g.rate_secs,
          least(g.places, coalesce(g.starts, g.places)) as room,
          case when g.most > 1 or g.starts is not null then least(g.places, coalesce(g.starts, g.places))
            when g.places > 0 then p_max_per_group else 0 end as jobs,
          t.channel, t.name, t.id, t.turn, t.misses,
          max(case when t.credit > 0 then g.weight - t.credit else 0 end) over (partition by g.place) as used,
          row_number() over (partition by g.place, t.channel, t.name order by t.id) as copy,
          row_number() over (partition by g.place order by t.channel, t.name, t.id) = 1 as is_first,
          case when p_lanes is null then t.name = any (p_names) and (p_channels is null or t.channel = any (p_channels))
            else exists (select 1 from unnest(p_lanes) as l where l.channel = t.channel and l.name = t.name) end as is_ours
        from gate g cross join lateral (
          select t.channel, t.name, t.id, t.turn, t.credit, t.misses from ${n.jobTurn} t
          where t.job_group = any (array[g.job_group])) t
      ),
      -- One more than may be taken, to know whether anything is left.
      waiting as (
        select s.spot, s.place, s.epoch, s.most, s.weight, s.is_rated, s.jobs, s.used, s.turn, ${rules === 'own' ? '' : 's.channel, s.name,'}
          x.id as job_id, x.priority, x.seq, x.id is not null and s.is_ours as is_eligible
        from spot s left join lateral (
          select j.id, j.priority, j.seq from ${n.job} j
          where s.copy = 1 and j.job_group = s.job_group and j.channel = s.channel and j.name = s.name and j.state in (${WAITING})
          order by j.priority desc, j.seq limit case when s.is_ours then least(s.jobs, v_limit) else 0 end + 1) x on true
      ),
      numbered as (
        select w.*, row_number() over v as nth, first_value(w.priority) over v as best,
          min(w.turn) filter (where w.is_eligible) over (partition by w.place) as its_turn
        from waiting w window v as (partition by w.place order by w.is_eligible desc, w.priority desc, w.seq)
      ),
      ranked as (
        select w.*, w.is_eligible and w.nth <= w.jobs as is_wanted, w.most > 1 or w.nth = 1 as is_head,
          case when w.most > 1 then (w.nth - 1 + w.used) / w.weight else 0 end as round,
          row_number() over v as rank, count(*) filter (where w.is_eligible and w.nth <= w.jobs and (w.most > 1 or w.nth = 1)) over v as heads
        from numbered w window v as (
            order by not (w.is_eligible and w.nth <= w.jobs), case when w.most > 1 then w.priority else w.best end desc,
              case when w.most > 1 then (w.nth - 1 + w.used) / w.weight else w.nth - 1 end, w.place, w.nth rows unbounded preceding)
      ),
      ${rules === 'own' ? 'within as (select r.*, r.is_wanted as is_let from ranked r)' : limited()},
      locked as (
        select c.spot, c.place, c.nth, c.rank, c.epoch, c.priority, c.is_eligible, c.is_head, c.is_chosen, c.its_turn, c.round,
          ~case when c.most > 1 then c.priority else c.best end as starts_at, h.row, h.bytes
        from (
          select r.*, r.is_let and r.rank <= v_limit
            and ${heads} <= case when r.is_rated then least(v_slots, v_heads) else v_heads end as is_chosen
          from within r
        ) c left join lateral (
          select j.ctid as row, ${PAYLOAD_BYTES} as bytes from ${n.job} j
          where c.is_chosen and j.id = any (array[c.job_id]) and j.state in (${WAITING}) for update skip locked) h on true
      ),
      measured as (
        select l.*, min(l.nth) filter (where l.is_eligible and l.row is null) over (partition by l.place) as gap,
          coalesce(sum(l.bytes) over (order by l.rank rows unbounded preceding), 0) - coalesce(l.bytes, 0) as before
        from locked l
      ),
      done as materialized (
        select m.spot, m.rank, m.row, m.epoch, m.bytes, m.priority, m.is_head, m.its_turn, m.round, m.starts_at,
          m.row is not null and m.before < v_room and (m.gap is null or m.nth < m.gap) as is_taken,
          m.is_chosen and m.row is null as is_held
        from measured m
      ),
      told as (
        select array_agg(d.taken order by d.spot) as taken, array_agg(d.has_next order by d.spot) as has_next,
          array_agg(d.next_priority order by d.spot) as next_priority, array_agg(d.is_held order by d.spot) as is_held
        from (
          select d.spot, count(*) filter (where d.is_taken)::integer as taken,
            coalesce(bool_or(d.priority is not null) filter (where not d.is_taken), false) as has_next,
            coalesce(max(d.priority) filter (where not d.is_taken), 0) as next_priority, bool_or(d.is_held) as is_held
          from done d group by d.spot) d
      ),
      after as materialized (
        select l.*, case when l.most > 1 or l.is_rated then l.room - l.jobs when l.jobs > 0 then 0 else l.room end > 0 as has_room,
          l.used + case when l.most > 1 then l.jobs else least(l.jobs, 1) end as spent, k.is_locked
        from (
          select s.place, s.job_group, s.channel, s.name, s.id, s.most, s.weight, s.is_rated, s.rate_secs, s.room, s.misses, s.used,
            o.has_next[s.spot] as has_next, o.next_priority[s.spot] as next_priority, o.is_held[s.spot] as is_held,
            s.is_first, sum(o.taken[s.spot]) over (partition by s.place)::integer as jobs
          from spot s cross join told o) l
        left join lateral (
          select true as is_locked from ${n.jobTurn} t where not l.has_next and ${samePlace('t', 'l')} for update skip locked) k on true
      ),
      entered as (
        ${enter(n, 'select a.job_group, a.jobs from after a where a.is_first and a.jobs > 0')}
      ),
      moved as (
        update ${n.jobTurn} t set priority = case when a.has_next then a.next_priority else t.priority end,
          open = a.has_room and a.has_next,
          turn = case when a.jobs > 0 and a.spent < a.weight or a.jobs = 0 and not a.is_held then t.turn
            else v_end + greatest(a.spent / a.weight - 1, 0) end,
          credit = case when a.spent % a.weight = 0 then 0 else a.weight - a.spent % a.weight end,
          misses = case when not a.has_next and a.has_room then least(a.misses, ${MAX_MISSES - 1}) + 1 else 0 end,
          due_at = case when not a.has_next and a.has_room
            then now() + make_interval(secs => 0.001 * 2 ^ least(a.misses, ${MAX_MISSES})) end
        from after a
        where a.is_locked is null and (a.jobs > 0 or not a.has_room or a.is_held or not a.has_next)
          and ${samePlace('t', 'a')}
      )
      select s.*, f.*
      into v_part
      from (
        select array_agg(d.row order by d.rank) as rows, array_agg(d.epoch order by d.rank) as epochs,
          array_agg(d.starts_at order by d.rank) as ranks,
          array_agg(case d.round when 0 then d.its_turn else greatest(d.its_turn, v_end) + d.round end order by d.rank) as turns,
          coalesce(sum(d.bytes), 0) as bytes,
          count(*)::integer as num_jobs, count(*) filter (where d.is_head)::integer as num_heads
        from done d where d.is_taken
      ) s cross join (
        select count(*) filter (where a.is_first and a.jobs > 0)::integer as num_groups,
          array_agg(a.job_group) filter (where a.is_first and a.jobs > 0 and a.most > 1) as parallel,
          count(*) filter (where a.jobs = 0 and not (a.has_room and a.has_next))::integer as num_moved,
          coalesce(bool_or(not a.has_next and a.is_locked is null and a.has_room), false) as is_timed,
          array_agg(row(a.job_group, a.channel, a.name, a.id)::${n.fn('turn_key')}) filter (where a.is_locked) as empty,
          array_agg(row(a.job_group, a.jobs, a.rate_secs)::${n.fn('rated_start')}) filter (where a.is_first and a.is_rated) as rated
        from after a
      ) f;`;
}

/**
 * Of the rows of `ranked`, which the limits that the claim holds let start: `is_let`. One of a lane that has a rate, only as
 * the first of a run: what follows it would start later than was counted.
 */
function limited(): string {
  const of = (kind: string): string =>
    `select o.*, k.room as room_of_${kind}, coalesce(k.is_rated, false) as is_rated_${kind}`;
  const join = (kind: string): string => `left join unnest(p_limits) as k on k.kind = '${kind}' and k.name = o.${kind}`;
  return `of_both as (
        ${of('channel')} from (${of('name')} from ranked o ${join('name')}) o ${join('channel')}
      ),
      of_name as (
        select o.*, o.is_wanted and (o.is_head or not (o.is_rated_name or o.is_rated_channel)) as is_fit from of_both o
      ),
      of_channel as (
        select o.*, o.is_fit and row_number() over (partition by o.name, o.is_fit order by o.rank)
          <= coalesce(o.room_of_name, 2147483647) as is_let_by_name
        from of_name o
      ),
      within as (
        select o.*, o.is_let_by_name and row_number() over (partition by o.channel, o.is_let_by_name order by o.rank)
          <= coalesce(o.room_of_channel, 2147483647) as is_let
        from of_channel o
      )`;
}

/** The columns of a locked gate. */
const LOCKED = 'job_group, epoch, most, weight, places, starts, rate_secs, due_at';

/**
 * Of a place that is empty, but kept by an enqueue under way: how often it was met like that, at most, as the exponent of
 * how many milliseconds it is passed over: a quarter of a second.
 */
const MAX_MISSES = 8;
