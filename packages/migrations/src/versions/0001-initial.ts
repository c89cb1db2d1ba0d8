// Written by `pnpm --filter @bearmq/migrations freeze`, never by hand: see CONTRIBUTING.md, "A migration".
import type { FrozenText } from '../frozen.ts';

export const makes: FrozenText = {
  statements: [
    `create type "bearmq".job_state as enum ('scheduled', 'ready', 'blocked', 'pending', 'running')`,
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
      priority integer not null default 0,
      started boolean not null default false,
      suspect boolean not null default false,
      process_id uuid,
      name text collate "C" not null,
      channel text collate "C" not null,
      job_group text collate "C",
      last_error text,
      payload json not null,
      extras json,
      ready_at timestamptz,
      failures jsonb,
      deaths integer,
      held smallint,
      flow_id uuid,
      done json,
      cancel json,
      constraint job_attempt_in_range check (attempt between 0 and num_attempts),
      constraint job_payload_fits check (pg_column_size(payload) <= 200000 or octet_length(payload::text) <= 67108864),
      constraint job_running_has_process check ((state = 'running') = (process_id is not null)),
      constraint job_scheduled_has_time check ((state = 'scheduled') = (run_at is not null))
    ) with (autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0.02,
      autovacuum_analyze_threshold = 2000, autovacuum_analyze_scale_factor = 0.1, autovacuum_vacuum_cost_delay = 0)`,
    `create sequence "bearmq".flush_mark`,
    `create index job_ready on "bearmq".job (channel, name, (~priority), seq)
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
      ready_at timestamptz,
      claimed_at timestamptz,
      finalized_at timestamptz not null default now(),
      timeout_secs float8 not null,
      outcome "bearmq".job_outcome not null,
      attempt integer not null,
      num_attempts integer not null,
      fence integer not null,
      deaths integer,
      priority integer not null,
      process_id uuid,
      name text collate "C" not null,
      channel text collate "C" not null,
      job_group text collate "C",
      error text,
      failures jsonb,
      result json,
      extras json,
      payload json not null
    )`,
    `create index finalized_job_age on "bearmq".finalized_job (finalized_at)`,
    `create index finalized_job_failed on "bearmq".finalized_job (finalized_at) where outcome <> 'succeeded'`,
    `create table "bearmq".job_group (
      name text collate "C" primary key,
      running integer not null default 0,
      epoch integer not null default 0,
      locked_at timestamptz,
      max_running integer,
      weight integer,
      rate_max integer,
      rate_secs float8,
      rate_at timestamptz[],
      rate_n integer[],
      constraint job_group_running_not_negative check (running >= 0),
      constraint job_group_limits_in_range check (max_running >= 1 and weight between 1 and 1000
        and num_nulls(rate_max, rate_secs) in (0, 2) and rate_max between 1 and 1000000 and rate_secs between 0.001 and 3153600000)
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
      watched_at timestamptz,
      pid integer,
      host text,
      release text,
      takes json,
      load json
    ) with (fillfactor = 50, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0.02,
      autovacuum_analyze_threshold = 2000, autovacuum_analyze_scale_factor = 0.1, autovacuum_vacuum_cost_delay = 0)`,
    `create type "bearmq".lane as (channel text collate "C", name text collate "C")`,
    `create type "bearmq".stretch as (
      channel text collate "C", name text collate "C", rank integer, seq bigint, to_rank integer, to_seq bigint)`,
    `create type "bearmq".place as (stretch integer, rank integer, seq bigint)`,
    `create type "bearmq".due as (ids uuid[], places "bearmq".stretch[], is_all boolean)`,
    `create type "bearmq".plan as (
      ungrouped "bearmq".stretch[], takes integer[], seen "bearmq".place[], is_narrowed boolean,
      groups text[], num_grouped integer, num_ungrouped integer)`,
    `create type "bearmq".pick as (rows tid[], bytes bigint)`,
    `create type "bearmq".group_run as (
      rows tid[], epochs integer[], bytes bigint, is_more_likely boolean, is_moved boolean)`,
    `create type "bearmq".claim_facts as (
      is_lease_held boolean, next_due_ms float8, is_due_held boolean, is_rescue_due boolean, is_more_likely boolean,
      is_ahead boolean, scan_ms float8, promoted_ms float8, latest_seq float8, is_left_behind boolean)`,
    `create table "bearmq".schedule (
      id uuid primary key default gen_random_uuid(),
      job_name text collate "C" not null,
      key text collate "C" not null default 'default',
      origin text not null default 'definition',
      rule json not null,
      payload json not null default 'null',
      next_at timestamptz not null default now(),
      last_at timestamptz,
      last_job_id uuid,
      paused_at timestamptz,
      revision integer not null default 0,
      updated_at timestamptz not null default now(),
      constraint schedule_key unique (job_name, key),
      constraint schedule_names_fit check (octet_length(job_name) between 1 and 255 and octet_length(key) between 1 and 255),
      constraint schedule_origin_known check (origin in ('definition', 'api')),
      constraint schedule_rule_in_range check (coalesce((rule ->> 'everySecs')::float8 between 0.1 and 3153600000,
        octet_length((rule ->> 'cron')) between 1 and 1024, false)),
      constraint schedule_times_are_finite check (isfinite(next_at) and isfinite(last_at) and isfinite(paused_at))
    )`,
    `create index schedule_due on "bearmq".schedule (next_at) where paused_at is null`,
    `create table "bearmq".pause (
      kind text collate "C" not null,
      name text collate "C" not null,
      since timestamptz not null default now(),
      reason text,
      primary key (kind, name),
      constraint pause_of_what check (case kind when 'everything' then name = ''
        when 'group' then octet_length(name) between 1 and 1024 when 'channel' then octet_length(name) between 1 and 255
        when 'name' then octet_length(name) between 1 and 255 else false end)
    )`,
    `create table "bearmq".job_definition (
      name text collate "C" primary key,
      defaults json not null,
      updated_at timestamptz not null default now(),
      constraint job_definition_name_fits check (octet_length(name) between 1 and 255)
    )`,
    `create table "bearmq".unique_key (
      hash uuid primary key,
      job_id uuid not null,
      held_until timestamptz,
      until text not null,
      key text not null,
      payload json,
      extras json,
      constraint unique_key_fits check (octet_length(key) between 1 and 1024),
      constraint unique_key_until_known check (until in ('started', 'finished', 'deleted'))
    ) with (autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0.02,
      autovacuum_analyze_threshold = 2000, autovacuum_analyze_scale_factor = 0.1, autovacuum_vacuum_cost_delay = 0)`,
    `create table "bearmq".job_limit (
      kind text collate "C" not null,
      name text collate "C" not null,
      origin text not null default 'definition',
      running integer not null default 0,
      max_running integer,
      rate_max integer,
      rate_secs float8,
      rate_at timestamptz[],
      rate_n integer[],
      group_max_running integer,
      group_rate_max integer,
      group_rate_secs float8,
      primary key (kind, name),
      constraint job_limit_of_what check (kind in ('channel', 'name') and octet_length(name) between 1 and 255),
      constraint job_limit_origin_known check (origin in ('definition', 'api')),
      constraint job_limit_running_not_negative check (running >= 0),
      constraint job_limit_in_range check (max_running >= 0 and group_max_running >= 1
        and num_nulls(rate_max, rate_secs) in (0, 2) and rate_max between 1 and 1000000 and rate_secs between 0.001 and 3153600000 and num_nulls(group_rate_max, group_rate_secs) in (0, 2) and group_rate_max between 1 and 1000000 and group_rate_secs between 0.001 and 3153600000)
    ) with (fillfactor = 50, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0.02,
      autovacuum_analyze_threshold = 2000, autovacuum_analyze_scale_factor = 0.1, autovacuum_vacuum_cost_delay = 0)`,
    `create table "bearmq".job_turn (
      id bigint not null generated always as identity,
      turn bigint not null,
      due_at timestamptz,
      priority integer not null default 0,
      credit integer not null default 0,
      misses integer not null default 0,
      open boolean not null default true,
      channel text collate "C" not null,
      name text collate "C" not null,
      job_group text collate "C" not null,
      primary key (job_group, channel, name, id),
      constraint job_turn_names_fit check (octet_length(channel) between 1 and 255 and octet_length(name) between 1 and 255 and octet_length(job_group) between 1 and 1024),
      constraint job_turn_due_is_finite check (isfinite(due_at))
    ) with (fillfactor = 70, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0.02,
      autovacuum_analyze_threshold = 2000, autovacuum_analyze_scale_factor = 0.1, autovacuum_vacuum_cost_delay = 0)`,
    `create index job_turn_line on "bearmq".job_turn (channel, name, (~priority), turn) where open`,
    `create index job_turn_due on "bearmq".job_turn (due_at) where due_at is not null`,
    `create table "bearmq".flow (
      id uuid primary key,
      name text,
      created_at timestamptz not null default now(),
      nodes integer not null,
      open integer not null,
      failed integer not null default 0,
      cancelled_at timestamptz,
      finished_at timestamptz,
      constraint flow_name_fits check (octet_length(name) between 1 and 255),
      constraint flow_counts_in_range check (nodes >= 0 and open between 0 and nodes and failed between 0 and nodes)
    ) with (fillfactor = 50, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0.02,
      autovacuum_analyze_threshold = 2000, autovacuum_analyze_scale_factor = 0.1, autovacuum_vacuum_cost_delay = 0)`,
    `create index flow_finished on "bearmq".flow (finished_at) where finished_at is not null`,
    `create table "bearmq".flow_node (
      job_id uuid primary key,
      flow_id uuid not null,
      key text collate "C" not null,
      job_name text collate "C" not null,
      pending integer not null,
      delay_secs float8 not null default 0,
      on_failure text not null default 'cancel',
      doomed_by uuid,
      outcome "bearmq".job_outcome,
      result json,
      error text,
      passed_to uuid,
      is_passed_on boolean not null default false,
      constraint flow_node_names_fit check (octet_length(key) between 1 and 255 and octet_length(job_name) between 1 and 255),
      constraint flow_node_pending_not_negative check (pending >= 0),
      constraint flow_node_delay_in_range check (delay_secs between 0 and 3153600000),
      constraint flow_node_on_failure_known check (on_failure in ('cancel', 'run'))
    ) with (autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0.02,
      autovacuum_analyze_threshold = 2000, autovacuum_analyze_scale_factor = 0.1, autovacuum_vacuum_cost_delay = 0)`,
    `create unique index flow_node_key on "bearmq".flow_node (flow_id, key)`,
    `create index flow_node_due on "bearmq".flow_node (job_id) where outcome is not null and not is_passed_on`,
    `create table "bearmq".flow_edge (
      job_id uuid,
      dependent_id uuid,
      primary key (job_id, dependent_id)
    )`,
    `create index flow_edge_back on "bearmq".flow_edge (dependent_id)`,
    `create table "bearmq".job_step (
      job_id uuid,
      name text collate "C",
      kind text not null,
      fence integer,
      wake_at timestamptz,
      result json,
      done_at timestamptz,
      primary key (job_id, name),
      constraint job_step_name_fits check (octet_length(name) between 1 and 255),
      constraint job_step_kind_known check (kind in ('step', 'sleep', 'signal', 'jobs'))
    )`,
    `create table "bearmq".job_signal (
      id bigint primary key generated always as identity,
      job_id uuid not null,
      name text collate "C" not null,
      value json,
      sent_at timestamptz not null default now(),
      is_taken boolean not null default false,
      constraint job_signal_name_fits check (octet_length(name) between 1 and 255)
    )`,
    `create index job_signal_open on "bearmq".job_signal (job_id, name, id) where not is_taken`,
    `create table "bearmq".job_progress (
      job_id uuid primary key,
      value json not null,
      at timestamptz not null default now()
    ) with (fillfactor = 50, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0.02,
      autovacuum_analyze_threshold = 2000, autovacuum_analyze_scale_factor = 0.1, autovacuum_vacuum_cost_delay = 0)`,
    `create table "bearmq".job_log (
      job_id uuid,
      nth integer,
      at timestamptz not null,
      line text not null,
      primary key (job_id, nth)
    )`,
    `create table "bearmq".lane_stats (
      span_secs integer not null,
      at timestamptz not null,
      channel text collate "C" not null,
      name text collate "C" not null,
      process_id uuid not null,
      rev integer not null default 0,
      started bigint not null default 0,
      succeeded bigint not null default 0,
      failed bigint not null default 0,
      retried bigint not null default 0,
      released bigint not null default 0,
      lost bigint not null default 0,
      cancelled bigint not null default 0,
      wait_ms float8 not null default 0,
      run_ms float8 not null default 0,
      wait_max_ms float8 not null default 0,
      run_max_ms float8 not null default 0,
      waits integer[] not null,
      runs integer[] not null,
      primary key (span_secs, at, channel, name, process_id),
      constraint lane_stats_ranges check (cardinality(waits) = 48 and cardinality(runs) = 48)
    ) with (fillfactor = 70)`,
    `create table "bearmq".lane_total (
      channel text collate "C" not null,
      name text collate "C" not null,
      started bigint not null default 0,
      succeeded bigint not null default 0,
      failed bigint not null default 0,
      retried bigint not null default 0,
      released bigint not null default 0,
      lost bigint not null default 0,
      cancelled bigint not null default 0,
      wait_ms float8 not null default 0,
      run_ms float8 not null default 0,
      wait_max_ms float8 not null default 0,
      run_max_ms float8 not null default 0,
      waits bigint[] not null,
      runs bigint[] not null,
      primary key (channel, name),
      constraint lane_total_ranges check (cardinality(waits) = 48 and cardinality(runs) = 48)
    ) with (fillfactor = 50)`,
    `create table "bearmq".lane_depth (
      at timestamptz not null,
      span_secs integer not null default 60,
      channel text collate "C" not null,
      name text collate "C" not null,
      ready bigint not null,
      scheduled bigint not null,
      blocked bigint not null,
      pending bigint not null,
      running bigint not null,
      oldest_ready_at timestamptz,
      took_ms real not null,
      primary key (span_secs, at, channel, name)
    )`,
    `create procedure "bearmq".enqueue_first_v1(
  p_id uuid, p_name text, p_channel text, p_group text, p_num_attempts integer, p_timeout_secs float8, p_priority integer,
  p_extras json, p_payload json, p_listeners text, p_announcement text)
