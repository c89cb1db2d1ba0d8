// Written by `pnpm --filter @bearmq/migrations freeze`, never by hand: see CONTRIBUTING.md, "A migration".
import type { FrozenText } from '../frozen.ts';

export const makes: FrozenText = {
  statements: [
    `create type "bearmq".job_state as enum ('scheduled', 'ready', 'blocked', 'running')`,
    `create type "bearmq".job_outcome as enum ('succeeded', 'failed', 'cancelled')`,
    `create table "bearmq".job (
      id uuid primary key,
      seq bigint not null generated always as identity,
      enqueued_at timestamptz not null default statement_timestamp(),
      run_at timestamptz,
      claimed_at timestamptz,
      timeout_secs float8 not null,
      state "bearmq".job_state not null,
      attempt integer not null default 0,
      num_attempts integer not null,
      fence integer not null default 0,
      group_epoch integer,
      priority smallint not null default 0,
      started boolean not null default false,
      suspect boolean not null default false,
      process_id uuid,
      name text collate "C" not null,
      channel text collate "C" not null,
      job_group text collate "C",
      last_error text,
      payload json not null,
      constraint job_attempt_in_range check (attempt between 0 and num_attempts),
      constraint job_payload_fits check (octet_length(payload::text) <= 67108864),
      constraint job_running_has_process check ((state = 'running') = (process_id is not null)),
      constraint job_scheduled_has_time check ((state = 'scheduled') = (run_at is not null)),
      constraint job_blocked_has_group check (state <> 'blocked' or job_group is not null)
    ) with (autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0.02,
      autovacuum_analyze_threshold = 2000, autovacuum_analyze_scale_factor = 0.1, autovacuum_vacuum_cost_delay = 0)`,
    `create sequence "bearmq".flush_mark`,
    `create index job_ready on "bearmq".job (channel, name, (-priority::integer), seq)
      where state = 'ready' and job_group is null`,
    `create index job_ready_grouped on "bearmq".job (channel, name, priority desc, seq)
      where state = 'ready' and job_group is not null`,
    `create index job_waiting_in_group on "bearmq".job (job_group, channel, name, priority desc, seq)
      where state in ('ready', 'blocked') and job_group is not null`,
    `create index job_scheduled on "bearmq".job (run_at) include (channel, name, priority, seq) where state = 'scheduled'`,
    `create index job_scheduled_in_group on "bearmq".job (job_group) include (channel, name, priority, seq)
      where state = 'scheduled' and job_group is not null`,
    `create index job_running on "bearmq".job (process_id) where state = 'running'`,
    `create table "bearmq".finalized_job (
      id uuid primary key,
      seq bigint not null,
      enqueued_at timestamptz not null,
      claimed_at timestamptz,
      finalized_at timestamptz not null default now(),
      timeout_secs float8 not null,
      outcome "bearmq".job_outcome not null,
      attempt integer not null,
      num_attempts integer not null,
      fence integer not null,
      priority smallint not null,
      process_id uuid,
      name text collate "C" not null,
      channel text collate "C" not null,
      job_group text collate "C",
      error text,
      result json,
      payload json not null
    )`,
    `create index finalized_job_age on "bearmq".finalized_job (finalized_at)`,
    `create table "bearmq".job_group (
      name text collate "C" primary key,
      running integer not null default 0,
      epoch integer not null default 0,
      locked_at timestamptz,
      constraint job_group_running_not_negative check (running >= 0)
    ) with (fillfactor = 50, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0.02,
      autovacuum_analyze_threshold = 2000, autovacuum_analyze_scale_factor = 0.1, autovacuum_vacuum_cost_delay = 0)`,
    `create table "bearmq".process (
      id uuid primary key,
      generation integer not null default 0,
      session_key bigint,
      started_at timestamptz not null default now(),
      renewed_at timestamptz not null default now(),
      expires_at timestamptz not null,
      watched_from timestamptz,
      watched_at timestamptz
    ) with (fillfactor = 50, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0.02,
      autovacuum_analyze_threshold = 2000, autovacuum_analyze_scale_factor = 0.1, autovacuum_vacuum_cost_delay = 0)`,
    `create table "bearmq".schedule (
      name text collate "C" primary key,
      repeat_secs float8 not null,
      next_at timestamptz not null default now(),
      last_at timestamptz,
      last_job_id uuid,
      constraint schedule_name_fits check (octet_length(name) <= 255),
      constraint schedule_repeat_in_range check (repeat_secs between 0.1 and 3153600000),
      constraint schedule_times_are_finite check (isfinite(next_at) and isfinite(last_at))
    )`,
    `create procedure "bearmq".enqueue_first_v1(
  p_id uuid, p_name text, p_channel text, p_group text, p_num_attempts integer, p_timeout_secs float8, p_payload json,
  p_listeners text, p_announcement text)
language plpgsql
as $bearmq$
declare
  v_may_mark boolean := pg_catalog.has_sequence_privilege($sequencesequencesequencesequencesequencesequencesequencesequence$"bearmq".flush_mark$sequencesequencesequencesequencesequencesequencesequencesequence$, 'update');
begin
  if v_may_mark then
    perform pg_catalog.set_config('synchronous_commit', 'off', true);
  end if;
  insert into "bearmq".job (id, state, name, channel, job_group, num_attempts, timeout_secs, payload)
  values (p_id, 'ready', p_name, p_channel, p_group, p_num_attempts, p_timeout_secs, p_payload);
  if v_may_mark then
    perform pg_catalog.pg_notify(p_listeners, p_announcement);
    commit;
    perform pg_catalog.setval($sequencesequencesequencesequencesequencesequencesequencesequence$"bearmq".flush_mark$sequencesequencesequencesequencesequencesequencesequencesequence$, 1);
  else
    commit;
    perform pg_catalog.pg_notify(p_listeners, p_announcement);
  end if;
end
$bearmq$`,
    `create function "bearmq".promote_group_heads_v1(p_groups text[]) returns table (o_channel text, o_name text, o_promoted boolean) language plpgsql volatile
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
  set plan_cache_mode = force_generic_plan
  set enable_mergejoin = off set enable_hashjoin = off
as $bearmq$
begin
  return query
  with recursive group_lane (job_group, channel, name) as (
      select g.name, x.channel, x.name from unnest(array(
      select distinct g.name from unnest(p_groups) as u (name) join "bearmq".job_group g on g.name = any (array[u.name])
      where g.running = 0)) as g (name) cross join lateral (
        select j.channel, j.name from "bearmq".job j
        where j.job_group = g.name and j.state in ('ready', 'blocked')
        order by j.channel, j.name limit 1) x
      union all
      select l.job_group, x.channel, x.name from group_lane l cross join lateral (
        select j.channel, j.name from "bearmq".job j
        where j.job_group = l.job_group and j.state in ('ready', 'blocked') and (j.channel, j.name) > (l.channel, l.name)
        order by j.channel, j.name limit 1) x
    ),
  head as materialized (
    select l.channel, l.name, x.id, x.state from group_lane l cross join lateral (
      select j.id, j.state from "bearmq".job j
      where j.job_group = l.job_group and j.channel = l.channel and j.name = l.name and j.state in ('ready', 'blocked')
      order by j.priority desc, j.seq limit 1) x
  ),
  promoted as (
    update "bearmq".job j set state = 'ready' from head h
    where h.state = 'blocked' and j.id = any (array[h.id]) and j.state = 'blocked'
  )
  select h.channel, h.name, bool_or(h.state = 'blocked') from head h group by h.channel, h.name;
end
$bearmq$`,
    `create function "bearmq".release_groups_v1(p_groups text[], p_epochs integer[]) returns table (o_channel text, o_name text) language plpgsql volatile
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
  set plan_cache_mode = force_generic_plan
  set enable_mergejoin = off set enable_hashjoin = off
as $bearmq$
begin
  update "bearmq".job_group g set running = greatest(0, g.running - f.released)
  from (
    select f.name, f.epoch, count(*)::integer as released from unnest(p_groups, p_epochs) as f (name, epoch)
    group by f.name, f.epoch
  ) f
  where g.name = any (array[f.name]) and g.epoch = f.epoch;
  return query select p.o_channel, p.o_name from "bearmq".promote_group_heads_v1(p_groups) p;
end
$bearmq$`,
    `create function "bearmq".recount_groups_v1(p_groups text[]) returns setof text language plpgsql volatile
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
  set plan_cache_mode = force_generic_plan
  set enable_mergejoin = off set enable_hashjoin = on
as $bearmq$
begin
  return query
  with holding as materialized (
    select j.job_group, j.group_epoch, count(*)::integer as running from "bearmq".job j
    where j.state = 'running' and j.job_group = any (p_groups) group by j.job_group, j.group_epoch
  ),
  counted as (
    select g.name, coalesce(h.running, 0) as running from "bearmq".job_group g
    left join holding h on h.job_group = g.name and h.group_epoch = g.epoch
    where g.name = any (p_groups)
  )
  update "bearmq".job_group g set running = c.running from counted c
  where g.name = c.name and g.running <> c.running returning g.name::text;
end
$bearmq$`,
    `create function "bearmq".claim_groups_v1(
  p_names text[], p_channels text[], p_want integer, p_max_per_group integer, p_limit integer, p_room bigint, p_groups text[],
  p_lane_channels text[], p_lane_names text[], p_seen integer, p_window integer, p_insert boolean,
  out o_ids uuid[], out o_heads boolean[], out o_epochs integer[], out o_may_have_more boolean, out o_moved boolean, out o_bytes bigint) returns record language plpgsql volatile
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
  set plan_cache_mode = force_generic_plan
  set enable_mergejoin = off set enable_hashjoin = off
as $bearmq$
declare
  v_open text[];
  v_busy text[];
  v_demoted integer := 0;
  v_taken integer;
begin
  if p_insert then
    insert into "bearmq".job_group (name)
    select distinct m.name collate "C" as name from (select g.name from unnest(p_groups[1:2 * p_want]) as g (name)) m
    where not exists (select 1 from "bearmq".job_group e where e.name = any (array[m.name]))
    order by 1
    on conflict do nothing;
  end if;

  with locked as materialized (
    select g.name from unnest(p_groups) with ordinality as c (name, nth) join "bearmq".job_group g on g.name = any (array[c.name])
    where g.running = 0 order by c.nth limit p_want for update of g skip locked
  )
  select array_agg(l.name) into v_open from locked l;

  if v_open is not null then
    with recursive group_lane (job_group, channel, name) as (
      select g.name, x.channel, x.name from unnest(v_open) as g (name) cross join lateral (
        select j.channel, j.name from "bearmq".job j
        where j.job_group = g.name and j.state in ('ready', 'blocked')
        order by j.channel, j.name limit 1) x
      union all
      select l.job_group, x.channel, x.name from group_lane l cross join lateral (
        select j.channel, j.name from "bearmq".job j
        where j.job_group = l.job_group and j.state in ('ready', 'blocked') and (j.channel, j.name) > (l.channel, l.name)
        order by j.channel, j.name limit 1) x
    ),
    waiting as (
      select l.job_group, x.id, x.priority, x.seq from group_lane l cross join lateral (
        select j.id, j.priority, j.seq from "bearmq".job j
        where j.job_group = l.job_group and j.channel = l.channel and j.name = l.name
          and j.state in ('ready', 'blocked')
        order by j.priority desc, j.seq limit p_max_per_group) x
      where l.name = any (p_names) and (p_channels is null or l.channel = any (p_channels))
    ),
    -- A group's jobs come in their order here, so what is left of it is the beginning of its run.
    oldest as (
      select w.* from waiting w order by w.priority desc, w.seq limit p_limit
    ),
    numbered as (
      select w.*, row_number() over (partition by w.job_group order by w.priority desc, w.seq) as nth from oldest w
    ),
    run as materialized (
      select r.*, h.id is not null as held, h.bytes from numbered r left join lateral (
        select j.id, case when pg_column_compression(j.payload) is null then pg_column_size(j.payload)
          else octet_length(j.payload::text) end as bytes from "bearmq".job j where j.id = any (array[r.id]) and j.state in ('ready', 'blocked') for update skip locked
      ) h on true
      where r.nth <= p_max_per_group
    ),
    measured as (
      select r.*, min(r.nth) filter (where not r.held) over (partition by r.job_group) as gap from run r
    ),
    gapless as (
      select m.*, sum(m.bytes) over w - m.bytes as before from measured m where m.gap is null or m.nth < m.gap
      window w as (order by m.priority desc, m.seq rows unbounded preceding)
    ),
    taken as materialized (
      select f.* from gapless f where f.before < p_room
    ),
    opened as (
      update "bearmq".job_group g set running = c.jobs, locked_at = now()
      from (select t.job_group, count(*)::integer as jobs from taken t group by t.job_group) c
      where g.name = any (array[c.job_group])
    )
    select array_agg(t.id order by t.priority desc, t.seq), array_agg(t.nth = 1 order by t.priority desc, t.seq),
      array_agg(g.epoch order by t.priority desc, t.seq), sum(t.bytes)
    into o_ids, o_heads, o_epochs, o_bytes
    from taken t join "bearmq".job_group g on g.name = any (array[t.job_group]);
  end if;

  v_taken := coalesce(cardinality(array_positions(o_heads, true)), 0);

  -- Busy groups, those just taken among them: what else of them is ready is moved out of the way.
  with locked as materialized (
    select g.name from unnest(p_groups) as c (name) join "bearmq".job_group g on g.name = any (array[c.name])
    where g.running > 0 limit 100 for update of g skip locked
  )
  select array_agg(l.name) into v_busy from locked l;
  if v_busy is not null and v_taken < p_seen then
    -- In strides, so that a hot group is passed over a few times and not once a job. Only ready rows are in the index
    -- that is read, so what was moved before is not met again.
    with ahead as materialized (
      select x.id, x.job_group from unnest(p_lane_channels, p_lane_names) as l (channel, name) cross join lateral (
        select j.id, j.job_group from "bearmq".job j
        where j.state = 'ready' and j.job_group is not null and j.channel = l.channel and j.name = l.name
        order by j.priority desc, j.seq limit case when v_taken > 0 then p_window else greatest(p_window, 5000) end) x
    ),
    passed as materialized (
      select j.id from ahead a join "bearmq".job j on j.id = any (array[a.id])
      where a.job_group = any (v_busy) and j.state = 'ready' and not (j.id = any (coalesce(o_ids, '{}')))
      for update of j skip locked
    )
    update "bearmq".job j set state = 'blocked' from passed p where j.id = any (array[p.id]);
    get diagnostics v_demoted = row_count;
  end if;
  o_moved := v_demoted > 0;
  o_may_have_more := v_demoted > 0 or cardinality(p_groups) > greatest(v_taken, coalesce(cardinality(v_busy), 0));
end
$bearmq$`,
    `create function "bearmq".claim_v1(
  p_process uuid, p_generation integer, p_names text[], p_demands json, p_from json) returns table (
  o_demand integer, o_id text, o_name text, o_channel text, o_group text, o_attempt integer, o_num_attempts integer,
  o_timeout_secs float8, o_priority integer, o_seq float8, o_fence integer, o_started boolean, o_suspect boolean, o_enqueued_ms float8,
  o_payload text, o_facts text) language plpgsql volatile
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
  set plan_cache_mode = force_generic_plan
  set enable_mergejoin = off set enable_hashjoin = off
as $bearmq$
declare
  v_lease_held boolean;
  v_next_due_ms float8;
  v_rescue_due boolean;
  v_scan_ms float8;
  v_promoted_ms float8;
  v_latest_seq float8;
  v_left_behind boolean;
  v_demand record;
  v_plan record;
  v_run record;
  v_due_at timestamptz;
  v_due integer := 0;
  v_due_ids uuid[];
  v_due_channels text[];
  v_due_names text[];
  v_due_ranks integer[];
  v_due_seqs bigint[];
  v_nth integer := -1;
  v_known json := coalesce(p_from -> 'lanes', '[]');
  v_is_narrow boolean := coalesce(p_from ->> 'scan' = 'narrow', false);
  v_due_after timestamptz := coalesce(to_timestamp((p_from ->> 'dueAfterMs')::float8 / 1000), '-infinity');
  v_ungrouped_channels text[];
  v_ungrouped_names text[];
  v_ungrouped_ranks integer[];
  v_ungrouped_seqs bigint[];
  v_ungrouped_to_ranks integer[];
  v_ungrouped_to_seqs bigint[];
  v_grouped_channels text[];
  v_grouped_names text[];
  v_channels text[];
  v_names text[];
  v_ranks integer[];
  v_seqs bigint[];
  v_to_ranks integer[];
  v_to_seqs bigint[];
  v_takes integer[];
  v_depths integer[];
  v_deeper integer;
  v_is_narrowed boolean;
  v_taken integer;
  v_seen_stretches bigint[];
  v_seen_ranks integer[];
  v_seen_seqs bigint[];
  v_lane_channels text[];
  v_lane_names text[];
  v_left integer;
  v_room bigint;
  v_is_single boolean;
  v_is_first boolean := true;
  v_head bigint[];
  v_counts boolean;
  v_counts_head boolean;
  v_may_have_more boolean := false;
  v_moved boolean := false;
  v_began timestamptz;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'BearMQ needs transaction isolation "read committed", this session uses "%"',
      current_setting('transaction_isolation');
  end if;

  -- Drawn by an enqueue that is not committed yet, perhaps: the caller allows for that.
  if p_from is not null and has_sequence_privilege($sequencesequencesequencesequencesequencesequencesequencesequence$"bearmq".job_seq_seq$sequencesequencesequencesequencesequencesequencesequencesequence$, 'select') then
    v_latest_seq := (select case when s.is_called then s.last_value else 0 end from "bearmq".job_seq_seq s);
  end if;

  v_began := clock_timestamp();
  select d.run_at, exists (select 1 from "bearmq".process w where w.id = p_process and w.generation = p_generation),
    p_from is null and exists (select 1 from "bearmq".process w where w.expires_at < now())
  into v_due_at, v_lease_held, v_rescue_due
  from (values (1)) as one left join lateral (select j.run_at from "bearmq".job j where j.state = 'scheduled' and j.run_at >= v_due_after
    and j.run_at < 'infinity' order by j.run_at limit 1) d on true;
  if v_due_at <= now() then
    with due as (
      select j.id from "bearmq".job j where j.state = 'scheduled' and j.run_at <= now() and j.run_at >= v_due_after
      order by j.run_at limit 1000 for update skip locked
    ),
    promoted as (
      update "bearmq".job j set state = 'ready', run_at = null from due where j.id = any (array[due.id])
      returning j.id, j.channel, j.name, (-j.priority::integer) as rank, j.seq, j.job_group
    )
    select count(*)::integer, array_agg(p.id) filter (where p.job_group is null),
      array_agg(p.channel) filter (where p.job_group is null), array_agg(p.name) filter (where p.job_group is null),
      array_agg(p.rank) filter (where p.job_group is null), array_agg(p.seq) filter (where p.job_group is null)
    into v_due, v_due_ids, v_due_channels, v_due_names, v_due_ranks, v_due_seqs
    from promoted p;
    v_due_at := (select j.run_at from "bearmq".job j where j.state = 'scheduled' and j.run_at >= v_due_after
    and j.run_at < 'infinity' order by j.run_at limit 1);
  end if;
  if v_due < 1000 then
    v_promoted_ms := extract(epoch from now()) * 1000;
  end if;
  v_next_due_ms := extract(epoch from v_due_at - clock_timestamp()) * 1000;

  if p_from is null then
    with recursive grouped (channel, name) as (
    (select j.channel, j.name from "bearmq".job j where j.state = 'ready' and j.job_group is not null
      order by j.channel, j.name limit 1)
    union all
    select x.channel, x.name from grouped g cross join lateral (
      select j.channel, j.name from "bearmq".job j
      where j.state = 'ready' and j.job_group is not null and (j.channel, j.name) > (g.channel, g.name)
      order by j.channel, j.name limit 1) x
  ),
  lane (channel, name, rank, seq) as (
    (select j.channel, j.name, (-j.priority::integer), j.seq from "bearmq".job j where j.state = 'ready' and j.job_group is null order by j.channel, j.name, (-j.priority::integer), j.seq limit 1)
    union all
    select x.channel, x.name, x.rank, x.seq from lane l cross join lateral (
      select j.channel, j.name, (-j.priority::integer) as rank, j.seq from "bearmq".job j where j.state = 'ready' and j.job_group is null and (j.channel, j.name) > (l.channel, l.name)
      order by j.channel, j.name, (-j.priority::integer), j.seq limit 1) x
  )
  select array_agg(l.channel), array_agg(l.name), array_agg(l.rank), array_agg(l.seq), array_agg(40000),
    array_agg(0::bigint), (select array_agg(g.channel) from grouped g where g.name = any (p_names)),
    (select array_agg(g.name) from grouped g where g.name = any (p_names))
  into v_ungrouped_channels, v_ungrouped_names, v_ungrouped_ranks, v_ungrouped_seqs, v_ungrouped_to_ranks, v_ungrouped_to_seqs,
    v_grouped_channels, v_grouped_names
  from lane l where l.name = any (p_names);
  else
    with recursive grouped (channel, name) as (
    (select j.channel, j.name from "bearmq".job j where j.state = 'ready' and j.job_group is not null
      order by j.channel, j.name limit 1)
    union all
    select x.channel, x.name from grouped g cross join lateral (
      select j.channel, j.name from "bearmq".job j
      where j.state = 'ready' and j.job_group is not null and (j.channel, j.name) > (g.channel, g.name)
      order by j.channel, j.name limit 1) x
  ),
  known as materialized (
    select k.channel, k.name, -k.priority as rank, k.position as seq
    from json_to_recordset(v_known) as k (channel text, name text, priority integer, position bigint)
  ),
  span as (
    select s.channel, s.name, s.rank, s.seq,
      case when v_is_narrow then s.channel else lead(s.channel) over w end as to_channel,
      case when v_is_narrow then s.name else lead(s.name) over w end as to_name,
      case when v_is_narrow then s.rank + 1 else lead(s.rank) over w end as to_rank
    from (
      select '' as channel, '' as name, -40000 as rank, 0::bigint as seq where not v_is_narrow
      union all
      select k.channel, k.name, k.rank, k.seq from known k
    ) s
    window w as (order by s.channel collate "C", s.name collate "C", s.rank)
  ),
  stretch (to_channel, to_name, to_rank, channel, name, rank, seq) as (
    select s.to_channel, s.to_name, s.to_rank, x.channel, x.name, x.rank, x.seq from span s cross join lateral (
      (select j.channel, j.name, (-j.priority::integer) as rank, j.seq from "bearmq".job j where j.state = 'ready' and j.job_group is null
        and (j.channel, j.name, (-j.priority::integer), j.seq) > (s.channel, s.name, s.rank, s.seq) and (j.channel, j.name, (-j.priority::integer), j.seq) < (s.to_channel, s.to_name, s.to_rank, 0::bigint)
        order by j.channel, j.name, (-j.priority::integer), j.seq limit 1)
      union all
      (select j.channel, j.name, (-j.priority::integer) as rank, j.seq from "bearmq".job j where j.state = 'ready' and j.job_group is null
        and (j.channel, j.name, (-j.priority::integer), j.seq) > (s.channel, s.name, s.rank, s.seq) and s.to_channel is null
        order by j.channel, j.name, (-j.priority::integer), j.seq limit 1)
      limit 1) x
    union all
    select s.to_channel, s.to_name, s.to_rank, x.channel, x.name, x.rank, x.seq from stretch s cross join lateral (
      (select j.channel, j.name, (-j.priority::integer) as rank, j.seq from "bearmq".job j where j.state = 'ready' and j.job_group is null
        and (j.channel, j.name, (-j.priority::integer), j.seq) > (s.channel, s.name, 40000, 0::bigint) and (j.channel, j.name, (-j.priority::integer), j.seq) < (s.to_channel, s.to_name, s.to_rank, 0::bigint)
        order by j.channel, j.name, (-j.priority::integer), j.seq limit 1)
      union all
      (select j.channel, j.name, (-j.priority::integer) as rank, j.seq from "bearmq".job j where j.state = 'ready' and j.job_group is null
        and (j.channel, j.name, (-j.priority::integer), j.seq) > (s.channel, s.name, 40000, 0::bigint) and s.to_channel is null
        order by j.channel, j.name, (-j.priority::integer), j.seq limit 1)
      limit 1) x
  )
  select array_agg(s.channel), array_agg(s.name), array_agg(s.rank), array_agg(s.seq),
    array_agg(case when s.to_channel = s.channel and s.to_name = s.name then s.to_rank else 40000 end),
    array_agg(0::bigint), (select array_agg(g.channel) from grouped g where g.name = any (p_names)),
    (select array_agg(g.name) from grouped g where g.name = any (p_names))
  into v_ungrouped_channels, v_ungrouped_names, v_ungrouped_ranks, v_ungrouped_seqs, v_ungrouped_to_ranks, v_ungrouped_to_seqs,
    v_grouped_channels, v_grouped_names
  from stretch s where s.name = any (p_names);
  end if;
  v_scan_ms := extract(epoch from clock_timestamp() - v_began) * 1000;
  if p_from is not null and v_due_ids is not null then
    select v_ungrouped_channels || array_agg(d.channel), v_ungrouped_names || array_agg(d.name),
      v_ungrouped_ranks || array_agg(d.rank), v_ungrouped_seqs || array_agg(d.seq),
      v_ungrouped_to_ranks || array_agg(d.rank), v_ungrouped_to_seqs || array_agg(least(d.seq, 9223372036854775806) + 1)
    into v_ungrouped_channels, v_ungrouped_names, v_ungrouped_ranks, v_ungrouped_seqs, v_ungrouped_to_ranks, v_ungrouped_to_seqs
    from unnest(v_due_channels, v_due_names, v_due_ranks, v_due_seqs) as d (channel, name, rank, seq)
    left join json_to_recordset(v_known) as k (channel text, name text, priority integer, position bigint)
      on k.channel = d.channel and k.name = d.name and -k.priority = d.rank
    where d.name = any (p_names) and coalesce(d.seq <= k.position, v_is_narrow);
  end if;

  -- Where there is nothing to take nothing is locked: a claim that comes back empty writes nothing and waits for no disk.
  if v_ungrouped_channels is not null or v_grouped_channels is not null then
    perform 1 from "bearmq".process w where w.id = p_process and w.generation = p_generation for key share;
    v_lease_held := found;
  end if;
  if not v_lease_held or v_ungrouped_channels is null and v_grouped_channels is null then
    o_facts := json_build_object('isLeaseHeld', v_lease_held, 'nextDueMs', nullif(v_next_due_ms, 'infinity'),
      'isRescueDue', coalesce(v_rescue_due, false), 'mayHaveMore', v_may_have_more, 'hasMoved', v_moved,
      'scanMs', coalesce(v_scan_ms, 0), 'promotedMs', v_promoted_ms, 'latestSeq', v_latest_seq,
      'isLeftBehind', coalesce(v_left_behind, false))::text;
    return next;
    return;
  end if;

  -- Two claims that made new groups' rows demand by demand, each in its own order, could wait for each other.
  v_is_single := json_array_length(p_demands) = 1;
  if v_grouped_channels is not null and not v_is_single then
    insert into "bearmq".job_group (name)
    select distinct m.name collate "C" as name from (select x.job_group as name
      from unnest(v_grouped_channels, v_grouped_names) as l (channel, name)
      cross join lateral (
        select j.job_group from "bearmq".job j
        where j.state = 'ready' and j.job_group is not null and j.channel = l.channel and j.name = l.name
        order by j.priority desc, j.seq
        limit (select sum(t.slots + t.ahead) from json_to_recordset(p_demands) as t (slots integer, ahead integer))) x
      where exists (
        select 1 from json_to_recordset(p_demands) as t (channels text[])
        where t.channels is null or l.channel = any (t.channels))) m
    where not exists (select 1 from "bearmq".job_group e where e.name = any (array[m.name]))
    order by 1
    on conflict do nothing;
  end if;

  for v_demand in
    select t.channels, t.slots, t.slots + t.ahead as capacity, t."maxPerGroup" as max_per_group, coalesce(least(t.usual, t."maxPerGroup"), t."maxPerGroup") as usual,
      coalesce(t.room, 2147483647) as room
    from json_to_recordset(p_demands) as t (channels text[], slots integer, ahead integer, "maxPerGroup" integer, usual integer,
      room integer)
  loop
    v_nth := v_nth + 1;
    v_left := v_demand.capacity;
    v_room := v_demand.room;
    v_counts := v_is_first and v_demand.slots > 0;
    v_head := null;
    -- Mostly all of them: to copy an array costs a hundredth of a statement.
    if v_demand.channels is null or coalesce(v_ungrouped_channels <@ v_demand.channels, true) then
      v_channels := v_ungrouped_channels;
      v_names := v_ungrouped_names;
      v_ranks := v_ungrouped_ranks;
      v_seqs := v_ungrouped_seqs;
      v_to_ranks := v_ungrouped_to_ranks;
      v_to_seqs := v_ungrouped_to_seqs;
    else
      select array_agg(s.channel), array_agg(s.name), array_agg(s.rank), array_agg(s.seq), array_agg(s.to_rank),
        array_agg(s.to_seq)
      into v_channels, v_names, v_ranks, v_seqs, v_to_ranks, v_to_seqs
      from unnest(v_ungrouped_channels, v_ungrouped_names, v_ungrouped_ranks, v_ungrouped_seqs, v_ungrouped_to_ranks, v_ungrouped_to_seqs)
        as s (channel, name, rank, seq, to_rank, to_seq)
      where s.channel = any (v_demand.channels);
    end if;
    if v_demand.channels is null or coalesce(v_grouped_channels <@ v_demand.channels, true) then
      v_lane_channels := v_grouped_channels;
      v_lane_names := v_grouped_names;
    else
      select array_agg(l.channel), array_agg(l.name) into v_lane_channels, v_lane_names
      from unnest(v_grouped_channels, v_grouped_names) as l (channel, name)
      where l.channel = any (v_demand.channels);
    end if;

    -- Nothing of the demand before: places that it saw would be counted as this one's jobs.
    v_takes := null;
    v_seen_stretches := null;
    v_seen_ranks := null;
    v_seen_seqs := null;
    v_is_narrowed := false;
    if v_lane_channels is null and cardinality(v_channels) = 1 then
      v_takes := array[v_left];
    elsif v_channels is not null and v_left > 0 then
      v_is_narrowed := cardinality(v_channels) > v_left;
    if v_is_narrowed then
      select array_agg(s.channel), array_agg(s.name), array_agg(s.rank), array_agg(s.seq),
        array_agg(s.to_rank), array_agg(s.to_seq)
      into v_channels, v_names, v_ranks, v_seqs, v_to_ranks, v_to_seqs
      from (
        select s.* from unnest(v_channels, v_names, v_ranks, v_seqs, v_to_ranks, v_to_seqs) as s (channel, name, rank, seq, to_rank, to_seq) cross join lateral (
          select s.rank, s.seq where v_nth = 0
          union all
          select f.* from (select (-j.priority::integer) as rank, j.seq from "bearmq".job j where j.state = 'ready' and j.job_group is null and j.channel = s.channel and j.name = s.name
            and ((-j.priority::integer), j.seq) >= (s.rank, s.seq) and ((-j.priority::integer), j.seq) < (s.to_rank, s.to_seq)
          order by (-j.priority::integer), j.seq limit 1) f where v_nth > 0) h
        order by h.rank, h.seq limit v_left
      ) s;
    end if;
    v_depths := case when v_channels is not null then array_fill(least(v_left, 8 + 3 * v_left / (2 * cardinality(v_channels))), array[cardinality(v_channels)])
      end;
    while v_channels is not null loop
      with seen as materialized (
        select s.nth::integer, x.rank, x.seq
        from unnest(v_channels, v_names, v_ranks, v_seqs, v_to_ranks, v_to_seqs, v_depths) with ordinality as s (channel, name, rank, seq, to_rank, to_seq, depth, nth) cross join lateral (
          select (-j.priority::integer) as rank, j.seq from "bearmq".job j where j.state = 'ready' and j.job_group is null and j.channel = s.channel and j.name = s.name
            and ((-j.priority::integer), j.seq) >= (s.rank, s.seq) and ((-j.priority::integer), j.seq) < (s.to_rank, s.to_seq)
          order by (-j.priority::integer), j.seq limit s.depth) x
      )
      select array_agg(s.nth), array_agg(s.rank), array_agg(s.seq), array(
        select count(*)::integer - 1 from (
          select b.nth from (select s.nth from seen s order by s.rank, s.seq limit v_left) b
          union all
          select g.nth from generate_series(1, cardinality(v_channels)) as g (nth)
        ) t
        group by t.nth order by t.nth)
      into v_seen_stretches, v_seen_ranks, v_seen_seqs, v_takes
      from seen s;
      select count(*)::integer into v_deeper from unnest(v_takes, v_depths) as d (take, depth)
      where d.take = d.depth and d.depth < v_left;
      exit when v_deeper = 0;
      v_depths := array(
        select case when d.take < d.depth then d.depth
          else least(v_left, greatest(4 * d.depth, 2 * v_left / v_deeper)) end
        from unnest(v_takes, v_depths) with ordinality as d (take, depth, nth) order by d.nth);
    end loop;
    end if;

    if v_lane_channels is not null then
      with peeked as materialized (
        select null::text as job_group, s.rank, s.seq from unnest(v_seen_ranks, v_seen_seqs) as s (rank, seq)
        union all
        select x.job_group, -x.priority, x.seq
        from unnest(v_lane_channels, v_lane_names) as l (channel, name) cross join lateral (
          select j.job_group, j.priority::integer, j.seq from "bearmq".job j
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
        (select count(*)::integer from chosen c where c.job_group is null) as ungrouped,
        (select array[c.rank, c.seq] from chosen c where c.job_group is null order by c.rank, c.seq limit 1) as first_ungrouped
      into v_plan;
      if v_plan.groups is not null then
        -- Long strides over what waits behind busy groups, unless there are other jobs to run: 5,000 of those behind a
        -- group of 20,000 took 640 ms with strides of 2,000, and 460 ms so; 250 ms alone.
        select x.* into v_run from "bearmq".claim_groups_v1(p_names, v_demand.channels,
          greatest(v_demand.slots, (v_left + v_demand.usual - 1) / v_demand.usual), v_demand.max_per_group,
          v_left + v_demand.slots * v_demand.max_per_group, v_room, v_plan.groups,
          v_lane_channels, v_lane_names, v_plan.seen,
          case when v_plan.ungrouped > 0 then greatest(50, least(v_left, v_plan.ungrouped))
            else least(2000, greatest(200, 4 * v_left)) end,
          v_is_single) x;
        v_may_have_more := v_may_have_more or v_run.o_may_have_more;
        v_moved := v_moved or v_run.o_moved;
        v_room := v_room - coalesce(v_run.o_bytes, 0);
        v_head := (select array[(-j.priority::integer), j.seq] from "bearmq".job j where j.id = any (v_run.o_ids[1:1]));
        v_counts_head := v_counts and coalesce(v_head < v_plan.first_ungrouped or cardinality(v_run.o_ids) >= v_left,
          v_head is not null);
        return query
        with ranked as materialized (
          select t.id, t.epoch, k.attempt, v_counts_head and t.nth = 1 as started
          from unnest(v_run.o_ids, v_run.o_epochs) with ordinality as t (id, epoch, nth)
          join "bearmq".job k on k.id = any (array[t.id])
        )
        update "bearmq".job j set state = 'running', fence = j.fence % 2147483647 + 1, process_id = p_process, claimed_at = now(),
        group_epoch = r.epoch, started = r.started and r.attempt < j.num_attempts,
        attempt = r.attempt + case when r.started and r.attempt < j.num_attempts then 1 else 0 end
      from ranked r where j.id = any (array[r.id])
      returning v_nth, j.id::text, j.name, j.channel, j.job_group, least(r.attempt, 2147483646) + 1, j.num_attempts,
        least(j.timeout_secs, 3153600000), j.priority::integer, j.seq::float8, j.fence, j.started, j.suspect,
        (extract(epoch from j.enqueued_at) * 1000)::float8, j.payload::text, null::text;
        v_left := v_left - coalesce(cardinality(v_run.o_ids), 0);
        v_counts := v_counts and not v_counts_head;
        v_is_first := v_is_first and (v_demand.slots = 0 or v_head is null);
        if v_left > 0 then
          v_takes := array(
        select count(*)::integer - 1 from (
          select b.nth from (select s.nth from unnest(v_seen_stretches, v_seen_ranks, v_seen_seqs) as s (nth, rank, seq) order by s.rank, s.seq limit v_left) b
          union all
          select g.nth from generate_series(1, cardinality(v_channels)) as g (nth)
        ) t
        group by t.nth order by t.nth);
        end if;
      end if;
    end if;

    if v_channels is not null and v_left > 0 then
      return query
      with picked as materialized (
        select x.id, x.attempt, x.rank, x.seq, x.bytes from unnest(v_channels, v_names, v_ranks, v_seqs, v_to_ranks, v_to_seqs, v_takes) as s (channel, name, rank, seq, to_rank, to_seq, take)
        cross join lateral (
          select j.id, j.attempt, (-j.priority::integer) as rank, j.seq, case when pg_column_compression(j.payload) is null then pg_column_size(j.payload)
          else octet_length(j.payload::text) end as bytes from "bearmq".job j where j.state = 'ready' and j.job_group is null and j.channel = s.channel and j.name = s.name
            and ((-j.priority::integer), j.seq) >= (s.rank, s.seq) and ((-j.priority::integer), j.seq) < (s.to_rank, s.to_seq)
          order by (-j.priority::integer), j.seq limit s.take for update skip locked) x
        where s.take > 0
      ),
      ranked as materialized (
        select r.id, null::integer as epoch, r.attempt,
          r.nth = 1 and v_counts and coalesce(array[r.rank::bigint, r.seq] < v_head, true) as started
        from (
          select p.*, row_number() over w as nth, sum(p.bytes) over w - p.bytes as before from picked p
          window w as (order by p.rank, p.seq rows unbounded preceding)
        ) r
        where r.nth <= v_left and r.before < v_room
      )
      update "bearmq".job j set state = 'running', fence = j.fence % 2147483647 + 1, process_id = p_process, claimed_at = now(),
        group_epoch = r.epoch, started = r.started and r.attempt < j.num_attempts,
        attempt = r.attempt + case when r.started and r.attempt < j.num_attempts then 1 else 0 end
      from ranked r where j.id = any (array[r.id])
      returning v_nth, j.id::text, j.name, j.channel, j.job_group, least(r.attempt, 2147483646) + 1, j.num_attempts,
        least(j.timeout_secs, 3153600000), j.priority::integer, j.seq::float8, j.fence, j.started, j.suspect,
        (extract(epoch from j.enqueued_at) * 1000)::float8, j.payload::text, null::text;
      get diagnostics v_taken = row_count;
      v_is_first := v_is_first and (v_demand.slots = 0 or v_taken = 0);
      -- Others hold some of what was seen here. There may be more elsewhere, and nobody might look for it.
      if v_seen_stretches is not null and v_taken < v_left then
        if v_is_narrowed or v_taken < (select sum(t.take) from unnest(v_takes) as t (take)) then
          v_left := v_left - v_taken;
          v_counts := v_counts and v_taken = 0;
          return query
          with picked as materialized (
        select x.id, x.attempt, x.rank, x.seq, x.bytes from (
          select * from unnest(v_ungrouped_channels, v_ungrouped_names, v_ungrouped_ranks, v_ungrouped_seqs, v_ungrouped_to_ranks, v_ungrouped_to_seqs)
            as s (channel, name, rank, seq, to_rank, to_seq)
          where v_demand.channels is null or s.channel = any (v_demand.channels)
          order by s.rank, s.seq offset 0
        ) s
        cross join lateral (
          select j.id, j.attempt, (-j.priority::integer) as rank, j.seq, case when pg_column_compression(j.payload) is null then pg_column_size(j.payload)
          else octet_length(j.payload::text) end as bytes from "bearmq".job j where j.state = 'ready' and j.job_group is null and j.channel = s.channel and j.name = s.name
            and ((-j.priority::integer), j.seq) >= (s.rank, s.seq) and ((-j.priority::integer), j.seq) < (s.to_rank, s.to_seq)
          order by (-j.priority::integer), j.seq limit v_left for update skip locked) x
        limit v_left
      ),
      ranked as materialized (
        select r.id, null::integer as epoch, r.attempt,
          r.nth = 1 and v_counts and coalesce(array[r.rank::bigint, r.seq] < v_head, true) as started
        from (
          select p.*, row_number() over w as nth, sum(p.bytes) over w - p.bytes as before from picked p
          window w as (order by p.rank, p.seq rows unbounded preceding)
        ) r
        where r.nth <= v_left and r.before < v_room
      )
      update "bearmq".job j set state = 'running', fence = j.fence % 2147483647 + 1, process_id = p_process, claimed_at = now(),
        group_epoch = r.epoch, started = r.started and r.attempt < j.num_attempts,
        attempt = r.attempt + case when r.started and r.attempt < j.num_attempts then 1 else 0 end
      from ranked r where j.id = any (array[r.id])
      returning v_nth, j.id::text, j.name, j.channel, j.job_group, least(r.attempt, 2147483646) + 1, j.num_attempts,
        least(j.timeout_secs, 3153600000), j.priority::integer, j.seq::float8, j.fence, j.started, j.suspect,
        (extract(epoch from j.enqueued_at) * 1000)::float8, j.payload::text, null::text;
          v_is_first := v_is_first and (v_demand.slots = 0 or not found);
        end if;
      end if;
    end if;
  end loop;

  if p_from is not null and v_due_ids is not null then
    v_left_behind := exists (
      select 1 from unnest(v_due_ids, v_due_names) as d (id, name) join "bearmq".job j on j.id = any (array[d.id])
      where d.name = any (p_names) and j.state = 'ready');
  end if;
  o_facts := json_build_object('isLeaseHeld', v_lease_held, 'nextDueMs', nullif(v_next_due_ms, 'infinity'),
      'isRescueDue', coalesce(v_rescue_due, false), 'mayHaveMore', v_may_have_more, 'hasMoved', v_moved,
      'scanMs', coalesce(v_scan_ms, 0), 'promotedMs', v_promoted_ms, 'latestSeq', v_latest_seq,
      'isLeftBehind', coalesce(v_left_behind, false))::text;
  return next;
end
$bearmq$`,
    `create function "bearmq".claim_announced_v1(
  p_process uuid, p_generation integer, p_ids uuid[], p_channels text[], p_names text[], p_room integer) returns table (
  o_id text, o_name text, o_channel text, o_group text, o_attempt integer, o_num_attempts integer, o_timeout_secs float8,
  o_priority integer, o_seq float8, o_fence integer, o_started boolean, o_suspect boolean, o_enqueued_ms float8,
  o_payload text) language plpgsql volatile
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
  set plan_cache_mode = force_generic_plan
  set enable_mergejoin = off set enable_hashjoin = off
as $bearmq$
begin
  perform 1 from "bearmq".process w where w.id = p_process and w.generation = p_generation for key share;
  if not found then
    return;
  end if;
  return query
  with announced as materialized (
    select t.id, t.channel, t.name from unnest(p_ids, p_channels, p_names) as t (id, channel, name)
  ),
  picked as materialized (
    select j.id, j.attempt, j.priority, j.seq, case when pg_column_compression(j.payload) is null then pg_column_size(j.payload)
          else octet_length(j.payload::text) end as bytes
    from "bearmq".job j join announced t on j.id = any (array[t.id])
    where j.state::text = 'ready' and j.job_group is null and j.channel = t.channel and j.name = t.name
    order by j.id for update of j skip locked
  ),
  ranked as materialized (
    select f.id, null::integer as epoch, f.attempt, f.nth = 1 as started
    from (
      select p.*, row_number() over w as nth, sum(p.bytes) over w - p.bytes as before from picked p
      window w as (order by p.priority desc, p.seq rows unbounded preceding)
    ) f
    where f.before < p_room
  )
  update "bearmq".job j set state = 'running', fence = j.fence % 2147483647 + 1, process_id = p_process, claimed_at = now(),
        group_epoch = r.epoch, started = r.started and r.attempt < j.num_attempts,
        attempt = r.attempt + case when r.started and r.attempt < j.num_attempts then 1 else 0 end
      from ranked r where j.id = any (array[r.id])
      returning j.id::text, j.name, j.channel, j.job_group, least(r.attempt, 2147483646) + 1, j.num_attempts,
        least(j.timeout_secs, 3153600000), j.priority::integer, j.seq::float8, j.fence, j.started, j.suspect,
        (extract(epoch from j.enqueued_at) * 1000)::float8, j.payload::text;
  o_id := null;
  return next;
end
$bearmq$`,
    `create function "bearmq".settle_v1(
  p_process uuid, p_ids uuid[], p_fences integer[], p_attempts integer[], p_rest json, p_groups text[], p_finalized text) returns table (o_lost text, o_fence integer, o_channel text, o_name text) language plpgsql volatile
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
  set plan_cache_mode = force_generic_plan
  set enable_mergejoin = off set enable_hashjoin = off
as $bearmq$
declare
  v_keep boolean := p_finalized <> 'delete';
  v_settled integer := 0;
  v_released_groups text[] := '{}';
  v_released_epochs integer[] := '{}';
  v_part record;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'BearMQ needs transaction isolation "read committed", this session uses "%"',
      current_setting('transaction_isolation') using errcode = 'invalid_transaction_state';
  end if;
  if cardinality(p_groups) > 0 then
    perform 1 from (select distinct u.name collate "C" as name from unnest(p_groups) as u (name) order by 1 offset 0) u
      cross join lateral (select 1 from "bearmq".job_group g where g.name = u.name for update) l;
  end if;

  if p_finalized = 'replace' then
    delete from "bearmq".finalized_job f where f.id = any (array(
      select j.id from (
        select u.id, u.fence from unnest(p_ids, p_fences) as u (id, fence)
        union all
        select t.id, t.fence from (select t.* from json_to_recordset(coalesce(p_rest, '[]')) as t (
      id uuid, fence integer, attempt integer, kind text, secs float8, error text)) t where t.kind = 'failed'
      ) o join "bearmq".job j on j.id = any (array[o.id])
      where j.fence = o.fence and j.process_id = p_process));
  end if;

  if cardinality(p_ids) > 0 then
    with over as materialized (
      delete from "bearmq".job j using unnest(p_ids, p_fences, p_attempts) as o (id, fence, attempt)
      where j.id = any (array[o.id]) and j.fence = o.fence and j.process_id = p_process
      returning j.id, j.seq, j.enqueued_at, j.claimed_at, j.timeout_secs, j.num_attempts, j.fence, j.priority, j.process_id,
        j.name, j.channel, j.job_group, j.group_epoch, j.payload, o.attempt as spent, 'succeeded'::"bearmq".job_outcome as outcome, null::text as error
    ),
    moved as (
      insert into "bearmq".finalized_job (id, seq, enqueued_at, claimed_at, timeout_secs, outcome, attempt, num_attempts,
        fence, priority, process_id, name, channel, job_group, error, payload)
      select id, seq, enqueued_at, claimed_at, timeout_secs, outcome, spent, num_attempts,
        fence, priority, process_id, name, channel, job_group, error, payload from over where v_keep
    )
    select count(*)::integer as jobs, array_agg(s.job_group) filter (where s.job_group is not null) as groups,
      array_agg(s.group_epoch) filter (where s.job_group is not null) as epochs
    into v_part from over s;
    v_settled := v_settled + v_part.jobs;
    v_released_groups := v_released_groups || coalesce(v_part.groups, '{}');
    v_released_epochs := v_released_epochs || coalesce(v_part.epochs, '{}');
  end if;

  if p_rest is not null then
    with outcome as materialized (select t.* from json_to_recordset(coalesce(p_rest, '[]')) as t (
      id uuid, fence integer, attempt integer, kind text, secs float8, error text)),
    over as materialized (
      delete from "bearmq".job j using outcome o
      where o.kind = 'failed' and j.id = any (array[o.id]) and j.fence = o.fence and j.process_id = p_process
      returning j.id, j.seq, j.enqueued_at, j.claimed_at, j.timeout_secs, j.num_attempts, j.fence, j.priority, j.process_id,
        j.name, j.channel, j.job_group, j.group_epoch, j.payload, o.attempt as spent, 'failed'::"bearmq".job_outcome as outcome, o.error
    ),
    moved as (
      insert into "bearmq".finalized_job (id, seq, enqueued_at, claimed_at, timeout_secs, outcome, attempt, num_attempts,
        fence, priority, process_id, name, channel, job_group, error, payload)
      select id, seq, enqueued_at, claimed_at, timeout_secs, outcome, spent, num_attempts,
        fence, priority, process_id, name, channel, job_group, error, payload from over where v_keep
    ),
    waiting as (
      update "bearmq".job j set
        state = case when o.secs > 0 then 'scheduled' else 'ready' end::"bearmq".job_state,
        run_at = case when o.secs > 0 then clock_timestamp() + make_interval(secs => o.secs) end,
        process_id = null, attempt = o.attempt, last_error = coalesce(o.error, j.last_error),
        suspect = j.suspect and o.error is null
      from outcome o where o.kind = 'waiting' and j.id = any (array[o.id]) and j.fence = o.fence and j.process_id = p_process
      returning j.id, j.job_group, j.group_epoch
    ),
    started as (
      update "bearmq".job j set attempt = o.attempt, started = true, last_error = coalesce(o.error, j.last_error),
        claimed_at = case when o.error is null then now() else j.claimed_at end
      from outcome o where o.kind = 'started' and j.id = any (array[o.id]) and j.fence = o.fence and j.process_id = p_process
      returning j.id, null::text as job_group, null::integer as group_epoch
    ),
    settled as (
      select id, job_group, group_epoch from over
      union all select id, job_group, group_epoch from waiting
      union all select id, job_group, group_epoch from started
    )
    select count(*)::integer as jobs, array_agg(s.job_group) filter (where s.job_group is not null) as groups,
      array_agg(s.group_epoch) filter (where s.job_group is not null) as epochs
    into v_part from settled s;
    v_settled := v_settled + v_part.jobs;
    v_released_groups := v_released_groups || coalesce(v_part.groups, '{}');
    v_released_epochs := v_released_epochs || coalesce(v_part.epochs, '{}');
  end if;

  if cardinality(v_released_groups) > 0 then
    return query
    select null::text, null::integer, f.o_channel, f.o_name
    from "bearmq".release_groups_v1(v_released_groups, v_released_epochs) f;
  end if;

  if v_settled = cardinality(p_ids) + coalesce(json_array_length(p_rest), 0) then
    return;
  end if;
  -- A row that is gone was deleted by hand, perhaps, and nobody else would count its group down.
  if cardinality(p_groups) > 0 then
    v_released_groups := array(select * from "bearmq".recount_groups_v1(p_groups));
    return query
    select null::text, null::integer, p.o_channel, p.o_name from "bearmq".promote_group_heads_v1(v_released_groups) p;
  end if;
  return query
  select o.id::text, o.fence, null::text, null::text from (
    select u.id, u.fence, null::text as kind, null::integer as attempt from unnest(p_ids, p_fences) as u (id, fence)
    union all
    select t.id, t.fence, t.kind, t.attempt from (select t.* from json_to_recordset(coalesce(p_rest, '[]')) as t (
      id uuid, fence integer, attempt integer, kind text, secs float8, error text)) t
  ) o
  where not exists (
      select 1 from "bearmq".finalized_job f
      where f.id = any (array[o.id]) and f.fence = o.fence and f.process_id = p_process)
    and not exists (
      select 1 from "bearmq".job j where j.id = any (array[o.id]) and j.fence = o.fence
        and (j.process_id = p_process or j.process_id is null and o.kind = 'waiting' and j.attempt = o.attempt))
    and (v_keep or exists (select 1 from "bearmq".job j where j.id = any (array[o.id])));
end
$bearmq$`,
    `create function "bearmq".release_jobs_v1(
  p_process uuid, p_known uuid[], p_known_fences integer[], p_refund boolean) returns table (o_id uuid, o_name text) language plpgsql volatile
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
  set plan_cache_mode = force_generic_plan
  set enable_mergejoin = off set enable_hashjoin = off
as $bearmq$
declare
  v_groups text[];
  v_released_groups text[];
  v_released_epochs integer[];
begin
  select array_agg(distinct j.job_group) into v_groups from "bearmq".job j
  where j.process_id = p_process and j.state = 'running' and j.job_group is not null;
  perform 1 from (select distinct u.name collate "C" as name from unnest(v_groups) as u (name) order by 1 offset 0) u
      cross join lateral (select 1 from "bearmq".job_group g where g.name = u.name for update) l;

  select array_agg(j.job_group), array_agg(j.group_epoch) into v_released_groups, v_released_epochs
  from "bearmq".job j
  where j.process_id = p_process and j.state = 'running' and j.job_group = any (v_groups)
    and (j.id, j.fence) not in (select k.id, k.fence from unnest(p_known, p_known_fences) as k (id, fence));

  return query
  update "bearmq".job j set state = 'ready', process_id = null, fence = j.fence % 2147483647 + 1, suspect = j.suspect or not p_refund,
    attempt = greatest(0, j.attempt - case when p_refund and j.started then 1 else 0 end)
  where j.process_id = p_process and j.state = 'running' and (j.id, j.fence) not in (select k.id, k.fence from unnest(p_known, p_known_fences) as k (id, fence))
  returning j.id, j.name;

  if v_released_groups is not null then
    perform "bearmq".release_groups_v1(v_released_groups, v_released_epochs);
  end if;
end
$bearmq$`,
    `create function "bearmq".rescue_v1(p_self uuid, p_unlock_secs float8, p_blocked_secs float8, p_grace_secs float8) returns table (o_kind text, o_id text, o_name text, o_process text) language plpgsql volatile
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
  set plan_cache_mode = force_generic_plan
  set enable_mergejoin = off set enable_hashjoin = off
as $bearmq$
declare
  v_process record;
  v_dead uuid[] := '{}';
  v_strays uuid[];
  v_id uuid;
  v_groups text[];
begin
  for v_process in
    select e.id, e.session_key, e.renewed_at from "bearmq".process e
    where e.expires_at < now() and e.id is distinct from p_self
      and coalesce(e.watched_from, now()) <= now() - make_interval(secs => p_grace_secs)
      and coalesce(e.watched_at, now()) >= now() - make_interval(secs => 3)
      and pg_postmaster_start_time() <= now() - make_interval(secs => p_grace_secs)
    order by e.id for update skip locked
  loop
    continue when v_process.session_key is not null
      and v_process.renewed_at > now() - make_interval(secs => p_blocked_secs)
      and not pg_try_advisory_xact_lock(v_process.session_key);
    v_dead := v_dead || v_process.id;
  end loop;

  -- Running jobs of a worker without a row: nothing leaves any, but if they were there nobody else would find them.
  with recursive holder (id) as (
    (select j.process_id from "bearmq".job j where j.state = 'running' order by j.process_id limit 1)
    union all
    select x.process_id from holder h cross join lateral (
      select j.process_id from "bearmq".job j where j.state = 'running' and j.process_id > h.id
      order by j.process_id limit 1) x
  )
  select array_agg(h.id order by h.id) into v_strays
  from holder h where not exists (select 1 from "bearmq".process e where e.id = h.id);

  -- The groups of all of them in one go: those of one worker after those of another would be out of order.
  v_groups := array(
    select j.job_group from unnest(v_dead || v_strays) as d (id) join "bearmq".job j on j.process_id = any (array[d.id])
    where j.state = 'running' and j.job_group is not null);
  perform 1 from (select distinct u.name collate "C" as name from unnest(v_groups) as u (name) order by 1 offset 0) u
      cross join lateral (select 1 from "bearmq".job_group g where g.name = u.name for update) l;
  foreach v_id in array v_dead || v_strays loop
    return query
    select 'job', t.o_id::text, t.o_name, v_id::text from "bearmq".release_jobs_v1(v_id, '{}', '{}', false) t;
    delete from "bearmq".process e where e.id = v_id;
    if v_id = any (v_dead) then
      return query select 'process', null::text, null::text, v_id::text;
    end if;
  end loop;

  with overdue as materialized (
    select g.name from "bearmq".job_group g
    where g.running > 0 and g.locked_at < now() - make_interval(secs => p_unlock_secs)
      and (g.name, g.epoch) in (
        select j.job_group, j.group_epoch from "bearmq".job j where j.state = 'running' and j.job_group is not null
        group by j.job_group, j.group_epoch
        having max(j.claimed_at) < now() - make_interval(secs => p_unlock_secs))
    order by g.name for update skip locked
  ),
  opened as (
    update "bearmq".job_group g set running = 0, epoch = g.epoch % 2147483647 + 1 from overdue o where g.name = any (array[o.name]) returning g.name
  )
  select array_agg(o.name) into v_groups from opened o;
  if v_groups is not null then
    perform "bearmq".promote_group_heads_v1(v_groups);
    return query select 'group', null::text, u.name, null::text from unnest(v_groups) as u (name);
  end if;

  update "bearmq".process e set watched_at = now(),
    watched_from = case when e.watched_at >= now() - make_interval(secs => 3) then e.watched_from else now() end
  from (
    select w.id from "bearmq".process w where w.id is distinct from p_self and extract(epoch from w.renewed_at)::float8 + extract(epoch from w.expires_at)::float8
      < 2 * extract(epoch from now())::float8
    order by w.id for no key update skip locked) o
  where e.id = o.id and (e.watched_at is null or e.watched_at < now() - interval '0.5 s');
  if exists (select 1 from "bearmq".process w where w.id is distinct from p_self and extract(epoch from w.renewed_at)::float8 + extract(epoch from w.expires_at)::float8
      < 2 * extract(epoch from now())::float8) then
    return query select 'overdue', null::text, null::text, null::text;
  end if;
end
$bearmq$`,
    `create function "bearmq".reconcile_v1(p_process uuid, p_generation integer, p_known uuid[], p_known_fences integer[]) returns table (o_id text, o_generation integer) language plpgsql volatile
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
  set plan_cache_mode = force_generic_plan
  set enable_mergejoin = off set enable_hashjoin = off
as $bearmq$
declare
  v_generation integer;
begin
  select w.generation into v_generation from "bearmq".process w where w.id = p_process for update;
  if not found then
    return;
  end if;
  if v_generation < p_generation then
    return query select t.o_id::text, null::integer from "bearmq".release_jobs_v1(p_process, p_known, p_known_fences, true) t;
    update "bearmq".process w set generation = p_generation where w.id = p_process;
    v_generation := p_generation;
  end if;
  return query select null::text, v_generation;
end
$bearmq$`,
    `create function "bearmq".prune_groups_v1(p_after text, p_limit integer) returns table (o_deleted text, o_last text, o_seen integer) language plpgsql volatile
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
  set plan_cache_mode = force_generic_plan
  set enable_mergejoin = off set enable_hashjoin = off
as $bearmq$
declare
  v_names text[];
begin
  with page as materialized (
    select g.name from "bearmq".job_group g where g.name > p_after order by g.name limit p_limit
  )
  select count(*)::integer, max(p.name) into o_seen, o_last from page p;
  select array_agg(l.name) into v_names from (
    select g.name from "bearmq".job_group g
    where g.name > p_after and g.name <= o_last and g.running = 0 order by g.name for update skip locked) l;
  return query
  delete from "bearmq".job_group g where g.name = any (v_names) and g.running = 0
    and not exists (select 1 from "bearmq".job j where j.job_group = g.name and j.state in ('ready', 'blocked'))
    and not exists (select 1 from "bearmq".job j where j.job_group = g.name and j.state = 'scheduled')
    and (g.epoch = 0 or not exists (select 1 from "bearmq".job j where j.job_group = g.name and j.state = 'running'))
  returning g.name, null::text, null::integer;
  return next;
end
$bearmq$`,
    `create function "bearmq".check_groups_v1() returns table (o_kind text, o_group text) language plpgsql volatile
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
  set plan_cache_mode = force_generic_plan
  set enable_mergejoin = off set enable_hashjoin = on
as $bearmq$
declare
  v_suspects text[];
  v_names text[];
  v_miscounted text[];
  v_stuck text[];
begin
  with recursive lane (job_group, channel, name, state) as (
    (select j.job_group, j.channel, j.name, j.state from "bearmq".job j
      where j.state in ('ready', 'blocked') and j.job_group is not null
      order by j.job_group, j.channel, j.name, j.priority desc, j.seq limit 1)
    union all
    select x.* from lane l cross join lateral (
      select j.job_group, j.channel, j.name, j.state from "bearmq".job j
      where j.state in ('ready', 'blocked') and j.job_group is not null
        and (j.job_group, j.channel, j.name) > (l.job_group, l.channel, l.name)
      order by j.job_group, j.channel, j.name, j.priority desc, j.seq limit 1) x
  ),
  holding as materialized (
    select j.job_group, j.group_epoch, count(*)::integer as running from "bearmq".job j
    where j.state = 'running' and j.job_group is not null group by j.job_group, j.group_epoch
  )
  select array_agg(distinct s.name) into v_suspects from (
    select l.job_group as name from lane l
    where l.state = 'blocked'
      and not exists (select 1 from "bearmq".job_group g where g.name = any (array[l.job_group]) and g.running > 0)
    union all
    select g.name from "bearmq".job_group g
    left join holding h on h.job_group = g.name and h.group_epoch = g.epoch
    where g.running <> coalesce(h.running, 0)) s;
  if v_suspects is null then
    return;
  end if;

  insert into "bearmq".job_group (name)
  select s.name from unnest(v_suspects) as s (name)
  where not exists (select 1 from "bearmq".job_group e where e.name = s.name) order by s.name collate "C" on conflict do nothing;
  select array_agg(l.name) into v_names from (
    select g.name from "bearmq".job_group g where g.name = any (v_suspects) order by g.name for update skip locked) l;

  v_miscounted := array(select * from "bearmq".recount_groups_v1(v_names));

  select array_agg(g.name) into v_stuck from "bearmq".job_group g
  where g.name = any (v_names) and g.running = 0
    and exists (select 1 from "bearmq".promote_group_heads_v1(array[g.name]) p where p.o_promoted);

  return query select 'miscounted', u.name from unnest(v_miscounted) as u (name);
  return query select 'stuck', u.name from unnest(v_stuck) as u (name);
end
$bearmq$`,
  ],
};
