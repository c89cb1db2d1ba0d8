import type { Tables } from '@bearmq/core/schema';
import { plpgsql } from '../plpgsql.ts';
import { startJobs } from './claim-line.ts';
import { enterRated, gates } from './gate.ts';
import { isOlder } from './rate.ts';

/**
 * The gate of a claim: goes along the line, locks the groups that it can, takes the oldest jobs of each whose gate is open,
 * and gives the groups their next places. Only who holds a group's row takes its jobs or changes its places; the jobs are
 * read in a statement after that lock. Making the row of a new group is the one place where a claim may wait.
 *
 * `p_groups` are groups from the head of the line: `p_want` of them are enough, and `p_limit` jobs in `p_heads` slots, of
 * which `p_slots` are idle, or `p_room` bytes of payload. `p_lanes` are the only lanes to take from (null: all), where some
 * are paused or limited; `p_limits` what the limits that the claim holds let start. `empty` are places that are locked, to
 * be removed once the jobs are marked as running.
 *
 * Why no race and no deadlock: apps/docs/internals/claim.md, "Groups"
 */
export function claimGroups(n: Tables): string {
  return plpgsql({
    called: 'inner',
    signature: `${n.fn('claim_groups_v1')}(
  p_names text[], p_channels text[], p_lanes ${n.fn('lane')}[], p_groups text[], p_want integer, p_max_per_group integer, p_limit integer,
  p_heads integer, p_slots integer, p_room bigint, p_insert boolean, p_has_pauses boolean,
  p_has_limits boolean, p_limits ${n.fn('limit_room')}[])`,
    returns: n.fn('group_run'),
    body: `declare
  v_run ${n.fn('group_run')};
  v_next text[] := p_groups;
  v_want integer := p_want;
  v_limit integer := p_limit;
  v_heads integer := p_heads;
  v_slots integer := p_slots;
  v_room bigint := p_room;
  v_gates ${n.fn('gate')}[];
  v_passed integer;
  v_inserted integer;
  v_end bigint;
  v_part record;
begin
  v_run.bytes := 0;
  v_run.is_mixed := false;
  v_run.is_more_likely := false;
  v_run.is_moved := false;
  v_run.is_timed := false;
  while v_next is not null and least(v_want, v_limit, v_heads, v_room) > 0 loop
    -- What is read of a row here is its version as it is locked.
    select array_agg(row(s.job_group, s.epoch, s.most, s.weight, s.places, s.starts, s.rate_secs, s.due_at)::${n.fn('gate')}),
      max(s.nth)
    into v_gates, v_passed
    from (${gates(
      n,
      'own',
      `(select g.*, c.nth::integer as nth from unnest(v_next) with ordinality as c (name, nth)
          join ${n.jobGroup} g on g.name = any (array[c.name])
          where not ${isOlder('g')}
          order by c.nth limit v_want for update of g skip locked)`,
      'p_has_pauses',
    )}) s;
    if p_insert and coalesce(cardinality(v_gates), 0) < least(v_want, cardinality(v_next)) then
      p_insert := false;
      ${insertGroups(n, 'select u.name from unnest(v_next[1:2 * v_want]) as u (name)')};
      get diagnostics v_inserted = row_count;
      continue when v_inserted > 0;
    end if;
    v_run.is_more_likely := v_run.is_more_likely or coalesce(cardinality(v_gates) < v_passed, true);
    exit when v_gates is null;
    v_next := nullif(v_next[v_passed + 1 :], '{}');
    v_end := ${n.fn('end_of_line_v1')}();
    if p_has_limits then
      ${startJobs(n, 'lanes')}
    else
      ${startJobs(n, 'own')}
    end if;
    v_run.is_mixed := v_run.is_mixed or v_run.rows is not null and v_part.rows is not null;
    v_run.rows := v_run.rows || v_part.rows;
    v_run.epochs := v_run.epochs || v_part.epochs;
    v_run.ranks := v_run.ranks || v_part.ranks;
    v_run.turns := v_run.turns || v_part.turns;
    v_run.parallel := v_run.parallel || v_part.parallel;
    v_run.bytes := v_run.bytes + v_part.bytes;
    v_run.is_moved := v_run.is_moved or v_part.num_moved > 0;
    v_run.is_timed := v_run.is_timed or v_part.is_timed or v_part.rated is not null;
    v_room := v_room - v_part.bytes;
    v_limit := v_limit - v_part.num_jobs;
    v_heads := v_heads - v_part.num_heads;
    v_slots := v_slots - v_part.num_heads;
    v_want := v_want - v_part.num_groups;
    if p_limits is not null then
      p_limits := ${n.fn('use_limits_v1')}(p_limits, v_part.rows);
    end if;
    v_run.empty := v_run.empty || v_part.empty;
    if v_part.rated is not null then
      ${enterRated(n, `select r.job_group, r.jobs, r.rate_secs from unnest(v_part.rated) as r (job_group, jobs, rate_secs) where r.jobs > 0`)};
      perform ${n.fn('open_turns_v1')}(array(select r.job_group from unnest(v_part.rated) as r (job_group, jobs, rate_secs)));
    end if;
  end loop;
  -- In the place of one that gave nothing there may be others, which were not among the first.
  v_run.is_more_likely := v_run.is_more_likely or v_next is not null or p_want - v_want < cardinality(p_groups);
  return v_run;
end`,
  });
}

/** Makes the rows of those groups of a query (its column `name`) that have none, in name order. */
export function insertGroups(n: Tables, names: string): string {
  return `insert into ${n.jobGroup} (name)
    select distinct m.name collate "C" as name from (${names}) m
    where not exists (select 1 from ${n.jobGroup} e where e.name = any (array[m.name]))
    order by 1
    on conflict do nothing`;
}