language plpgsql
as $bearmq$
declare
  v_may_mark boolean := pg_catalog.has_sequence_privilege($sequencesequencesequencesequencesequencesequencesequencesequence$"bearmq".flush_mark$sequencesequencesequencesequencesequencesequencesequencesequence$, 'update');
begin
  if v_may_mark then
    perform pg_catalog.set_config('synchronous_commit', 'off', true);
  end if;
  insert into "bearmq".job (id, state, name, channel, job_group, num_attempts, timeout_secs, priority, extras, payload)
  values (p_id, 'ready', p_name, p_channel, p_group, p_num_attempts, p_timeout_secs, p_priority,
    p_extras, p_payload);
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
  update "bearmq".job_group g set running = greatest(0, g.running - f.jobs)
  from (select f.name, f.epoch, count(*)::integer as jobs from unnest(p_groups, p_epochs) as f (name, epoch)
    group by f.name, f.epoch) f
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
  wrong as (
    select g.name, coalesce(h.running, 0) as running from "bearmq".job_group g
    left join holding h on h.job_group = g.name and h.group_epoch = g.epoch
    where g.name = any (p_groups) and g.running <> coalesce(h.running, 0)
  )
  update "bearmq".job_group g set running = c.running from wrong c where g.name = c.name returning g.name::text;
end
$bearmq$`,
    `create function "bearmq".promote_due_v1(p_after timestamptz) returns "bearmq".due language plpgsql volatile
as $bearmq$
declare
  v_due "bearmq".due;
begin
  with due as (
    select j.id from "bearmq".job j where j.state = 'scheduled' and j.run_at <= now() and j.run_at >= p_after
    order by j.run_at limit 1000 for update skip locked
  ),
  promoted as (
    update "bearmq".job j set state = 'ready', ready_at = j.run_at, run_at = null from due where j.id = any (array[due.id])
    returning j.id, j.channel, j.name, (~j.priority) as rank, j.seq, j.job_group
  )
  select array_agg(p.id) filter (where p.job_group is null),
    array_agg(row(p.channel, p.name, p.rank, p.seq, p.rank, least(p.seq, 9223372036854775806) + 1)::"bearmq".stretch)
      filter (where p.job_group is null),
    count(*) < 1000
  into v_due.ids, v_due.places, v_due.is_all
  from promoted p;
  return v_due;
end
$bearmq$`,
    `create function "bearmq".find_lanes_v1(p_names text[]) returns "bearmq".stretch[] language plpgsql volatile
as $bearmq$
declare
  v_lanes "bearmq".stretch[];
  v_channel text collate "C";
  v_name text collate "C";
  v_rank integer;
  v_seq bigint;
  v_from_channel text collate "C";
  v_from_name text collate "C";
begin
  select j.channel, j.name, (~j.priority) as rank, j.seq into v_channel, v_name, v_rank, v_seq from "bearmq".job j where j.state = 'ready' and j.job_group is null 
    order by j.channel, j.name, (~j.priority), j.seq limit 1;
  for i in 1..8 loop
    exit when v_channel is null;
    if v_name = any (p_names) then
      v_lanes := v_lanes || row(v_channel, v_name, v_rank, v_seq, 2147483647, 9223372036854775807)::"bearmq".stretch;
    end if;
    v_from_channel := case when p_names[width_bucket(v_name collate "C", p_names) + 1] is null then v_channel || chr(1) else v_channel end;
    v_from_name := coalesce(p_names[width_bucket(v_name collate "C", p_names) + 1], '');
    select j.channel, j.name, (~j.priority) as rank, j.seq into v_channel, v_name, v_rank, v_seq from "bearmq".job j where j.state = 'ready' and j.job_group is null and (j.channel, j.name) >= (v_from_channel, v_from_name)
    order by j.channel, j.name, (~j.priority), j.seq limit 1;
  end loop;
  if v_channel is not null then
    v_lanes := v_lanes || (
      with recursive lane (channel, name, rank, seq) as (
        select v_channel, v_name, v_rank, v_seq
        union all
        select x.* from lane l cross join lateral (select j.channel, j.name, (~j.priority) as rank, j.seq from "bearmq".job j where j.state = 'ready' and j.job_group is null and (j.channel, j.name) >= (case when p_names[width_bucket(l.name collate "C", p_names) + 1] is null then l.channel || chr(1) else l.channel end, coalesce(p_names[width_bucket(l.name collate "C", p_names) + 1], ''))
    order by j.channel, j.name, (~j.priority), j.seq limit 1) x
      )
      select array_agg(row(l.channel, l.name, l.rank, l.seq, 2147483647, 9223372036854775807)::"bearmq".stretch) from lane l where l.name = any (p_names));
  end if;
  return v_lanes;
end
$bearmq$`,
    `create function "bearmq".find_after_v1(p_names text[], p_known json) returns "bearmq".stretch[] language plpgsql volatile
as $bearmq$
begin
  return (
    with known as materialized (
      select k.channel, k.name, ~k.priority as rank, k.position as seq
      from json_to_recordset(p_known) as k (channel text, name text, priority integer, position bigint)
    )
    select array_agg(row(k.channel, k.name, k.rank, x.seq, k.rank, 9223372036854775807)::"bearmq".stretch order by k.channel, k.name, k.rank)
    from known k cross join lateral (
      select j.seq from "bearmq".job j where j.state = 'ready' and j.job_group is null and j.channel = k.channel and j.name = k.name and (~j.priority) = k.rank and j.seq > k.seq
      order by j.channel, j.name, (~j.priority), j.seq limit 1) x
    where k.name = any (p_names));
end
$bearmq$`,
    `create function "bearmq".find_between_v1(p_names text[], p_known json) returns "bearmq".stretch[] language plpgsql volatile
as $bearmq$
begin
  return (
    with recursive known as materialized (
      select k.channel, k.name, ~k.priority as rank, k.position as seq
      from json_to_recordset(p_known) as k (channel text, name text, priority integer, position bigint)
    ),
    span as (
      select s.channel, s.name, s.rank, s.seq, lead(s.channel) over w as to_channel, lead(s.name) over w as to_name,
        lead(s.rank) over w as to_rank
      from (
        select '' as channel, '' as name, -2147483647 - 1 as rank, 0::bigint as seq
        union all
        select k.channel, k.name, k.rank, k.seq from known k
      ) s
      window w as (order by s.channel collate "C", s.name collate "C", s.rank)
    ),
    stretch (to_channel, to_name, to_rank, channel, name, rank, seq) as (
      select s.to_channel, s.to_name, s.to_rank, x.channel, x.name, x.rank, x.seq from span s cross join lateral (
        (select j.channel, j.name, (~j.priority) as rank, j.seq from "bearmq".job j where j.state = 'ready' and j.job_group is null
        and (j.channel, j.name, (~j.priority), j.seq) > (s.channel, s.name, s.rank, s.seq) and (j.channel, j.name, (~j.priority), j.seq) < (s.to_channel, s.to_name, s.to_rank, 0::bigint)
        order by j.channel, j.name, (~j.priority), j.seq limit 1)
      union all
      (select j.channel, j.name, (~j.priority) as rank, j.seq from "bearmq".job j where j.state = 'ready' and j.job_group is null
        and (j.channel, j.name, (~j.priority), j.seq) > (s.channel, s.name, s.rank, s.seq) and s.to_channel is null
        order by j.channel, j.name, (~j.priority), j.seq limit 1)
      limit 1) x
      union all
      select s.to_channel, s.to_name, s.to_rank, x.channel, x.name, x.rank, x.seq from stretch s cross join lateral (
        (select j.channel, j.name, (~j.priority) as rank, j.seq from "bearmq".job j where j.state = 'ready' and j.job_group is null
        and (j.channel, j.name, (~j.priority), j.seq) > (case when p_names[width_bucket(s.name collate "C", p_names) + 1] is null then s.channel || chr(1) else s.channel end, coalesce(p_names[width_bucket(s.name collate "C", p_names) + 1], ''), -2147483647 - 1, 0::bigint) and (j.channel, j.name, (~j.priority), j.seq) < (s.to_channel, s.to_name, s.to_rank, 0::bigint)
        order by j.channel, j.name, (~j.priority), j.seq limit 1)
      union all
      (select j.channel, j.name, (~j.priority) as rank, j.seq from "bearmq".job j where j.state = 'ready' and j.job_group is null
        and (j.channel, j.name, (~j.priority), j.seq) > (case when p_names[width_bucket(s.name collate "C", p_names) + 1] is null then s.channel || chr(1) else s.channel end, coalesce(p_names[width_bucket(s.name collate "C", p_names) + 1], ''), -2147483647 - 1, 0::bigint) and s.to_channel is null
        order by j.channel, j.name, (~j.priority), j.seq limit 1)
      limit 1) x
    )
    select array_agg(row(s.channel, s.name, s.rank, s.seq,
      case when s.to_channel = s.channel and s.to_name = s.name then s.to_rank else 2147483647 end, case when s.to_channel = s.channel and s.to_name = s.name then 0 else 9223372036854775807 end)::"bearmq".stretch)
    from stretch s where s.name = any (p_names));
end
$bearmq$`,
    `create function "bearmq".find_grouped_v1(p_names text[]) returns "bearmq".lane[] language plpgsql volatile
as $bearmq$
declare
  v_lanes "bearmq".lane[];
  v_channel text collate "C";
  v_name text collate "C";
  v_from_channel text collate "C";
  v_from_name text collate "C";
begin
  select j.channel, j.name into v_channel, v_name from "bearmq".job j where j.state = 'ready' and j.job_group is not null 
    order by j.channel, j.name limit 1;
  for i in 1..8 loop
    exit when v_channel is null;
    if v_name = any (p_names) then
      v_lanes := v_lanes || row(v_channel, v_name)::"bearmq".lane;
    end if;
    v_from_channel := case when p_names[width_bucket(v_name collate "C", p_names) + 1] is null then v_channel || chr(1) else v_channel end;
    v_from_name := coalesce(p_names[width_bucket(v_name collate "C", p_names) + 1], '');
    select j.channel, j.name into v_channel, v_name from "bearmq".job j where j.state = 'ready' and j.job_group is not null and (j.channel, j.name) >= (v_from_channel, v_from_name)
    order by j.channel, j.name limit 1;
  end loop;
  if v_channel is not null then
    v_lanes := v_lanes || (
      with recursive lane (channel, name) as (
        select v_channel, v_name
        union all
        select x.* from lane l cross join lateral (select j.channel, j.name from "bearmq".job j where j.state = 'ready' and j.job_group is not null and (j.channel, j.name) >= (case when p_names[width_bucket(l.name collate "C", p_names) + 1] is null then l.channel || chr(1) else l.channel end, coalesce(p_names[width_bucket(l.name collate "C", p_names) + 1], ''))
    order by j.channel, j.name limit 1) x
      )
      select array_agg(row(l.channel, l.name)::"bearmq".lane) from lane l where l.name = any (p_names));
  end if;
  return v_lanes;
end
$bearmq$`,
    `create function "bearmq".plan_demand_v1(
  p_ungrouped "bearmq".stretch[], p_grouped "bearmq".lane[], p_left integer, p_is_first boolean) returns "bearmq".plan language plpgsql volatile
as $bearmq$
declare
  v_plan "bearmq".plan;
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
        select f.* from (select (~j.priority) as rank, j.seq from "bearmq".job j where j.state = 'ready' and j.job_group is null and j.channel = s.channel and j.name = s.name
            and ((~j.priority), j.seq) >= (s.rank, s.seq) and ((~j.priority), j.seq) < (s.to_rank, s.to_seq) and true
          order by (~j.priority), j.seq limit 1) f where not p_is_first) h
      order by h.rank, h.seq limit p_left);
  end if;

  if cardinality(v_plan.ungrouped) > 0 then
    v_depths := array_fill(least(p_left, 8 + 3 * p_left / (2 * cardinality(v_plan.ungrouped))), array[cardinality(v_plan.ungrouped)]);
    loop
      with seen as materialized (
        select s.nth::integer as stretch, x.rank, x.seq
        from unnest(v_plan.ungrouped, v_depths) with ordinality as s (channel, name, rank, seq, to_rank, to_seq, depth, nth) cross join lateral (
          select (~j.priority) as rank, j.seq from "bearmq".job j where j.state = 'ready' and j.job_group is null and j.channel = s.channel and j.name = s.name
            and ((~j.priority), j.seq) >= (s.rank, s.seq) and ((~j.priority), j.seq) < (s.to_rank, s.to_seq) and true
          order by (~j.priority), j.seq limit s.depth) x
      )
      select array_agg(row(s.stretch, s.rank, s.seq)::"bearmq".place), array(
        select count(*)::integer - 1 from (
          select b.stretch from (select s.stretch from seen s order by s.rank, s.seq limit p_left) b
          union all
          select g.nth from generate_series(1, cardinality(v_plan.ungrouped)) as g (nth)
        ) t
        group by t.stretch order by t.stretch)
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
        select j.job_group, j.priority, j.seq from "bearmq".job j
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
    into v_plan.groups, v_plan.num_grouped, v_plan.num_ungrouped;
  end if;
  return v_plan;
end
$bearmq$`,
    `create function "bearmq".claim_groups_v1(
  p_names text[], p_channels text[], p_lanes "bearmq".lane[], p_groups text[], p_want integer, p_max_per_group integer,
  p_limit integer, p_room bigint, p_seen integer, p_window integer, p_insert boolean) returns "bearmq".group_run language plpgsql volatile
as $bearmq$
declare
  v_run "bearmq".group_run;
  v_open text[];
  v_busy text[];
  v_taken integer := 0;
  v_demoted integer := 0;
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
      select r.*, h.row is not null as held, h.row, h.bytes from numbered r left join lateral (
        select j.ctid as row, case when pg_column_compression(j.payload) is null then pg_column_size(j.payload)
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
    entered as (
      update "bearmq".job_group g set running = g.running + c.jobs, locked_at = now()
      from (select t.job_group, count(*)::integer as jobs from taken t group by t.job_group) c where g.name = any (array[c.job_group])
    )
    select array_agg(t.row order by t.priority desc, t.seq), array_agg(g.epoch order by t.priority desc, t.seq),
      coalesce(sum(t.bytes), 0), count(*) filter (where t.nth = 1)
    into v_run.rows, v_run.epochs, v_run.bytes, v_taken
    from taken t join "bearmq".job_group g on g.name = any (array[t.job_group]);
  end if;

  -- Busy groups, those just taken among them: what else of them is ready is moved out of the way.
  with locked as materialized (
    select g.name from unnest(p_groups) as c (name) join "bearmq".job_group g on g.name = any (array[c.name])
    where not (g.running = 0) limit 100 for update of g skip locked
  )
  select array_agg(l.name) into v_busy from locked l;
  if v_busy is not null and v_taken < p_seen then
    -- In strides, so that a hot group is passed over a few times and not once a job. Only ready rows are in the index
    -- that is read, so what was moved before is not met again.
    with ahead as materialized (
      select x.id, x.job_group from unnest(p_lanes) as l cross join lateral (
        select j.id, j.job_group from "bearmq".job j
        where j.state = 'ready' and j.job_group is not null and j.channel = l.channel and j.name = l.name
        order by j.priority desc, j.seq limit case when v_taken > 0 then p_window else greatest(p_window, 5000) end) x
    ),
    passed as materialized (
      select j.id from ahead a join "bearmq".job j on j.id = any (array[a.id])
      where a.job_group = any (v_busy) and j.state = 'ready' and not (j.ctid = any (coalesce(v_run.rows, '{}')))
      for update of j skip locked
    )
    update "bearmq".job j set state = 'blocked' from passed p where j.id = any (array[p.id]);
    get diagnostics v_demoted = row_count;
  end if;
  v_run.is_moved := v_demoted > 0;
  v_run.is_more_likely := v_demoted > 0 or cardinality(p_groups) > greatest(v_taken, coalesce(cardinality(v_busy), 0));
  return v_run;
end
$bearmq$`,
    `create function "bearmq".pick_ungrouped_v1(p_ungrouped "bearmq".stretch[], p_takes integer[], p_room bigint) returns "bearmq".pick language plpgsql volatile
as $bearmq$
declare
  v_pick "bearmq".pick;
  v_only "bearmq".stretch;
  v_limit integer;
begin
  if cardinality(p_ungrouped) = 1 then
    -- Nothing to merge and to sort: half of what the other statement costs, and what nearly all claims are.
    v_only := p_ungrouped[1];
    v_limit := p_takes[1];
    select array_agg(l.row), sum(l.bytes) into v_pick.rows, v_pick.bytes
    from (select j.ctid as row, (~j.priority) as rank, j.seq, case when pg_column_compression(j.payload) is null then pg_column_size(j.payload)
          else octet_length(j.payload::text) end as bytes from "bearmq".job j where j.state = 'ready' and j.job_group is null and j.channel = v_only.channel and j.name = v_only.name
            and ((~j.priority), j.seq) >= (v_only.rank, v_only.seq) and ((~j.priority), j.seq) < (v_only.to_rank, v_only.to_seq) and true
          order by (~j.priority), j.seq limit v_limit for update skip locked) l;
  else
    with locked as materialized (
      select x.* from unnest(p_ungrouped, p_takes) as s (channel, name, rank, seq, to_rank, to_seq, take) cross join lateral (
        select j.ctid as row, (~j.priority) as rank, j.seq, case when pg_column_compression(j.payload) is null then pg_column_size(j.payload)
          else octet_length(j.payload::text) end as bytes from "bearmq".job j where j.state = 'ready' and j.job_group is null and j.channel = s.channel and j.name = s.name
            and ((~j.priority), j.seq) >= (s.rank, s.seq) and ((~j.priority), j.seq) < (s.to_rank, s.to_seq) and true
          order by (~j.priority), j.seq limit s.take for update skip locked) x
      where s.take > 0
    )
    select array_agg(l.row), sum(l.bytes) into v_pick.rows, v_pick.bytes from (select * from locked order by rank, seq) l;
  end if;
  if v_pick.bytes > p_room then
    v_pick.rows := array(
      select b.row from (
        select r.row, r.nth, sum(case when pg_column_compression(j.payload) is null then pg_column_size(j.payload)
          else octet_length(j.payload::text) end) over (order by r.nth rows unbounded preceding) - case when pg_column_compression(j.payload) is null then pg_column_size(j.payload)
          else octet_length(j.payload::text) end as before
        from unnest(v_pick.rows) with ordinality as r (row, nth) join "bearmq".job j on j.ctid = r.row
      ) b
      where b.before < p_room order by b.nth);
  end if;
  return v_pick;
end
$bearmq$`,
    `create function "bearmq".pick_any_v1(p_ungrouped "bearmq".stretch[], p_picked tid[], p_left integer, p_room bigint) returns "bearmq".pick language plpgsql volatile
as $bearmq$
declare
  v_pick "bearmq".pick;
begin
  with locked as materialized (
    select x.* from (select u.* from unnest(p_ungrouped) as u order by u.rank, u.seq offset 0) s
    cross join lateral (
      select j.ctid as row, (~j.priority) as rank, j.seq, case when pg_column_compression(j.payload) is null then pg_column_size(j.payload)
          else octet_length(j.payload::text) end as bytes from "bearmq".job j where j.state = 'ready' and j.job_group is null and j.channel = s.channel and j.name = s.name
            and ((~j.priority), j.seq) >= (s.rank, s.seq) and ((~j.priority), j.seq) < (s.to_rank, s.to_seq) and j.ctid <> all (p_picked)
          order by (~j.priority), j.seq limit p_left for update skip locked) x
    limit p_left
  )
  select array_agg(l.row), sum(l.bytes) into v_pick.rows, v_pick.bytes from (select * from locked order by rank, seq) l;
  if v_pick.bytes > p_room then
    v_pick.rows := array(
      select b.row from (
        select r.row, r.nth, sum(case when pg_column_compression(j.payload) is null then pg_column_size(j.payload)
          else octet_length(j.payload::text) end) over (order by r.nth rows unbounded preceding) - case when pg_column_compression(j.payload) is null then pg_column_size(j.payload)
          else octet_length(j.payload::text) end as before
        from unnest(v_pick.rows) with ordinality as r (row, nth) join "bearmq".job j on j.ctid = r.row
      ) b
      where b.before < p_room order by b.nth);
  end if;
  return v_pick;
end
$bearmq$`,
    `create function "bearmq".claim_v1(
  p_process uuid, p_generation integer, p_names text[], p_demands json, p_from json) returns table (o_id text, o_seq float8, o_enqueued_at float8, o_timeout_secs float8, o_attempt int4, o_num_attempts int4, o_fence int4, o_priority int4, o_started boolean, o_suspect boolean, o_name text, o_channel text, o_job_group text, o_payload text, o_extras text, o_demand integer, o_facts text) language plpgsql volatile
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
  set plan_cache_mode = force_generic_plan
  set enable_mergejoin = off set enable_hashjoin = off
as $bearmq$
declare
  v_known json := coalesce(p_from -> 'lanes', '[]');
  v_is_narrow boolean := coalesce(p_from ->> 'scan' = 'narrow', false);
  v_due_after timestamptz := coalesce(to_timestamp((p_from ->> 'dueAfterMs')::float8 / 1000), '-infinity');
  v_facts "bearmq".claim_facts;
  v_due_at timestamptz;
  v_due "bearmq".due;
  v_began timestamptz;
  v_found_ungrouped "bearmq".stretch[];
  v_found_grouped "bearmq".lane[];
  v_is_single boolean;
  v_demand record;
  v_nth integer := -1;
  v_ungrouped "bearmq".stretch[];
  v_grouped "bearmq".lane[];
  v_plan "bearmq".plan;
  v_run "bearmq".group_run;
  v_left integer;
  v_room bigint;
  v_pick "bearmq".pick;
  v_rows tid[];
  v_first integer;
  v_is_first boolean := true;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'BearMQ needs transaction isolation "read committed", this session uses "%"',
      current_setting('transaction_isolation');
  end if;
  if cardinality(p_names) > 1 then
    p_names := array(select distinct u.name collate "C" from unnest(p_names) as u (name) order by 1);
  end if;

  -- Drawn by an enqueue that is not committed yet, perhaps: the caller allows for that.
  if p_from is not null and has_sequence_privilege($sequencesequencesequencesequencesequencesequencesequencesequence$"bearmq".job_seq_seq$sequencesequencesequencesequencesequencesequencesequencesequence$, 'select') then
    v_facts.latest_seq := (select case when s.is_called then s.last_value else 0 end from "bearmq".job_seq_seq s);
  end if;

  v_began := clock_timestamp();
  select d.run_at, exists (select 1 from "bearmq".process w where w.id = p_process and w.generation = p_generation),
    p_from is null and exists (select 1 from "bearmq".process w where w.expires_at < now())
  into v_due_at, v_facts.is_lease_held, v_facts.is_rescue_due
  from (values (1)) as one left join lateral (select j.run_at from "bearmq".job j where j.state = 'scheduled' and j.run_at >= v_due_after
    and j.run_at < 'infinity' order by j.run_at limit 1) d on true;
  if v_due_at <= now() then
    v_due := "bearmq".promote_due_v1(v_due_after);
    v_due_at := (select j.run_at from "bearmq".job j where j.state = 'scheduled' and j.run_at >= v_due_after
    and j.run_at < 'infinity' order by j.run_at limit 1);
  end if;
  if v_due.is_all is not false then
    v_facts.promoted_ms := extract(epoch from now()) * 1000;
  end if;
  -- What is due and was not made ready is held by others, who hold it for as long as they like. No time is told of it: it
  -- may be at minus infinity, from which nothing can be taken.
  v_facts.is_due_held := v_due.is_all and v_due_at <= now();
  v_facts.next_due_ms := case when v_due_at <= now() then 0 else extract(epoch from v_due_at - clock_timestamp()) * 1000 end;

  v_found_grouped := "bearmq".find_grouped_v1(p_names);
  if p_from is null then
    v_found_ungrouped := "bearmq".find_lanes_v1(p_names);
  elsif v_is_narrow then
    v_found_ungrouped := "bearmq".find_after_v1(p_names, v_known);
  else
    v_found_ungrouped := "bearmq".find_between_v1(p_names, v_known);
  end if;
  v_facts.scan_ms := extract(epoch from clock_timestamp() - v_began) * 1000;
  if p_from is not null and v_due.ids is not null then
    v_found_ungrouped := nullif(v_found_ungrouped || array(select p from unnest(v_due.places) as p
      left join json_to_recordset(v_known) as k (channel text, name text, priority integer, position bigint)
        on k.channel = p.channel and k.name = p.name and ~k.priority = p.rank
      where p.name = any (p_names) and coalesce(p.seq <= k.position, v_is_narrow)), '{}');
  end if;

  -- Where there is nothing to take nothing is locked: a claim that comes back empty writes nothing and waits for no disk.
  if v_found_ungrouped is not null or v_found_grouped is not null then
    perform 1 from "bearmq".process w where w.id = p_process and w.generation = p_generation for key share;
    v_facts.is_lease_held := found;
  end if;
  if not v_facts.is_lease_held or v_found_ungrouped is null and v_found_grouped is null then
    o_facts := json_build_object('isLeaseHeld', v_facts.is_lease_held, 'nextDueMs', nullif(v_facts.next_due_ms, 'infinity'),
      'isDueHeld', coalesce(v_facts.is_due_held, false), 'isRescueDue', coalesce(v_facts.is_rescue_due, false), 'mayHaveMore', coalesce(v_facts.is_more_likely, false),
      'hasMoved', coalesce(v_facts.is_ahead, false), 'scanMs', coalesce(v_facts.scan_ms, 0),
      'promotedMs', v_facts.promoted_ms, 'latestSeq', v_facts.latest_seq,
      'isLeftBehind', coalesce(v_facts.is_left_behind, false))::text;
    return next;
    return;
  end if;

  -- Two claims that made new groups' rows demand by demand, each in its own order, could wait for each other.
  v_is_single := json_array_length(p_demands) = 1;
  if v_found_grouped is not null and not v_is_single then
    insert into "bearmq".job_group (name)
    select distinct m.name collate "C" as name from (select x.job_group as name
      from unnest(v_found_grouped) as l
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
    v_ungrouped := v_found_ungrouped;
    v_grouped := v_found_grouped;
    if v_demand.channels is not null then
      v_ungrouped := nullif(array(select s from unnest(v_found_ungrouped) as s where s.channel = any (v_demand.channels)), '{}');
      v_grouped := nullif(array(select l from unnest(v_found_grouped) as l where l.channel = any (v_demand.channels)), '{}');
    end if;
    continue when v_left = 0 or v_ungrouped is null and v_grouped is null;

    v_plan := null;
    v_run := null;
    v_rows := null;
    v_plan.ungrouped := v_ungrouped;
    v_plan.takes := array[v_left];
    if v_grouped is not null or cardinality(v_ungrouped) > 1 then
      v_plan := "bearmq".plan_demand_v1(v_ungrouped, v_grouped, v_left, v_nth = 0);
    end if;

    if v_plan.groups is not null then
      -- Long strides over what waits behind busy groups, unless there are other jobs to run: 5,000 of those behind a
      -- group of 20,000 took 640 ms with strides of 2,000, and 460 ms so; 250 ms alone.
      v_run := "bearmq".claim_groups_v1(p_names, v_demand.channels, v_grouped, v_plan.groups,
        greatest(v_demand.slots, (v_left + v_demand.usual - 1) / v_demand.usual), v_demand.max_per_group,
        v_left + v_demand.slots * v_demand.max_per_group, v_room, v_plan.num_grouped,
        case when v_plan.num_ungrouped > 0 then greatest(50, least(v_left, v_plan.num_ungrouped))
          else least(2000, greatest(200, 4 * v_left)) end,
        v_is_single);
      v_facts.is_more_likely := v_run.is_more_likely or coalesce(v_facts.is_more_likely, false);
      v_facts.is_ahead := v_run.is_moved or coalesce(v_facts.is_ahead, false);
      if v_run.rows is not null then
        v_room := v_room - v_run.bytes;
        v_left := v_left - cardinality(v_run.rows);
        if v_left > 0 and v_plan.ungrouped is not null then
          v_plan.takes := array(
        select count(*)::integer - 1 from (
          select b.stretch from (select s.stretch from unnest(v_plan.seen) as s order by s.rank, s.seq limit v_left) b
          union all
          select g.nth from generate_series(1, cardinality(v_plan.ungrouped)) as g (nth)
        ) t
        group by t.stretch order by t.stretch);
        end if;
      end if;
    end if;

    if v_plan.ungrouped is not null and v_left > 0 and v_room > 0 then
      v_pick := "bearmq".pick_ungrouped_v1(v_plan.ungrouped, v_plan.takes, v_room);
      v_rows := v_pick.rows;
      v_room := v_room - coalesce(v_pick.bytes, 0);
      v_left := v_left - coalesce(cardinality(v_rows), 0);
      -- Others hold some of what was seen here. There may be more elsewhere, and nobody might look for it.
      if v_left > 0 and v_room > 0 and v_plan.seen is not null then
        if v_plan.is_narrowed or coalesce(cardinality(v_rows), 0) < (select sum(t.take) from unnest(v_plan.takes) as t (take)) then
          v_pick := "bearmq".pick_any_v1(v_ungrouped, coalesce(v_rows, '{}'), v_left, v_room);
          v_rows := v_rows || v_pick.rows;
        end if;
      end if;
    end if;

    if v_run.rows is not null or v_rows is not null then
      v_first := case when not v_is_first or v_demand.slots = 0 then 0 when v_run.rows is null or v_rows is null then 1 end;
      if v_first is null then
        v_first := (
          select r.nth from unnest(array[v_run.rows[1], v_rows[1]], array[1, cardinality(v_run.rows) + 1]) as r (row, nth)
          join "bearmq".job j on j.ctid = r.row order by j.priority desc, j.seq limit 1);
      end if;
      v_is_first := v_is_first and v_first = 0;
      return query
      with taken as (
        update "bearmq".job j set state = 'running', fence = j.fence % 2147483647 + 1, process_id = p_process, claimed_at = now(),
      group_epoch = r.epoch, started = r.nth = v_first and j.attempt < j.num_attempts,
      attempt = j.attempt + case when r.nth = v_first and j.attempt < j.num_attempts then 1 else 0 end
    from unnest(v_run.rows || v_rows, v_run.epochs) with ordinality as r (row, epoch, nth) where j.ctid = r.row
    returning j.id::text, j.seq::float8, (extract(epoch from j.enqueued_at) * 1000)::float8, least(j.timeout_secs, 3153600000), case when j.started then j.attempt else least(j.attempt, 2147483646) + 1 end, j.num_attempts, j.fence, j.priority, j.started, j.suspect, j.name, j.channel, j.job_group, j.payload::text, case when pg_column_size(j.extras) <= 65536 and octet_length(j.extras::text) <= 65536
        then j.extras::text end
      )
      select t.*, v_nth, null::text from taken t;
    end if;
  end loop;

  if p_from is not null and v_due.ids is not null then
    v_facts.is_left_behind := exists (
      select 1 from unnest(v_due.ids) as d (id) join "bearmq".job j on j.id = any (array[d.id])
      where j.name = any (p_names) and j.state = 'ready');
  end if;
  o_facts := json_build_object('isLeaseHeld', v_facts.is_lease_held, 'nextDueMs', nullif(v_facts.next_due_ms, 'infinity'),
      'isDueHeld', coalesce(v_facts.is_due_held, false), 'isRescueDue', coalesce(v_facts.is_rescue_due, false), 'mayHaveMore', coalesce(v_facts.is_more_likely, false),
      'hasMoved', coalesce(v_facts.is_ahead, false), 'scanMs', coalesce(v_facts.scan_ms, 0),
      'promotedMs', v_facts.promoted_ms, 'latestSeq', v_facts.latest_seq,
      'isLeftBehind', coalesce(v_facts.is_left_behind, false))::text;
  return next;
end
$bearmq$`,
    `create function "bearmq".claim_announced_v1(
  p_process uuid, p_generation integer, p_ids uuid[], p_channels text[], p_names text[], p_room integer) returns table (o_id text, o_seq float8, o_enqueued_at float8, o_timeout_secs float8, o_attempt int4, o_num_attempts int4, o_fence int4, o_priority int4, o_started boolean, o_suspect boolean, o_name text, o_channel text, o_job_group text, o_payload text, o_extras text) language plpgsql volatile
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
  set plan_cache_mode = force_generic_plan
  set enable_mergejoin = off set enable_hashjoin = off
as $bearmq$
declare
  v_rows tid[];
begin
  perform 1 from "bearmq".process w where w.id = p_process and w.generation = p_generation for key share;
  if not found then
    return;
  end if;
  with announced as materialized (
    select t.id, t.channel, t.name from unnest(p_ids, p_channels, p_names) as t (id, channel, name)
  ),
  locked as materialized (
    select j.ctid as row, j.priority, j.seq, case when pg_column_compression(j.payload) is null then pg_column_size(j.payload)
          else octet_length(j.payload::text) end as bytes
    from "bearmq".job j join announced t on j.id = any (array[t.id])
    where j.state::text = 'ready' and j.job_group is null and j.channel = t.channel and j.name = t.name
    order by j.id for update of j skip locked
  )
  select array_agg(f.row order by f.priority desc, f.seq) into v_rows
  from (
    select l.*, sum(l.bytes) over w - l.bytes as before from locked l
    window w as (order by l.priority desc, l.seq rows unbounded preceding)
  ) f
  where f.before < p_room;
  if v_rows is not null then
    return query update "bearmq".job j set state = 'running', fence = j.fence % 2147483647 + 1, process_id = p_process, claimed_at = now(),
      group_epoch = r.epoch, started = r.nth = 1 and j.attempt < j.num_attempts,
      attempt = j.attempt + case when r.nth = 1 and j.attempt < j.num_attempts then 1 else 0 end
    from unnest(v_rows, null::integer[]) with ordinality as r (row, epoch, nth) where j.ctid = r.row
    returning j.id::text, j.seq::float8, (extract(epoch from j.enqueued_at) * 1000)::float8, least(j.timeout_secs, 3153600000), case when j.started then j.attempt else least(j.attempt, 2147483646) + 1 end, j.num_attempts, j.fence, j.priority, j.started, j.suspect, j.name, j.channel, j.job_group, j.payload::text, case when pg_column_size(j.extras) <= 65536 and octet_length(j.extras::text) <= 65536
        then j.extras::text end;
  end if;
  o_id := null;
  return next;
end
$bearmq$`,
    `create function "bearmq".append_failure_v1(p_failures jsonb, p_failure jsonb) returns jsonb
language sql immutable
as $bearmq$
select case when jsonb_typeof(k.kept -> -1 -> 'error') = 'string'
      then jsonb_set(k.kept, '{-1,error}', to_jsonb(left(k.kept -> -1 ->> 'error', 2000)), false)
      else k.kept end || jsonb_build_array(p_failure)
  from (
    select case when jsonb_typeof(p_failures) is distinct from 'array' then '[]'
      when jsonb_array_length(p_failures) >= 10 then p_failures - 1 else p_failures end as kept
  ) k
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
  perform set_config('lock_timeout', '500ms', true);

  if p_finalized = 'replace' then
    delete from "bearmq".finalized_job f where f.id = any (array(
      select j.id from (
        select u.id, u.fence from unnest(p_ids, p_fences) as u (id, fence)
        union all
        select t.id, t.fence from (select t.* from json_to_recordset(coalesce(p_rest, '[]')) as t (
      id uuid, fence integer, attempt integer, kind text, secs float8, error text, failure json, result json)) t where t.kind in ('succeeded', 'failed', 'cancelled')
      ) o join "bearmq".job j on j.id = any (array[o.id])
      where j.fence = o.fence and j.process_id = p_process));
  end if;

  if cardinality(p_ids) > 0 then
    with over as materialized (
      delete from "bearmq".job j using unnest(p_ids, p_fences, p_attempts) as o (id, fence, attempt)
      where j.id = any (array[o.id]) and j.fence = o.fence and j.process_id = p_process
      returning j.id, j.seq, j.enqueued_at, j.claimed_at, j.timeout_secs, j.num_attempts, j.fence, j.priority, j.name, j.channel, j.job_group, j.payload, j.extras, j.ready_at, j.deaths, j.group_epoch, j.failures, o.attempt as spent
    ),
    moved as (
      insert into "bearmq".finalized_job (id, seq, enqueued_at, claimed_at, timeout_secs, num_attempts, fence, priority, name, channel, job_group, payload, extras, ready_at, deaths, failures, attempt, process_id, outcome)
      select id, seq, enqueued_at, claimed_at, timeout_secs, num_attempts, fence, priority, name, channel, job_group, payload, extras, ready_at, deaths, failures, spent, p_process, 'succeeded'::"bearmq".job_outcome from over where v_keep
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
      id uuid, fence integer, attempt integer, kind text, secs float8, error text, failure json, result json)),
    over as materialized (
      delete from "bearmq".job j using outcome o
      where o.kind in ('succeeded', 'failed', 'cancelled') and j.id = any (array[o.id]) and j.fence = o.fence and j.process_id = p_process
      returning j.id, j.seq, j.enqueued_at, j.claimed_at, j.timeout_secs, j.num_attempts, j.fence, j.priority, j.name, j.channel, j.job_group, j.payload, j.extras, j.ready_at, j.deaths, j.group_epoch, case when o.failure is null then j.failures
        else "bearmq".append_failure_v1(j.failures, jsonb_build_object('attempt', o.attempt, 'atMs', round(extract(epoch from clock_timestamp()) * 1000),
          'processId', p_process, 'workerId', o.failure -> 'workerId', 'durationMs', o.failure -> 'durationMs', 'error', o.error)) end as failures, o.attempt as spent, o.kind, o.error, o.result
    ),
    moved as (
      insert into "bearmq".finalized_job (id, seq, enqueued_at, claimed_at, timeout_secs, num_attempts, fence, priority, name, channel, job_group, payload, extras, ready_at, deaths, failures, error, result, attempt, process_id, outcome)
      select id, seq, enqueued_at, claimed_at, timeout_secs, num_attempts, fence, priority, name, channel, job_group, payload, extras, ready_at, deaths, failures, error, result, spent, p_process, kind::"bearmq".job_outcome from over where v_keep
    ),
    waiting as (
      update "bearmq".job j set
        state = case when o.secs > 0 then 'scheduled' when o.kind = 'parked' and o.secs is null then 'pending'
          else 'ready' end::"bearmq".job_state,
        ready_at = case when o.error is null then j.ready_at when o.secs > 0 then null else clock_timestamp() end,
        failures = case when o.failure is null then j.failures
        else "bearmq".append_failure_v1(j.failures, jsonb_build_object('attempt', o.attempt, 'atMs', round(extract(epoch from clock_timestamp()) * 1000),
          'processId', p_process, 'workerId', o.failure -> 'workerId', 'durationMs', o.failure -> 'durationMs', 'error', o.error)) end,
        run_at = case when o.secs > 0 then clock_timestamp() + make_interval(secs => o.secs) end,
        process_id = null, attempt = o.attempt, last_error = coalesce(o.error, j.last_error),
        suspect = j.suspect and o.error is null
      from outcome o where o.kind in ('waiting', 'parked') and j.id = any (array[o.id]) and j.fence = o.fence and j.process_id = p_process
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
      id uuid, fence integer, attempt integer, kind text, secs float8, error text, failure json, result json)) t
  ) o
  where not exists (
      select 1 from "bearmq".finalized_job f
      where f.id = any (array[o.id]) and f.fence = o.fence and f.process_id = p_process)
    and not exists (
      select 1 from "bearmq".job j where j.id = any (array[o.id]) and j.fence = o.fence
        and (j.process_id = p_process or j.process_id is null and o.kind in ('waiting', 'parked') and j.attempt = o.attempt))
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
  perform set_config('lock_timeout', '500ms', true);

  select array_agg(j.job_group), array_agg(j.group_epoch) into v_released_groups, v_released_epochs
  from "bearmq".job j
  where j.process_id = p_process and j.state = 'running' and j.job_group = any (v_groups)
    and (j.id, j.fence) not in (select k.id, k.fence from unnest(p_known, p_known_fences) as k (id, fence));

  return query
  update "bearmq".job j set state = 'ready', process_id = null, fence = j.fence % 2147483647 + 1, suspect = j.suspect or not p_refund,
    attempt = greatest(0, j.attempt - case when p_refund and j.started then 1 else 0 end),
    ready_at = case when j.started and not p_refund then now() else j.ready_at end,
    deaths = case when j.started and not p_refund then coalesce(j.deaths, 0) % 2147483647 + 1 else j.deaths end,
    failures = case when j.started and not p_refund then "bearmq".append_failure_v1(j.failures, jsonb_build_object('attempt', j.attempt, 'atMs', round(extract(epoch from clock_timestamp()) * 1000),
          'processId', p_process, 'workerId', null::text, 'durationMs', null::float8, 'error', 'the worker process died')) else j.failures end
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
    begin
      return query
      select 'job', t.o_id::text, t.o_name, v_id::text from "bearmq".release_jobs_v1(v_id, '{}', '{}', false) t;
      delete from "bearmq".process e where e.id = v_id;
      if v_id = any (v_dead) then
        return query select 'process', null::text, null::text, v_id::text;
      end if;
    exception when lock_not_available then
      -- A user's transaction holds a job of it. Its row stays, so the next rescue tries again; the others are rescued now.
      null;
    end;
  end loop;

  begin
    perform set_config('lock_timeout', '500ms', true);
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
      update "bearmq".job_group g set running = 0, epoch = g.epoch % 2147483647 + 1 from overdue o
    where g.name = any (array[o.name]) returning g.name
    )
    select array_agg(o.name) into v_groups from opened o;
    if v_groups is not null then
      perform "bearmq".promote_group_heads_v1(v_groups);
      return query select 'group', null::text, u.name, null::text from unnest(v_groups) as u (name);
    end if;
  exception when lock_not_available then
    null; -- likewise: they are opened by the next one
  end;

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
    where g.name > p_after and g.name <= o_last and not g.running > 0 order by g.name for update skip locked) l;
  return query
  delete from "bearmq".job_group g where g.name = any (v_names) and not g.running > 0
    and not exists (select 1 from "bearmq".job j where j.job_group = g.name and j.state in ('ready', 'blocked'))
    and not exists (select 1 from "bearmq".job j where j.job_group = g.name and j.state = 'scheduled')
    and num_nonnulls(g.max_running, g.weight, g.rate_max, g.rate_at) = 0
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
      and not exists (select 1 from "bearmq".job_group g where g.name = any (array[l.job_group]) and not (g.running = 0))
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
  perform set_config('lock_timeout', '500ms', true);

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
