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
      done jsonb,
      cancel jsonb,
      constraint job_attempt_in_range check (attempt <= num_attempts),
      constraint job_payload_fits check (pg_column_size(payload) <= 200000 or pg_column_size(to_json(payload)) <= 67239940),
      constraint job_running_has_process check ((state = 'running') = (process_id is not null)),
      constraint job_scheduled_has_time check ((state = 'scheduled') = (run_at is not null))
    ) with (autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0.02,
      autovacuum_analyze_threshold = 2000, autovacuum_analyze_scale_factor = 0.1, autovacuum_vacuum_cost_delay = 0)`,
    `create sequence "bearmq".flush_mark`,
    `create index job_ready on "bearmq".job (channel, name, (~priority), seq)
      where state = 'ready' and job_group is null`,
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
    `create index job_group_limited on "bearmq".job_group (name)
      where max_running is not null or weight is not null or rate_max is not null`,
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
      load json,
      cancels integer not null default 0
    ) with (fillfactor = 50, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0.02,
      autovacuum_analyze_threshold = 2000, autovacuum_analyze_scale_factor = 0.1, autovacuum_vacuum_cost_delay = 0)`,
    `create type "bearmq".lane as (channel text collate "C", name text collate "C")`,
    `create type "bearmq".stretch as (
      channel text collate "C", name text collate "C", rank integer, seq bigint, to_rank integer, to_seq bigint)`,
    `create type "bearmq".place as (stretch integer, rank integer, seq bigint)`,
    `create type "bearmq".due as (ids uuid[], places "bearmq".stretch[], is_all boolean)`,
    `create type "bearmq".plan as (
      ungrouped "bearmq".stretch[], takes integer[], seen "bearmq".place[], is_narrowed boolean,
      groups text[], is_doubled boolean)`,
    `create type "bearmq".pick as (rows tid[], bytes bigint)`,
    `create type "bearmq".gate as (job_group text collate "C", epoch integer, most integer, weight integer, places integer, starts integer, rate_secs float8, due_at timestamptz)`,
    `create type "bearmq".limit_room as (
      kind text, name text collate "C", room integer, used integer, counts boolean, is_rated boolean, due_at timestamptz,
      is_contended boolean)`,
    `create type "bearmq".held_job as (held smallint, channel text collate "C", name text collate "C")`,
    `create type "bearmq".turn_key as (job_group text collate "C", channel text collate "C", name text collate "C", id bigint)`,
    `create type "bearmq".rated_start as (job_group text collate "C", jobs integer, rate_secs float8)`,
    `create type "bearmq".group_run as (
      rows tid[], epochs integer[], ranks integer[], turns bigint[], empty "bearmq".turn_key[], parallel text[], bytes bigint, is_mixed boolean, is_more_likely boolean, is_moved boolean,
      is_timed boolean)`,
    `create type "bearmq".claim_facts as (
      is_lease_held boolean, next_due_ms float8, is_due_held boolean, is_rescue_due boolean, is_more_likely boolean,
      is_ahead boolean, parallel text[], scan_ms float8, promoted_ms float8, latest_seq float8, is_left_behind boolean,
      to_channel text collate "C", to_name text collate "C")`,
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
      constraint schedule_origin_known check (origin in ('definition', 'repeat', 'api')),
      constraint schedule_rule_in_range check (coalesce((rule ->> 'everySecs')::float8 between 0.1 and 3153600000,
        octet_length((rule ->> 'cron')) between 1 and 1024, false)),
      constraint schedule_times_are_finite check (isfinite(next_at) and isfinite(last_at) and isfinite(paused_at))
    )`,
    `create index schedule_due on "bearmq".schedule (next_at, id) where paused_at is null`,
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
      snoozed bigint not null default 0,
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
    `create index lane_stats_unrolled on "bearmq".lane_stats (at)
      where process_id <> '00000000-0000-0000-0000-000000000000'`,
    `create table "bearmq".lane_total (
      channel text collate "C" not null,
      name text collate "C" not null,
      started bigint not null default 0,
      succeeded bigint not null default 0,
      failed bigint not null default 0,
      retried bigint not null default 0,
      snoozed bigint not null default 0,
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
    `create view "bearmq".jobs as
    select j.id, j.name::text as job_name, j.channel::text as channel, j.job_group::text as job_group,
      j.state::text as state, null::text as outcome, j.priority, j.attempt, j.num_attempts,
      j.enqueued_at, j.run_at, j.claimed_at, null::timestamptz as finalized_at,
      j.process_id, j.last_error as error, j.payload, null::json as result, (j.extras -> 'headers') as headers
    from "bearmq".job j
    union all
    select f.id, f.name::text, f.channel::text, f.job_group::text,
      'over'::text, f.outcome::text, f.priority, f.attempt, f.num_attempts,
      f.enqueued_at, null::timestamptz, f.claimed_at, f.finalized_at,
      f.process_id, f.error, f.payload, f.result, (f.extras -> 'headers')
    from "bearmq".finalized_job f`,
    `create view "bearmq".queues as
    select j.channel::text as channel, j.name::text as job_name,
      count(*) filter (where j.state = 'ready') as ready,
      count(*) filter (where j.state = 'blocked') as blocked,
      count(*) filter (where j.state = 'scheduled') as scheduled,
      count(*) filter (where j.state = 'pending') as pending,
      count(*) filter (where j.state = 'running') as running,
      min(coalesce(j.ready_at, j.enqueued_at)) filter (where j.state in ('ready', 'blocked')) as oldest_ready_at,
      min(j.run_at) filter (where j.state = 'scheduled') as next_run_at,
      exists (
        select 1 from "bearmq".pause p
        where p.kind = 'everything' or p.kind = 'channel' and p.name = j.channel or p.kind = 'name' and p.name = j.name
      ) as paused
    from "bearmq".job j
    group by j.channel, j.name`,
    `create function "bearmq".starts_left_v1(p_max integer, p_secs float8, p_at timestamptz[], p_n integer[]) returns integer language plpgsql volatile
as $bearmq$
begin
  return least(p_max, greatest(0, p_max - coalesce((select sum(s.n) from unnest(p_at, p_n) as s (at, n) where s.at > now() - make_interval(secs => p_secs)), 0)));
end
$bearmq$`,
    `create function "bearmq".next_start_v1(p_max integer, p_secs float8, p_at timestamptz[], p_n integer[]) returns timestamptz language plpgsql volatile
as $bearmq$
begin
  return (
    select least(max(c.at), now()) + make_interval(secs => p_secs)
    from (select s.at, sum(s.n) over (order by s.at desc rows unbounded preceding) as n from unnest(p_at, p_n) as s (at, n) where s.at > now() - make_interval(secs => p_secs)) c
    where c.n >= p_max);
end
$bearmq$`,
    `create function "bearmq".note_starts_v1(p_secs float8, p_at timestamptz[], p_n integer[], p_jobs integer,
  out o_at timestamptz[], out o_n integer[]) returns record language plpgsql volatile
as $bearmq$
declare
  v_part float8 := p_secs / 32;
  v_last integer;
begin
  select array_agg(s.at order by s.at), array_agg(s.n order by s.at) into o_at, o_n from unnest(p_at, p_n) as s (at, n) where s.at > now() - make_interval(secs => p_secs);
  v_last := cardinality(o_at);
  if v_last > 0 and floor(extract(epoch from o_at[v_last]) / v_part) >= floor(extract(epoch from now()) / v_part) then
    o_at[v_last] := greatest(o_at[v_last], now());
    o_n[v_last] := o_n[v_last] + p_jobs;
  else
    o_at := o_at || now();
    o_n := o_n || p_jobs;
  end if;
end
$bearmq$`,
    `create function "bearmq".line_up_v1(
  p_groups text[], p_channels text[], p_names text[], p_priorities integer[], p_seqs bigint[]) returns integer language plpgsql volatile security definer
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
  set plan_cache_mode = force_generic_plan
  set enable_mergejoin = off set enable_hashjoin = off
as $bearmq$
declare
  v_made integer;
begin
  if cardinality(p_groups) = 1 then
    insert into "bearmq".job_turn (job_group, channel, name, priority, turn)
    select p_groups[1], p_channels[1], p_names[1], p_priorities[1], case when p_seqs[1] > 0 then p_seqs[1] else currval($sequencesequencesequencesequencesequencesequencesequencesequence$"bearmq".job_seq_seq$sequencesequencesequencesequencesequencesequencesequencesequence$) + p_seqs[1] end
    where not exists (select true as is_there from "bearmq".job_turn t
      where t.job_group = any (array[p_groups[1]]) and t.channel = p_channels[1] and t.name = p_names[1] and t.priority >= p_priorities[1]
        and current_setting('transaction_isolation') = 'read committed'
      limit 1 for key share skip locked);
  else
    insert into "bearmq".job_turn (job_group, channel, name, priority, turn)
    select w.job_group, w.channel, w.name, w.priority, case when w.seq > 0 then w.seq else currval($sequencesequencesequencesequencesequencesequencesequencesequence$"bearmq".job_seq_seq$sequencesequencesequencesequencesequencesequencesequencesequence$) + w.seq end
    from unnest(p_groups, p_channels, p_names, p_priorities, p_seqs) as w (job_group, channel, name, priority, seq)
    left join lateral (select true as is_there from "bearmq".job_turn t
      where t.job_group = any (array[w.job_group]) and t.channel = w.channel and t.name = w.name and t.priority >= w.priority
        and current_setting('transaction_isolation') = 'read committed'
      limit 1 for key share skip locked) s on true
    where s.is_there is null;
  end if;
  get diagnostics v_made = row_count;
  return v_made;
end
$bearmq$`,
    `create function "bearmq".end_of_line_v1() returns bigint language plpgsql volatile security definer
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
  set plan_cache_mode = force_generic_plan
  set enable_mergejoin = off set enable_hashjoin = off
as $bearmq$
begin
  return nextval($sequencesequencesequencesequencesequencesequencesequencesequence$"bearmq".job_seq_seq$sequencesequencesequencesequencesequencesequencesequencesequence$);
end
$bearmq$`,
    `create function "bearmq".open_turns_v1(p_groups text[]) returns table (o_channel text, o_name text) language plpgsql volatile
as $bearmq$
declare
  v_has_limits boolean;
  v_has_pauses boolean;
begin
  select exists (select 1 from "bearmq".job_limit), exists (select 1 from "bearmq".pause) into v_has_limits, v_has_pauses;
  if v_has_limits then
    return query
    with line as materialized (
      select t.job_group, t.channel, t.name, t.id, t.open, t.due_at, s.places > 0 and coalesce(s.starts, 1) > 0 as is_open, s.due_at as opens_at
      from (select o.job_group, o.epoch, o.most, o.weight, o.places, o.starts, o.rate_secs,
        case when o.places > 0 and o.starts = 0 then "bearmq".next_start_v1(o.rate_max, o.rate_secs, o.rate_at, o.rate_n) end as due_at,
        o.nth
      from (
        select g.name as job_group, g.epoch, coalesce(g.max_running, r.most, 1) as most, coalesce(g.weight, 1) as weight,
          case when v_has_pauses and exists (
              select 1 from "bearmq".pause p where p.kind = 'group' and p.name = any (array[g.name])) then 0
            else greatest(0, coalesce(g.max_running, r.most, 1) - g.running) end as places,
          case when coalesce(g.rate_max, r.rate_max) is not null
            then "bearmq".starts_left_v1(coalesce(g.rate_max, r.rate_max), case when g.rate_max is null then r.rate_secs else g.rate_secs end, g.rate_at, g.rate_n) end as starts,
          coalesce(g.rate_max, r.rate_max) as rate_max, case when g.rate_max is null then r.rate_secs else g.rate_secs end as rate_secs, g.rate_at, g.rate_n, g.nth
        from (select g.*, 1 as nth from (select distinct u.name from unnest(p_groups) as u (name)) u
          join "bearmq".job_group g on g.name = any (array[u.name])) g cross join lateral (
      select min(l.most) as most,
        (array_agg(l.rate_max order by l.rate_max / l.rate_secs) filter (where l.rate_max is not null))[1] as rate_max,
        (array_agg(l.rate_secs order by l.rate_max / l.rate_secs) filter (where l.rate_max is not null))[1] as rate_secs
      from (
        select coalesce(i.group_max_running, c.group_max_running) as most,
          coalesce(i.group_rate_max, c.group_rate_max) as rate_max,
          case when i.group_rate_max is null then c.group_rate_secs else i.group_rate_secs end as rate_secs
        from "bearmq".job_turn t
        left join "bearmq".job_limit i on i.kind = 'name' and i.name = any (array[t.name])
        left join "bearmq".job_limit c on c.kind = 'channel' and c.name = any (array[t.channel])
        where t.job_group = any (array[g.name])
      ) l) r
      ) o) s
      cross join lateral (
        select t.channel, t.name, t.id, t.open, t.due_at, t.job_group from "bearmq".job_turn t
        where t.job_group = any (array[s.job_group])) t
    ),
    written as (
      update "bearmq".job_turn t set open = l.is_open, due_at = l.opens_at, misses = 0 from line l
      where (l.open, l.due_at) is distinct from (l.is_open, l.opens_at) and t.job_group = any (array[l.job_group]) and t.channel = l.channel and t.name = l.name
        and t.id = l.id
    )
    select l.channel, l.name from line l where l.is_open group by l.channel, l.name;
  else
    return query
    with line as materialized (
      select t.job_group, t.channel, t.name, t.id, t.open, t.due_at, s.places > 0 and coalesce(s.starts, 1) > 0 as is_open, s.due_at as opens_at
      from (select o.job_group, o.epoch, o.most, o.weight, o.places, o.starts, o.rate_secs,
        case when o.places > 0 and o.starts = 0 then "bearmq".next_start_v1(o.rate_max, o.rate_secs, o.rate_at, o.rate_n) end as due_at,
        o.nth
      from (
        select g.name as job_group, g.epoch, coalesce(g.max_running, 1) as most, coalesce(g.weight, 1) as weight,
          case when v_has_pauses and exists (
              select 1 from "bearmq".pause p where p.kind = 'group' and p.name = any (array[g.name])) then 0
            else greatest(0, coalesce(g.max_running, 1) - g.running) end as places,
          case when g.rate_max is not null
            then "bearmq".starts_left_v1(g.rate_max, g.rate_secs, g.rate_at, g.rate_n) end as starts,
          g.rate_max as rate_max, g.rate_secs as rate_secs, g.rate_at, g.rate_n, g.nth
        from (select g.*, 1 as nth from (select distinct u.name from unnest(p_groups) as u (name)) u
          join "bearmq".job_group g on g.name = any (array[u.name])) g 
      ) o) s
      cross join lateral (
        select t.channel, t.name, t.id, t.open, t.due_at, t.job_group from "bearmq".job_turn t
        where t.job_group = any (array[s.job_group])) t
    ),
    written as (
      update "bearmq".job_turn t set open = l.is_open, due_at = l.opens_at, misses = 0 from line l
      where (l.open, l.due_at) is distinct from (l.is_open, l.opens_at) and t.job_group = any (array[l.job_group]) and t.channel = l.channel and t.name = l.name
        and t.id = l.id
    )
    select l.channel, l.name from line l where l.is_open group by l.channel, l.name;
  end if;
end
$bearmq$`,
    `create function "bearmq".open_due_turns_v1() returns void language plpgsql volatile
as $bearmq$
declare
  v_groups text[];
begin
  select array_agg(l.name) into v_groups from (
    select g.name from (
      select distinct d.job_group from (
        select t.job_group from "bearmq".job_turn t where t.due_at <= now() order by t.due_at limit 500) d) d
    join "bearmq".job_group g on g.name = any (array[d.job_group]) for update of g skip locked) l;
  update "bearmq".job_turn t set open = true, due_at = null
  from unnest(v_groups) as u (name) where t.job_group = any (array[u.name]) and t.due_at <= now();
end
$bearmq$`,
    `create function "bearmq".gates_v1(p_groups text[]) returns table (o_job_group text, o_epoch integer, o_most integer, o_weight integer, o_places integer, o_starts integer, o_rate_secs float8, o_due_at timestamptz) language plpgsql volatile
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
  set plan_cache_mode = force_generic_plan
  set enable_mergejoin = off set enable_hashjoin = off
as $bearmq$
begin
  return query select s.job_group, s.epoch, s.most, s.weight, s.places, s.starts, s.rate_secs, s.due_at from (select o.job_group, o.epoch, o.most, o.weight, o.places, o.starts, o.rate_secs,
        case when o.places > 0 and o.starts = 0 then "bearmq".next_start_v1(o.rate_max, o.rate_secs, o.rate_at, o.rate_n) end as due_at,
        o.nth
      from (
        select g.name as job_group, g.epoch, coalesce(g.max_running, r.most, 1) as most, coalesce(g.weight, 1) as weight,
          case when true and exists (
              select 1 from "bearmq".pause p where p.kind = 'group' and p.name = any (array[g.name])) then 0
            else greatest(0, coalesce(g.max_running, r.most, 1) - g.running) end as places,
          case when coalesce(g.rate_max, r.rate_max) is not null
            then "bearmq".starts_left_v1(coalesce(g.rate_max, r.rate_max), case when g.rate_max is null then r.rate_secs else g.rate_secs end, g.rate_at, g.rate_n) end as starts,
          coalesce(g.rate_max, r.rate_max) as rate_max, case when g.rate_max is null then r.rate_secs else g.rate_secs end as rate_secs, g.rate_at, g.rate_n, g.nth
        from (select g.*, 1 as nth from (select distinct u.name from unnest(p_groups) as u (name)) u
      join "bearmq".job_group g on g.name = any (array[u.name])) g cross join lateral (
      select min(l.most) as most,
        (array_agg(l.rate_max order by l.rate_max / l.rate_secs) filter (where l.rate_max is not null))[1] as rate_max,
        (array_agg(l.rate_secs order by l.rate_max / l.rate_secs) filter (where l.rate_max is not null))[1] as rate_secs
      from (
        select coalesce(i.group_max_running, c.group_max_running) as most,
          coalesce(i.group_rate_max, c.group_rate_max) as rate_max,
          case when i.group_rate_max is null then c.group_rate_secs else i.group_rate_secs end as rate_secs
        from "bearmq".job_turn t
        left join "bearmq".job_limit i on i.kind = 'name' and i.name = any (array[t.name])
        left join "bearmq".job_limit c on c.kind = 'channel' and c.name = any (array[t.channel])
        where t.job_group = any (array[g.name])
      ) l) r
      ) o) s;
end
$bearmq$`,
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
  if p_group is null then
    insert into "bearmq".job (id, state, name, channel, num_attempts, timeout_secs, priority, extras, payload)
    values (p_id, 'ready', p_name, p_channel, p_num_attempts, p_timeout_secs, p_priority, p_extras, p_payload);
  else
    insert into "bearmq".job (id, state, name, channel, job_group, num_attempts, timeout_secs, priority, extras, payload)
    values (p_id, 'blocked', p_name, p_channel, p_group, p_num_attempts, p_timeout_secs, p_priority, p_extras, p_payload);
    perform "bearmq".line_up_v1(array[p_group], array[p_channel], array[p_name], array[p_priority], array[0]);
  end if;
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
    `create function "bearmq".enqueue_unique_v1(p_jobs json, p_payloads json) returns table (o_nth integer, o_job uuid, o_outcome text) language plpgsql volatile security definer
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
  set plan_cache_mode = force_generic_plan
  set enable_mergejoin = off set enable_hashjoin = off
as $bearmq$
declare
  v_now timestamptz := clock_timestamp();
  v_left integer; -- jobs with keys of which it is not known yet what becomes of them
  v_granted uuid[];
  v_answered uuid[] := '{}';
  v_item record;
  v_key record;
  v_is_held boolean;
  v_waits boolean;
  v_places integer;
begin
  with item as materialized (
    select i.* from (
      select g.*, case when g.key is not null then encode(substring(sha256(convert_to(g.name, 'UTF8') || decode('00', 'hex') || convert_to(g.key, 'UTF8')) for 16), 'hex')::uuid end as hash,
        case when g."forSecs" > 0 then v_now + make_interval(secs => g."forSecs") end as held_until,
        case when g."delaySecs" > 0 then v_now + make_interval(secs => g."delaySecs")
          when g."runAtMs" > extract(epoch from v_now) * 1000 then to_timestamp(g."runAtMs" / 1000) end as due_at
      from rows from (json_to_recordset(p_jobs) as (id uuid, name text, channel text, "jobGroup" text, "delaySecs" float8, "runAtMs" float8, "numAttempts" integer,
      "timeoutSecs" float8, priority integer, extras text, key text, until text, "forSecs" float8, "onConflict" text,
      "maxRestartSecs" float8), json_array_elements(p_payloads))
        with ordinality as g (id, name, channel, "jobGroup", "delaySecs", "runAtMs", "numAttempts",
      "timeoutSecs", priority, extras, key, until, "forSecs", "onConflict",
      "maxRestartSecs", payload, nth)
    ) i
  ),
  entered as (
    insert into "bearmq".unique_key (hash, job_id, until, held_until, key)
    select i.hash, i.id, i.until, i.held_until, i.key from item i where i.key is not null order by i.hash, i.nth
    on conflict do nothing returning job_id
  ),
  tally as (
    select (select count(i.key) from item i) - count(*) as left_over, coalesce(array_agg(e.job_id), '{}') as granted from entered e
  ),
  added as (
        insert into "bearmq".job (id, payload, name, channel, job_group, state, run_at, num_attempts, timeout_secs, extras,
          priority)
        select i.id, i.payload, i.name, i.channel, i."jobGroup",
          case when i.due_at is not null then 'scheduled' when i."jobGroup" is null then 'ready' else 'blocked' end::"bearmq".job_state,
          i.due_at, i."numAttempts", i."timeoutSecs", i.extras::json, i.priority
        from item i where (select c.left_over = 0 from tally c) order by i.nth
        returning job_group, channel, name, priority, seq, state
      ),
      behind as (
        select * from added a where a.state = 'blocked'
      )
  select c.granted, c.left_over, l.places into v_granted, v_left, v_places from tally c cross join (select case when pg_catalog.count(*) > 0 then "bearmq".line_up_v1(pg_catalog.array_agg(w.job_group), pg_catalog.array_agg(w.channel),
      pg_catalog.array_agg(w.name), pg_catalog.array_agg(w.priority), pg_catalog.array_agg(w.seq)) end as places
    from (
      select a.job_group, a.channel, a.name, pg_catalog.max(a.priority) as priority, greatest(pg_catalog.min(a.seq), 1) as seq
      from behind a where a.job_group is not null group by a.job_group, a.channel, a.name order by 5
    ) w) l;
  if v_left = 0 then
    return;
  end if;

  for v_round in 1 .. 2 loop
    if v_left > 0 then
      for v_item in select g.* from (
      select g.*, case when g.key is not null then encode(substring(sha256(convert_to(g.name, 'UTF8') || decode('00', 'hex') || convert_to(g.key, 'UTF8')) for 16), 'hex')::uuid end as hash,
        case when g."forSecs" > 0 then v_now + make_interval(secs => g."forSecs") end as held_until,
        case when g."delaySecs" > 0 then v_now + make_interval(secs => g."delaySecs")
          when g."runAtMs" > extract(epoch from v_now) * 1000 then to_timestamp(g."runAtMs" / 1000) end as due_at
      from rows from (json_to_recordset(p_jobs) as (id uuid, name text, channel text, "jobGroup" text, "delaySecs" float8, "runAtMs" float8, "numAttempts" integer,
      "timeoutSecs" float8, priority integer, extras text, key text, until text, "forSecs" float8, "onConflict" text,
      "maxRestartSecs" float8), json_array_elements(p_payloads))
        with ordinality as g (id, name, channel, "jobGroup", "delaySecs", "runAtMs", "numAttempts",
      "timeoutSecs", priority, extras, key, until, "forSecs", "onConflict",
      "maxRestartSecs", payload, nth)
    ) g
        where g.key is not null and g.id not in (select unnest(v_granted || v_answered)) order by g.hash, g.nth
      loop
        o_nth := v_item.nth;
        o_outcome := null;
        for v_turn in 1 .. 1000 loop
          insert into "bearmq".unique_key (hash, job_id, until, held_until, key) values (v_item.hash, v_item.id, v_item.until, v_item.held_until, v_item.key) on conflict do nothing;
          if found then
            v_granted := v_granted || v_item.id;
            v_left := v_left - 1;
            o_outcome := 'enqueued';
            exit;
          end if;
          select u.job_id, u.until, u.held_until into v_key from "bearmq".unique_key u where u.hash = v_item.hash;
          continue when not found;
          if v_round = 1 and v_key.job_id = any (v_granted) then
            o_outcome := 'later'; -- it is one of this list, and not inserted yet
            exit;
          end if;
          select (coalesce(v_key.held_until > clock_timestamp(), false)
        or exists (select 1 from "bearmq".job j where j.id = any (array[v_key.job_id]) and (v_key.until <> 'started' or j.fence = 0))
        or v_key.until = 'deleted' and exists (select 1 from "bearmq".finalized_job f where f.id = any (array[v_key.job_id]))),
            exists (select 1 from "bearmq".job j where j.id = any (array[v_key.job_id]) and j.fence = 0)
          into v_is_held, v_waits;
          if not v_is_held then
            update "bearmq".unique_key u set job_id = v_item.id, until = v_item.until, held_until = v_item.held_until, key = v_item.key
            where u.hash = v_item.hash and u.job_id = v_key.job_id;
            continue when not found; -- somebody else has taken it over, or it was deleted
            v_granted := v_granted || v_item.id;
            v_left := v_left - 1;
            o_outcome := 'enqueued';
            exit;
          end if;
          if v_waits and (v_key.until = 'started' or v_item."onConflict" in ('replace', 'restart')) then
            begin
              if v_item."onConflict" in ('replace', 'restart') then
                update "bearmq".job j set payload = v_item.payload, extras = v_item.extras::json,
                  run_at = case when v_item."onConflict" = 'restart' and j.state::text = 'scheduled'
                    then least(coalesce(v_item.due_at, v_now), j.enqueued_at + make_interval(secs => v_item."maxRestartSecs"))
                    else j.run_at end
                where j.id = any (array[v_key.job_id]) and j.fence = 0
                returning case when v_item."onConflict" = 'restart' and j.state::text = 'scheduled' then 'restarted' else 'replaced' end into o_outcome;
              else
                perform 1 from "bearmq".job j where j.id = any (array[v_key.job_id]) and j.fence = 0 for key share;
              end if;
              if not found then
                raise exception using errcode = 'BM002';
              end if;
            exception when sqlstate 'BM002' then
              continue; -- it was claimed, or is gone, since it was looked at
            end;
          end if;
          o_job := v_key.job_id;
          o_outcome := coalesce(o_outcome, case v_item."onConflict" when 'throw' then 'refused' else 'skipped' end);
          v_answered := v_answered || v_item.id;
          v_left := v_left - 1;
          return next;
          exit;
        end loop;
        if o_outcome = 'refused' then
          return;
        elsif o_outcome is null then
          raise exception 'no end of changes to a unique key of %', v_item.name using errcode = 'lock_not_available';
        end if;
      end loop;
    end if;
    if v_round = 1 then
      with added as (
        insert into "bearmq".job (id, payload, name, channel, job_group, state, run_at, num_attempts, timeout_secs, extras,
          priority)
        select i.id, i.payload, i.name, i.channel, i."jobGroup",
          case when i.due_at is not null then 'scheduled' when i."jobGroup" is null then 'ready' else 'blocked' end::"bearmq".job_state,
          i.due_at, i."numAttempts", i."timeoutSecs", i.extras::json, i.priority
        from (
      select g.*, case when g.key is not null then encode(substring(sha256(convert_to(g.name, 'UTF8') || decode('00', 'hex') || convert_to(g.key, 'UTF8')) for 16), 'hex')::uuid end as hash,
        case when g."forSecs" > 0 then v_now + make_interval(secs => g."forSecs") end as held_until,
        case when g."delaySecs" > 0 then v_now + make_interval(secs => g."delaySecs")
          when g."runAtMs" > extract(epoch from v_now) * 1000 then to_timestamp(g."runAtMs" / 1000) end as due_at
      from rows from (json_to_recordset(p_jobs) as (id uuid, name text, channel text, "jobGroup" text, "delaySecs" float8, "runAtMs" float8, "numAttempts" integer,
      "timeoutSecs" float8, priority integer, extras text, key text, until text, "forSecs" float8, "onConflict" text,
      "maxRestartSecs" float8), json_array_elements(p_payloads))
        with ordinality as g (id, name, channel, "jobGroup", "delaySecs", "runAtMs", "numAttempts",
      "timeoutSecs", priority, extras, key, until, "forSecs", "onConflict",
      "maxRestartSecs", payload, nth)
    ) i where i.key is null or i.id in (select unnest(v_granted)) order by i.nth
        returning job_group, channel, name, priority, seq, state
      ),
      behind as (
        select * from added a where a.state = 'blocked'
      )
      select l.places into v_places from (select case when pg_catalog.count(*) > 0 then "bearmq".line_up_v1(pg_catalog.array_agg(w.job_group), pg_catalog.array_agg(w.channel),
      pg_catalog.array_agg(w.name), pg_catalog.array_agg(w.priority), pg_catalog.array_agg(w.seq)) end as places
    from (
      select a.job_group, a.channel, a.name, pg_catalog.max(a.priority) as priority, greatest(pg_catalog.min(a.seq), 1) as seq
      from behind a where a.job_group is not null group by a.job_group, a.channel, a.name order by 5
    ) w) l;
    end if;
  end loop;
end
$bearmq$`,
    `revoke all on function "bearmq".enqueue_unique_v1(json, json) from public`,
    `create function "bearmq".enqueue(name text, payload json default 'null', job_group text default null, delay_secs float8 default null, run_at timestamptz default null,
  priority integer default null, num_attempts integer default null, unique_key text default null,
  headers json default null, channel text default null, timeout_secs float8 default null,
  max_run_secs float8 default null) returns uuid language plpgsql volatile security definer
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
  set plan_cache_mode = force_generic_plan
  set enable_mergejoin = off set enable_hashjoin = off
as $bearmq$
declare
  v_channel text;
  v_group text;
  v_delay float8;
  v_attempts integer;
  v_timeout float8;
  v_priority integer;
  v_key text;
  v_payload json := coalesce(payload, 'null');
  v_headers json;
  v_extras text;
  v_definition json;
  v_unique json;
  v_id uuid;
  v_job uuid;
  v_outcome text;
  h record;
begin
  if name is null then
    raise exception using errcode = 'invalid_parameter_value', message = 'enqueue.name must be a string, got null';
  elsif name = '' then
    raise exception using errcode = 'invalid_parameter_value', message = 'enqueue.name must not be empty';
  end if;
  if octet_length(name) > 255 then
    raise exception using errcode = 'invalid_parameter_value', message = 'enqueue.name must have at most 255 bytes in UTF-8, got ' || octet_length(name);
  end if;
  select d.defaults into v_definition from "bearmq".job_definition d where d.name = enqueue.name;
  v_unique := v_definition -> 'unique';

  v_channel := coalesce(channel, v_definition ->> 'channel', 'DEFAULT');
  if v_channel is null then
    raise exception using errcode = 'invalid_parameter_value', message = 'enqueue.channel must be a string, got null';
  elsif v_channel = '' then
    raise exception using errcode = 'invalid_parameter_value', message = 'enqueue.channel must not be empty';
  end if;
  if octet_length(v_channel) > 255 then
    raise exception using errcode = 'invalid_parameter_value', message = 'enqueue.channel must have at most 255 bytes in UTF-8, got ' || octet_length(v_channel);
  end if;
  if job_group is null and (v_definition ->> 'hasGroups')::boolean then
    raise exception using errcode = 'invalid_parameter_value', message = 'enqueue.job_group must be given: the definition of ' || to_json(name) || ' works it out of the payload, which only a client can do; '''' is for none';
  end if;
  v_group := nullif(job_group, '');
  if octet_length(v_group) > 1024 then
    raise exception using errcode = 'invalid_parameter_value', message = 'enqueue.job_group must have at most 1024 bytes in UTF-8, got ' || octet_length(v_group);
  end if;
  if run_at is not null and delay_secs is not null then
    raise exception using errcode = 'invalid_parameter_value', message = 'enqueue.run_at and delay_secs both say when to run: give one';
  end if;
  if not run_at <= clock_timestamp() + make_interval(secs => 3153600000) or not isfinite(run_at) then
    raise exception using errcode = 'invalid_parameter_value', message = 'enqueue.run_at must be at most 100 years from now, got ' || run_at;
  end if;
  v_delay := case when run_at is null then coalesce(delay_secs, (v_definition ->> 'delaySecs')::float8, 0) else 0 end;
  if not v_delay between 0 and 3153600000 then
    raise exception using errcode = 'invalid_parameter_value', message = 'enqueue.delay_secs must be a number of seconds from 0 to 3153600000, got ' || v_delay;
  end if;
  v_attempts := coalesce(num_attempts, (v_definition ->> 'numAttempts')::integer, 1);
  if not v_attempts between 1 and 1000000 then
    raise exception using errcode = 'invalid_parameter_value', message = 'enqueue.num_attempts must be a whole number of attempts from 1 to 1000000, got ' || v_attempts;
  end if;
  v_timeout := coalesce(timeout_secs, (v_definition ->> 'timeoutSecs')::float8, 300);
  if not v_timeout between 0 and 3153600000 then
    raise exception using errcode = 'invalid_parameter_value', message = 'enqueue.timeout_secs must be a number of seconds from 0 to 3153600000, got ' || v_timeout;
  end if;
  if not max_run_secs between 0.1 and 3153600000 then
    raise exception using errcode = 'invalid_parameter_value', message = 'enqueue.max_run_secs must be a number of seconds from 0.1 to 3153600000, got ' || max_run_secs;
  end if;
  v_priority := coalesce(priority, (v_definition ->> 'priority')::integer, 0);
  if not v_priority between -2147483647 and 2147483647 then
    raise exception using errcode = 'invalid_parameter_value', message = 'enqueue.priority must be a whole number of steps from -2147483647 to 2147483647, got ' || v_priority;
  end if;
  if octet_length(v_payload::text) > 67108864 then
    raise exception using errcode = 'invalid_parameter_value', message = 'the payload for ' || to_json(name) || ' must have at most 67108864 bytes of JSON in UTF-8';
  end if;
  if json_typeof(headers) <> 'object' then
    if json_typeof(headers) <> 'null' then
      raise exception using errcode = 'invalid_parameter_value', message = 'enqueue.headers must be a plain object of strings, got ' || case json_typeof(headers) when 'array' then 'a list' else left(headers::text, 80) end;
    end if;
  else
    for h in select j.key, j.value, json_typeof(j.value) as type from json_each(headers) j loop
      if h.key = '' then
        raise exception using errcode = 'invalid_parameter_value', message = 'enqueue.headers[""] must have a name that is not empty';
      elsif octet_length(h.key) > 255 then
        raise exception using errcode = 'invalid_parameter_value', message = 'enqueue.headers[' || to_json(left(h.key, 80)) || '] must have a name of at most 255 bytes in UTF-8';
      elsif starts_with(lower(h.key), 'bearmq.') then
        raise exception using errcode = 'invalid_parameter_value', message = 'enqueue.headers[' || to_json(h.key) || '] must have another name: those that begin with "bearmq." are ours';
      elsif h.type <> 'string' then
        raise exception using errcode = 'invalid_parameter_value', message = 'enqueue.headers[' || to_json(h.key) || '] must be a string, got ' || left(h.value::text, 80);
      elsif position(chr(92) || 'u0000' in h.value::text) > 0 then
        raise exception using errcode = 'invalid_parameter_value', message = 'enqueue.headers[' || to_json(h.key) || '] must not contain a NUL character';
      end if;
    end loop;
    select json_object_agg(j.key, j.value) into v_headers from json_each(headers) j;
    if octet_length(v_headers::text) > 8192 then
      raise exception using errcode = 'invalid_parameter_value', message = 'enqueue.headers must have at most 8192 bytes of JSON in UTF-8 in all';
    end if;
  end if;

  if unique_key is null and (v_unique ->> 'hasKeys')::boolean then
    raise exception using errcode = 'invalid_parameter_value', message = 'enqueue.unique_key must be given: the definition of ' || to_json(name) || ' works it out of the payload, which only a client can do; '''' is for none';
  end if;
  v_key := nullif(coalesce(unique_key, v_unique ->> 'key'), '');
  if octet_length(v_key) > 1024 then
    raise exception using errcode = 'invalid_parameter_value', message = 'enqueue.unique_key must have at most 1024 bytes in UTF-8, got ' || octet_length(v_key);
  end if;
  if v_key is not null and v_unique is null then
    raise exception using errcode = 'invalid_parameter_value', message = 'enqueue.unique_key needs a definition of ' || to_json(name) || ' with the option unique, registered in a process with Workers: that says for how long the key is held';
  end if;

  v_extras := concat_ws(',', '"headers":' || v_headers, '"maxRunSecs":' || max_run_secs,
    '"maxDeaths":' || (v_definition ->> 'maxDeaths'),
    case when timeout_secs is not null and (v_definition ->> 'hasBackoff')::boolean then '"backoff":null' end);
  v_id := encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
    placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1),
    'hex')::uuid;
  select u.o_job, u.o_outcome into v_job, v_outcome
  from "bearmq".enqueue_unique_v1(json_build_array(json_build_object(
    'id', v_id, 'name', name, 'channel', v_channel, 'jobGroup', v_group, 'delaySecs', v_delay,
    'runAtMs', extract(epoch from run_at) * 1000, 'numAttempts', v_attempts, 'timeoutSecs', v_timeout,
    'priority', v_priority, 'extras', '{' || nullif(v_extras, '') || '}', 'key', v_key, 'until', v_unique ->> 'until',
    'forSecs', (v_unique ->> 'forSecs')::float8, 'onConflict', v_unique ->> 'onConflict',
    'maxRestartSecs', (v_unique ->> 'maxRestartSecs')::float8)), json_build_array(v_payload)) u;
  if v_outcome = 'refused' then
    raise exception 'a job % with the unique key % is there already: %', to_json(name), to_json(v_key), v_job
      using errcode = 'unique_violation';
  end if;
  declare
    v_schema text := (parse_ident($sequencesequencesequencesequencesequencesequencesequencesequence$"bearmq".job$sequencesequencesequencesequencesequencesequencesequencesequence$))[1];
    v_bytes bytea := convert_to(v_schema, 'UTF8');
    v_hash numeric := 14695981039346656037;
    v_low integer;
  begin
    if octet_length(v_bytes) > 56 then
      for v_nth in 0 .. octet_length(v_bytes) - 1 loop
        v_low := mod(v_hash, 256)::integer;
        v_hash := mod((v_hash - v_low + (v_low # get_byte(v_bytes, v_nth))) * 1099511628211, 18446744073709551616);
      end loop;
      v_schema := lpad(to_hex(div(v_hash, 4294967296)::bigint), 8, '0')
        || lpad(to_hex(mod(v_hash, 4294967296)::bigint), 8, '0');
    end if;
    if pg_notification_queue_usage() < 0.9 then
      perform pg_notify('bearmq:' || v_schema, '');
    end if;
  end;
  return coalesce(v_job, v_id);
end
$bearmq$`,
    `create function "bearmq".enqueue(name text, payload jsonb, job_group text default null, delay_secs float8 default null, run_at timestamptz default null,
  priority integer default null, num_attempts integer default null, unique_key text default null,
  headers json default null, channel text default null, timeout_secs float8 default null,
  max_run_secs float8 default null) returns uuid language plpgsql volatile
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
  set plan_cache_mode = force_generic_plan
  set enable_mergejoin = off set enable_hashjoin = off
as $bearmq$
begin
  return "bearmq".enqueue(name, payload::json, job_group, delay_secs, run_at,
  priority, num_attempts, unique_key,
  headers, channel, timeout_secs,
  max_run_secs);
end
$bearmq$`,
    `create function "bearmq".enqueue(name text, payload text, job_group text default null, delay_secs float8 default null, run_at timestamptz default null,
  priority integer default null, num_attempts integer default null, unique_key text default null,
  headers json default null, channel text default null, timeout_secs float8 default null,
  max_run_secs float8 default null) returns uuid language plpgsql volatile
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
  set plan_cache_mode = force_generic_plan
  set enable_mergejoin = off set enable_hashjoin = off
as $bearmq$
begin
  return "bearmq".enqueue(name, payload::json, job_group, delay_secs, run_at,
  priority, num_attempts, unique_key,
  headers, channel, timeout_secs,
  max_run_secs);
end
$bearmq$`,
    `revoke all on function "bearmq".enqueue(text, json, text, float8, timestamptz, integer, integer, text, json, text, float8, float8) from public`,
    `revoke all on function "bearmq".enqueue(text, jsonb, text, float8, timestamptz, integer, integer, text, json, text, float8, float8) from public`,
    `revoke all on function "bearmq".enqueue(text, text, text, float8, timestamptz, integer, integer, text, json, text, float8, float8) from public`,
    `create function "bearmq".release_groups_v1(p_groups text[], p_epochs integer[]) returns table (o_channel text, o_name text) language plpgsql volatile
as $bearmq$
begin
  update "bearmq".job_group g set running = greatest(0, g.running - f.jobs)
  from (select f.name, f.epoch, count(*)::integer as jobs from unnest(p_groups, p_epochs) as f (name, epoch)
    group by f.name, f.epoch) f
  where g.name = any (array[f.name]) and g.epoch = f.epoch;
  return query select o.o_channel, o.o_name from "bearmq".open_turns_v1(p_groups) o;
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
    update "bearmq".job j set state = case when j.job_group is null then 'ready' else 'blocked' end::"bearmq".job_state, ready_at = j.run_at, run_at = null from due where j.id = any (array[due.id])
    returning j.id, j.channel, j.name, j.priority, (~j.priority) as rank, j.seq, j.job_group
  ),
  lined_up as materialized (
    select case when pg_catalog.count(*) > 0 then "bearmq".line_up_v1(pg_catalog.array_agg(w.job_group), pg_catalog.array_agg(w.channel),
      pg_catalog.array_agg(w.name), pg_catalog.array_agg(w.priority), pg_catalog.array_agg(w.seq)) end as places
    from (
      select a.job_group, a.channel, a.name, pg_catalog.max(a.priority) as priority, greatest(pg_catalog.min(a.seq), 1) as seq
      from promoted a where a.job_group is not null group by a.job_group, a.channel, a.name order by 5
    ) w
  )
  select array_agg(p.id) filter (where p.job_group is null),
    array_agg(row(p.channel, p.name, p.rank, p.seq, p.rank, least(p.seq, 9223372036854775806) + 1)::"bearmq".stretch)
      filter (where p.job_group is null),
    count(*) < 1000 and (select count(l.places) >= 0 from lined_up l)
  into v_due.ids, v_due.places, v_due.is_all
  from promoted p;
  return v_due;
end
$bearmq$`,
    `create function "bearmq".find_lanes_v1(p_names text[], p_channel text default '', p_name text default '') returns "bearmq".stretch[] language plpgsql volatile
as $bearmq$
declare
  v_lanes "bearmq".stretch[];
  v_channel text collate "C";
  v_name text collate "C";
  v_rank integer;
  v_seq bigint;
  v_from_channel text collate "C" := p_channel;
  v_from_name text collate "C" := p_name;
begin
  select j.channel, j.name, (~j.priority) as rank, j.seq into v_channel, v_name, v_rank, v_seq from "bearmq".job j where j.state = 'ready' and j.job_group is null and (j.channel, j.name) >= (v_from_channel, v_from_name)
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
      select array_agg(row(l.channel, l.name, l.rank, l.seq, 2147483647, 9223372036854775807)::"bearmq".stretch)
      from (select l.* from lane l where l.name = any (p_names) limit 2000) l);
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
    from (select s.* from stretch s where s.name = any (p_names) limit 2000) s);
end
$bearmq$`,
    `create function "bearmq".find_grouped_v1(p_names text[], p_channel text default '', p_name text default '') returns "bearmq".lane[] language plpgsql volatile
as $bearmq$
declare
  v_lanes "bearmq".lane[];
  v_channel text collate "C";
  v_name text collate "C";
  v_from_channel text collate "C" := p_channel;
  v_from_name text collate "C" := p_name;
begin
  select j.channel, j.name into v_channel, v_name from "bearmq".job_turn j where j.open and (j.channel, j.name) >= (v_from_channel, v_from_name)
    order by j.channel, j.name limit 1;
  for i in 1..8 loop
    exit when v_channel is null;
    if v_name = any (p_names) then
      v_lanes := v_lanes || row(v_channel, v_name)::"bearmq".lane;
    end if;
    v_from_channel := case when p_names[width_bucket(v_name collate "C", p_names) + 1] is null then v_channel || chr(1) else v_channel end;
    v_from_name := coalesce(p_names[width_bucket(v_name collate "C", p_names) + 1], '');
    select j.channel, j.name into v_channel, v_name from "bearmq".job_turn j where j.open and (j.channel, j.name) >= (v_from_channel, v_from_name)
    order by j.channel, j.name limit 1;
  end loop;
  if v_channel is not null then
    v_lanes := v_lanes || (
      with recursive lane (channel, name) as (
        select v_channel, v_name
        union all
        select x.* from lane l cross join lateral (select j.channel, j.name from "bearmq".job_turn j where j.open and (j.channel, j.name) >= (case when p_names[width_bucket(l.name collate "C", p_names) + 1] is null then l.channel || chr(1) else l.channel end, coalesce(p_names[width_bucket(l.name collate "C", p_names) + 1], ''))
    order by j.channel, j.name limit 1) x
      )
      select array_agg(row(l.channel, l.name)::"bearmq".lane)
      from (select l.* from lane l where l.name = any (p_names) limit 2000) l);
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
      select x.job_group, ~x.priority, x.turn from unnest(p_grouped) as l cross join lateral (
        select t.job_group, t.priority, t.turn from "bearmq".job_turn t
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
end
$bearmq$`,
    `create function "bearmq".hold_limits_v1(p_lanes "bearmq".lane[]) returns "bearmq".limit_room[] language plpgsql volatile
as $bearmq$
declare
  v_kinds text[];
  v_names text[];
begin
  select array_agg(h.kind), array_agg(h.name) into v_kinds, v_names from (
    select w.kind, w.name from (select 'channel' collate "C" as kind, u.channel as name from unnest(p_lanes) as u
      union select 'name', u.name from unnest(p_lanes) as u) w order by 1, 2 offset 0) w
  cross join lateral (
    select l.kind, l.name from "bearmq".job_limit l
    where l.kind = w.kind and l.name = any (array[w.name]) and (l.max_running is not null or l.rate_max is not null)
      and (l.max_running is null or l.running < l.max_running)
      and (l.rate_max is null or "bearmq".starts_left_v1(l.rate_max, l.rate_secs, l.rate_at, l.rate_n) > 0)
      and not (l.rate_at is not null and l.rate_at[cardinality(l.rate_at)] > now() and l.rate_at[cardinality(l.rate_at)] <= clock_timestamp())
    for update skip locked) h;
  return (
    select array_agg(row(r.kind, r.name, case when r.is_mine then least(r.places, r.starts) else 0 end, 0,
      r.max_running is not null, r.rate_max is not null,
      case when r.places > 0 and r.starts = 0
        then "bearmq".next_start_v1(r.rate_max, r.rate_secs, r.rate_at, r.rate_n) end,
      not r.is_mine and r.places > 0 and r.starts > 0)::"bearmq".limit_room)
    from (
      select l.*, m.kind is not null as is_mine, coalesce(l.max_running - l.running, 2147483647) as places,
        case when l.rate_max is null then 2147483647
          else "bearmq".starts_left_v1(l.rate_max, l.rate_secs, l.rate_at, l.rate_n) end as starts
      from (select 'channel' collate "C" as kind, u.channel as name from unnest(p_lanes) as u
      union select 'name', u.name from unnest(p_lanes) as u) w join "bearmq".job_limit l on l.kind = w.kind and l.name = any (array[w.name])
      left join unnest(v_kinds, v_names) as m (kind, name) on m.kind = l.kind and m.name = l.name
      where (l.max_running is not null or l.rate_max is not null)
    ) r);
end
$bearmq$`,
    `create function "bearmq".count_limits_v1(p_limits "bearmq".limit_room[]) returns timestamptz language plpgsql volatile
as $bearmq$
begin
  update "bearmq".job_limit l set running = l.running + case when l.max_running is null then 0 else k.used end
  from unnest(p_limits) as k where k.used > 0 and l.kind = k.kind and l.name = any (array[k.name]);
  update "bearmq".job_limit l set (rate_at, rate_n) = (
    select s.o_at, s.o_n from "bearmq".note_starts_v1(l.rate_secs, l.rate_at, l.rate_n, k.used) s)
  from unnest(p_limits) as k
  where k.used > 0 and k.is_rated and l.kind = k.kind and l.name = any (array[k.name]);
  return (
    select min("bearmq".next_start_v1(l.rate_max, l.rate_secs, l.rate_at, l.rate_n))
    from unnest(p_limits) as k join "bearmq".job_limit l on l.kind = k.kind and l.name = any (array[k.name])
    where k.is_rated and k.used > 0);
end
$bearmq$`,
    `create function "bearmq".release_limits_v1(p_held "bearmq".held_job[]) returns void language plpgsql volatile
as $bearmq$
declare
  v_limits "bearmq".limit_room[];
begin
  v_limits := array(
    select row(u.kind, u.name, 0, count(*)::integer, true, false, null, false)::"bearmq".limit_room
    from (
      select 'channel' as kind, h.channel as name from unnest(p_held) as h where h.held & 1 > 0
      union all
      select 'name', h.name from unnest(p_held) as h where h.held & 2 > 0
    ) u
    group by u.kind, u.name);
  perform 1 from (select k.kind, k.name from unnest(v_limits) as k order by k.kind, k.name collate "C" offset 0) k
  cross join lateral (
    select 1 from "bearmq".job_limit l where l.kind = k.kind and l.name = any (array[k.name]) for update) l;
  update "bearmq".job_limit l set running = greatest(0, l.running - k.used)
  from unnest(v_limits) as k where l.kind = k.kind and l.name = any (array[k.name]);
end
$bearmq$`,
    `create function "bearmq".limit_plan_v1(p_plan "bearmq".plan, p_grouped "bearmq".lane[], p_left integer,
  p_limits "bearmq".limit_room[], out o_takes integer[], out o_groups text[], out o_limits "bearmq".limit_room[]) returns record language plpgsql volatile
as $bearmq$
begin
  with seen as materialized (
    select s.stretch, null::text as job_group, s.rank, s.seq, u.channel, u.name
    from unnest(p_plan.seen) as s join unnest(p_plan.ungrouped) with ordinality as u (channel, name, rank, seq, to_rank, to_seq, nth) on u.nth = s.stretch
    union all
    select null, x.job_group, ~x.priority, x.turn, l.channel, l.name from unnest(p_grouped) as l cross join lateral (
      select t.job_group, t.priority, t.turn from "bearmq".job_turn t
      where t.open and t.channel = l.channel and t.name = l.name
      order by ~t.priority, t.turn limit p_left) x
  ),
  of_name as (
    select o.*, row_number() over (partition by o.name order by o.rank, o.seq) as nth_of_name from seen o
  ),
  of_channel as (
    select o.*, row_number() over (partition by o.channel order by o.rank, o.seq) as nth_of_channel
    from of_name o left join unnest(p_limits) as k on k.kind = 'name' and k.name = o.name where o.nth_of_name <= coalesce(k.room, 2147483647)
  ),
  within as materialized (
    select o.* from of_channel o left join unnest(p_limits) as k on k.kind = 'channel' and k.name = o.channel where o.nth_of_channel <= coalesce(k.room, 2147483647)
  ),
  candidate as (
    select w.*, row_number() over (partition by w.job_group order by w.rank, w.seq) as nth from within w
  ),
  chosen as materialized (
    select c.* from candidate c where c.job_group is null or c.nth = 1 order by c.rank, c.seq limit p_left
  )
  select array(
      select (select count(*)::integer from chosen c where c.stretch = g.nth) from generate_series(1, cardinality(p_plan.ungrouped)) as g (nth)
      order by g.nth),
    (select array_agg(c.job_group order by c.rank, c.seq) from chosen c where c.job_group is not null),
    array(
      select row(k.kind, k.name, k.room - (
          select count(*)::integer from chosen c
          where c.job_group is null and (k.kind = 'channel' and k.name = c.channel or k.kind = 'name' and k.name = c.name)),
        k.used, k.counts, k.is_rated, k.due_at, k.is_contended)::"bearmq".limit_room
      from unnest(p_limits) as k)
  into o_takes, o_groups, o_limits;
end
$bearmq$`,
    `create function "bearmq".use_limits_v1(p_limits "bearmq".limit_room[], p_rows tid[]) returns "bearmq".limit_room[] language plpgsql volatile
as $bearmq$
begin
  return (
    with taken as materialized (
      select j.channel, j.name, count(*)::integer as jobs from unnest(p_rows) as r (row) join "bearmq".job j on j.ctid = r.row
      group by j.channel, j.name
    )
    select array_agg(row(k.kind, k.name, k.room - u.jobs, k.used + u.jobs, k.counts, k.is_rated, k.due_at, k.is_contended)::"bearmq".limit_room)
    from unnest(p_limits) as k cross join lateral (
      select coalesce(sum(t.jobs), 0)::integer as jobs from taken t
      where k.kind = 'channel' and k.name = t.channel or k.kind = 'name' and k.name = t.name) u);
end
$bearmq$`,
    `create function "bearmq".fit_limits_v1(p_rows tid[], p_limits "bearmq".limit_room[]) returns tid[] language plpgsql volatile
as $bearmq$
begin
  return (
    with picked as (
      select j.channel, j.name, r.row, r.nth from unnest(p_rows) with ordinality as r (row, nth) join "bearmq".job j on j.ctid = r.row
    ),
    of_name as (
    select o.*, row_number() over (partition by o.name order by o.nth) as nth_of_name from picked o
  ),
  of_channel as (
    select o.*, row_number() over (partition by o.channel order by o.nth) as nth_of_channel
    from of_name o left join unnest(p_limits) as k on k.kind = 'name' and k.name = o.name where o.nth_of_name <= coalesce(k.room, 2147483647)
  ),
  within as materialized (
    select o.* from of_channel o left join unnest(p_limits) as k on k.kind = 'channel' and k.name = o.channel where o.nth_of_channel <= coalesce(k.room, 2147483647)
  )
    select array_agg(w.row order by w.nth) from within w);
end
$bearmq$`,
    `create function "bearmq".claim_groups_v1(
  p_names text[], p_channels text[], p_lanes "bearmq".lane[], p_groups text[], p_want integer, p_max_per_group integer, p_limit integer,
  p_heads integer, p_slots integer, p_room bigint, p_insert boolean, p_has_pauses boolean,
  p_has_limits boolean, p_limits "bearmq".limit_room[]) returns "bearmq".group_run language plpgsql volatile
as $bearmq$
declare
  v_run "bearmq".group_run;
  v_next text[] := p_groups;
  v_want integer := p_want;
  v_limit integer := p_limit;
  v_heads integer := p_heads;
  v_slots integer := p_slots;
  v_room bigint := p_room;
  v_gates "bearmq".gate[];
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
    select array_agg(row(s.job_group, s.epoch, s.most, s.weight, s.places, s.starts, s.rate_secs, s.due_at)::"bearmq".gate),
      max(s.nth)
    into v_gates, v_passed
    from (select o.job_group, o.epoch, o.most, o.weight, o.places, o.starts, o.rate_secs,
        case when o.places > 0 and o.starts = 0 then "bearmq".next_start_v1(o.rate_max, o.rate_secs, o.rate_at, o.rate_n) end as due_at,
        o.nth
      from (
        select g.name as job_group, g.epoch, coalesce(g.max_running, 1) as most, coalesce(g.weight, 1) as weight,
          case when p_has_pauses and exists (
              select 1 from "bearmq".pause p where p.kind = 'group' and p.name = any (array[g.name])) then 0
            else greatest(0, coalesce(g.max_running, 1) - g.running) end as places,
          case when g.rate_max is not null
            then "bearmq".starts_left_v1(g.rate_max, g.rate_secs, g.rate_at, g.rate_n) end as starts,
          g.rate_max as rate_max, g.rate_secs as rate_secs, g.rate_at, g.rate_n, g.nth
        from (select g.*, c.nth::integer as nth from unnest(v_next) with ordinality as c (name, nth)
          join "bearmq".job_group g on g.name = any (array[c.name])
          where not (g.rate_at is not null and g.rate_at[cardinality(g.rate_at)] > now() and g.rate_at[cardinality(g.rate_at)] <= clock_timestamp())
          order by c.nth limit v_want for update of g skip locked) g 
      ) o) s;
    if p_insert and coalesce(cardinality(v_gates), 0) < least(v_want, cardinality(v_next)) then
      p_insert := false;
      insert into "bearmq".job_group (name)
    select distinct m.name collate "C" as name from (select u.name from unnest(v_next[1:2 * v_want]) as u (name)) m
    where not exists (select 1 from "bearmq".job_group e where e.name = any (array[m.name]))
    order by 1
    on conflict do nothing;
      get diagnostics v_inserted = row_count;
      continue when v_inserted > 0;
    end if;
    v_run.is_more_likely := v_run.is_more_likely or coalesce(cardinality(v_gates) < v_passed, true);
    exit when v_gates is null;
    v_next := nullif(v_next[v_passed + 1 :], '{}');
    v_end := "bearmq".end_of_line_v1();
    if p_has_limits then
      with gate (job_group, epoch, most, weight, places, starts, rate_secs, due_at, place) as materialized (
        select o.job_group, o.epoch, o.most, o.weight, o.places, o.starts, o.rate_secs,
        case when o.places > 0 and o.starts = 0 then "bearmq".next_start_v1(o.rate_max, o.rate_secs, o.rate_at, o.rate_n) end as due_at,
        o.nth
      from (
        select g.name as job_group, g.epoch, coalesce(g.max_running, r.most, 1) as most, coalesce(g.weight, 1) as weight,
          case when p_has_pauses and exists (
              select 1 from "bearmq".pause p where p.kind = 'group' and p.name = any (array[g.name])) then 0
            else greatest(0, coalesce(g.max_running, r.most, 1) - g.running) end as places,
          case when coalesce(g.rate_max, r.rate_max) is not null
            then "bearmq".starts_left_v1(coalesce(g.rate_max, r.rate_max), case when g.rate_max is null then r.rate_secs else g.rate_secs end, g.rate_at, g.rate_n) end as starts,
          coalesce(g.rate_max, r.rate_max) as rate_max, case when g.rate_max is null then r.rate_secs else g.rate_secs end as rate_secs, g.rate_at, g.rate_n, g.nth
        from (select g.*, c.nth from unnest(v_gates) with ordinality as c (job_group, epoch, most, weight, places, starts, rate_secs, due_at, nth)
          join "bearmq".job_group g on g.name = any (array[c.job_group])) g cross join lateral (
      select min(l.most) as most,
        (array_agg(l.rate_max order by l.rate_max / l.rate_secs) filter (where l.rate_max is not null))[1] as rate_max,
        (array_agg(l.rate_secs order by l.rate_max / l.rate_secs) filter (where l.rate_max is not null))[1] as rate_secs
      from (
        select coalesce(i.group_max_running, c.group_max_running) as most,
          coalesce(i.group_rate_max, c.group_rate_max) as rate_max,
          case when i.group_rate_max is null then c.group_rate_secs else i.group_rate_secs end as rate_secs
        from "bearmq".job_turn t
        left join "bearmq".job_limit i on i.kind = 'name' and i.name = any (array[t.name])
        left join "bearmq".job_limit c on c.kind = 'channel' and c.name = any (array[t.channel])
        where t.job_group = any (array[g.name])
      ) l) r
      ) o
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
          select t.channel, t.name, t.id, t.turn, t.credit, t.misses from "bearmq".job_turn t
          where t.job_group = any (array[g.job_group])) t
      ),
      -- One more than may be taken, to know whether anything is left.
      waiting as (
        select s.spot, s.place, s.epoch, s.most, s.weight, s.is_rated, s.jobs, s.used, s.turn, s.channel, s.name,
          x.id as job_id, x.priority, x.seq, x.id is not null and s.is_ours as is_eligible
        from spot s left join lateral (
          select j.id, j.priority, j.seq from "bearmq".job j
          where s.copy = 1 and j.job_group = s.job_group and j.channel = s.channel and j.name = s.name and j.state in ('ready', 'blocked')
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
      of_both as (
        select o.*, k.room as room_of_channel, coalesce(k.is_rated, false) as is_rated_channel from (select o.*, k.room as room_of_name, coalesce(k.is_rated, false) as is_rated_name from ranked o left join unnest(p_limits) as k on k.kind = 'name' and k.name = o.name) o left join unnest(p_limits) as k on k.kind = 'channel' and k.name = o.channel
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
      ),
      locked as (
        select c.spot, c.place, c.nth, c.rank, c.epoch, c.priority, c.is_eligible, c.is_head, c.is_chosen, c.its_turn, c.round,
          ~case when c.most > 1 then c.priority else c.best end as starts_at, h.row, h.bytes
        from (
          select r.*, r.is_let and r.rank <= v_limit
            and count(*) filter (where r.is_let and r.is_head) over (order by r.rank rows unbounded preceding) <= case when r.is_rated then least(v_slots, v_heads) else v_heads end as is_chosen
          from within r
        ) c left join lateral (
          select j.ctid as row, case when pg_column_compression(j.payload) is null then pg_column_size(j.payload)
          else octet_length(j.payload::text) end as bytes from "bearmq".job j
          where c.is_chosen and j.id = any (array[c.job_id]) and j.state in ('ready', 'blocked') for update skip locked) h on true
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
          select true as is_locked from "bearmq".job_turn t where not l.has_next and t.job_group = any (array[l.job_group]) and t.channel = l.channel and t.name = l.name
        and t.id = l.id for update skip locked) k on true
      ),
      entered as (
        update "bearmq".job_group g set running = g.running + c.jobs, locked_at = now()
      from (select a.job_group, a.jobs from after a where a.is_first and a.jobs > 0) c where g.name = any (array[c.job_group])
      ),
      moved as (
        update "bearmq".job_turn t set priority = case when a.has_next then a.next_priority else t.priority end,
          open = a.has_room and a.has_next,
          turn = case when a.jobs > 0 and a.spent < a.weight or a.jobs = 0 and not a.is_held then t.turn
            else v_end + greatest(a.spent / a.weight - 1, 0) end,
          credit = case when a.spent % a.weight = 0 then 0 else a.weight - a.spent % a.weight end,
          misses = case when not a.has_next and a.has_room then least(a.misses, 7) + 1 else 0 end,
          due_at = case when not a.has_next and a.has_room
            then now() + make_interval(secs => 0.001 * 2 ^ least(a.misses, 8)) end
        from after a
        where a.is_locked is null and (a.jobs > 0 or not a.has_room or a.is_held or not a.has_next)
          and t.job_group = any (array[a.job_group]) and t.channel = a.channel and t.name = a.name
        and t.id = a.id
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
          array_agg(row(a.job_group, a.channel, a.name, a.id)::"bearmq".turn_key) filter (where a.is_locked) as empty,
          array_agg(row(a.job_group, a.jobs, a.rate_secs)::"bearmq".rated_start) filter (where a.is_first and a.is_rated) as rated
        from after a
      ) f;
    else
      with gate (job_group, epoch, most, weight, places, starts, rate_secs, due_at, place) as materialized (
        select * from unnest(v_gates) with ordinality as g
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
          select t.channel, t.name, t.id, t.turn, t.credit, t.misses from "bearmq".job_turn t
          where t.job_group = any (array[g.job_group])) t
      ),
      -- One more than may be taken, to know whether anything is left.
      waiting as (
        select s.spot, s.place, s.epoch, s.most, s.weight, s.is_rated, s.jobs, s.used, s.turn, 
          x.id as job_id, x.priority, x.seq, x.id is not null and s.is_ours as is_eligible
        from spot s left join lateral (
          select j.id, j.priority, j.seq from "bearmq".job j
          where s.copy = 1 and j.job_group = s.job_group and j.channel = s.channel and j.name = s.name and j.state in ('ready', 'blocked')
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
      within as (select r.*, r.is_wanted as is_let from ranked r),
      locked as (
        select c.spot, c.place, c.nth, c.rank, c.epoch, c.priority, c.is_eligible, c.is_head, c.is_chosen, c.its_turn, c.round,
          ~case when c.most > 1 then c.priority else c.best end as starts_at, h.row, h.bytes
        from (
          select r.*, r.is_let and r.rank <= v_limit
            and r.heads <= case when r.is_rated then least(v_slots, v_heads) else v_heads end as is_chosen
          from within r
        ) c left join lateral (
          select j.ctid as row, case when pg_column_compression(j.payload) is null then pg_column_size(j.payload)
          else octet_length(j.payload::text) end as bytes from "bearmq".job j
          where c.is_chosen and j.id = any (array[c.job_id]) and j.state in ('ready', 'blocked') for update skip locked) h on true
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
          select true as is_locked from "bearmq".job_turn t where not l.has_next and t.job_group = any (array[l.job_group]) and t.channel = l.channel and t.name = l.name
        and t.id = l.id for update skip locked) k on true
      ),
      entered as (
        update "bearmq".job_group g set running = g.running + c.jobs, locked_at = now()
      from (select a.job_group, a.jobs from after a where a.is_first and a.jobs > 0) c where g.name = any (array[c.job_group])
      ),
      moved as (
        update "bearmq".job_turn t set priority = case when a.has_next then a.next_priority else t.priority end,
          open = a.has_room and a.has_next,
          turn = case when a.jobs > 0 and a.spent < a.weight or a.jobs = 0 and not a.is_held then t.turn
            else v_end + greatest(a.spent / a.weight - 1, 0) end,
          credit = case when a.spent % a.weight = 0 then 0 else a.weight - a.spent % a.weight end,
          misses = case when not a.has_next and a.has_room then least(a.misses, 7) + 1 else 0 end,
          due_at = case when not a.has_next and a.has_room
            then now() + make_interval(secs => 0.001 * 2 ^ least(a.misses, 8)) end
        from after a
        where a.is_locked is null and (a.jobs > 0 or not a.has_room or a.is_held or not a.has_next)
          and t.job_group = any (array[a.job_group]) and t.channel = a.channel and t.name = a.name
        and t.id = a.id
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
          array_agg(row(a.job_group, a.channel, a.name, a.id)::"bearmq".turn_key) filter (where a.is_locked) as empty,
          array_agg(row(a.job_group, a.jobs, a.rate_secs)::"bearmq".rated_start) filter (where a.is_first and a.is_rated) as rated
        from after a
      ) f;
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
      p_limits := "bearmq".use_limits_v1(p_limits, v_part.rows);
    end if;
    v_run.empty := v_run.empty || v_part.empty;
    if v_part.rated is not null then
      update "bearmq".job_group g set (rate_at, rate_n) = (
      select s.o_at, s.o_n from "bearmq".note_starts_v1(c.rate_secs, g.rate_at, g.rate_n, c.jobs) s)
    from (select r.job_group, r.jobs, r.rate_secs from unnest(v_part.rated) as r (job_group, jobs, rate_secs) where r.jobs > 0) c where g.name = any (array[c.job_group]);
      perform "bearmq".open_turns_v1(array(select r.job_group from unnest(v_part.rated) as r (job_group, jobs, rate_secs)));
    end if;
  end loop;
  -- In the place of one that gave nothing there may be others, which were not among the first.
  v_run.is_more_likely := v_run.is_more_likely or v_next is not null or p_want - v_want < cardinality(p_groups);
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
  p_process uuid, p_generation integer, p_names text[], p_demands json, p_from json) returns table (o_id text, o_seq float8, o_enqueued_at float8, o_claimed_at float8, o_timeout_secs float8, o_attempt int4, o_num_attempts int4, o_fence int4, o_priority int4, o_started boolean, o_suspect boolean, o_name text, o_channel text, o_job_group text, o_payload text, o_extras text, o_nth int4, o_demand integer, o_facts text) language plpgsql volatile
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
  set plan_cache_mode = force_generic_plan
  set enable_mergejoin = off set enable_hashjoin = off
as $bearmq$
declare
  v_known json := coalesce(p_from -> 'lanes', '[]');
  v_is_narrow boolean := coalesce(p_from ->> 'scan' = 'narrow', false);
  v_due_after timestamptz := coalesce(to_timestamp((p_from ->> 'dueAfterMs')::float8 / 1000), '-infinity');
  v_start json := p_from -> 'after';
  v_facts "bearmq".claim_facts;
  v_due_at timestamptz;
  v_turn_at timestamptz;
  v_limit_at timestamptz;
  v_due "bearmq".due;
  v_began timestamptz;
  v_found_ungrouped "bearmq".stretch[];
  v_found_grouped "bearmq".lane[];
  v_is_single boolean;
  v_is_timed boolean := false;
  v_is_bounded boolean;
  v_has_rates boolean := false;
  v_limits "bearmq".limit_room[];
  v_group_limits "bearmq".limit_room[];
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
  v_epochs integer[];
  v_is_mixed boolean;
  v_first integer;
  v_is_first boolean := true;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'BearMQ needs transaction isolation "read committed", this session uses "%"',
      current_setting('transaction_isolation');
  end if;
  if p_from ->> 'scan' = 'full' then
    p_from := null;
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
    p_from is null and exists (select 1 from "bearmq".process w where w.expires_at < now()),
    (select t.due_at from "bearmq".job_turn t where t.due_at is not null order by t.due_at limit 1)
  into v_due_at, v_facts.is_lease_held, v_facts.is_rescue_due, v_turn_at
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
  if v_turn_at <= now() then
    perform 1 from "bearmq".process w where w.id = p_process and w.generation = p_generation for key share;
    v_facts.is_lease_held := found;
    if found then
      perform "bearmq".open_due_turns_v1();
      v_turn_at := (select t.due_at from "bearmq".job_turn t where t.due_at > now() order by t.due_at limit 1);
    end if;
  end if;

  v_found_grouped := "bearmq".find_grouped_v1(p_names, coalesce(v_start ->> 'channel', ''), coalesce((v_start ->> 'name') || chr(1), ''));
  if p_from is null then
    v_found_ungrouped := "bearmq".find_lanes_v1(p_names, coalesce(v_start ->> 'channel', ''), coalesce((v_start ->> 'name') || chr(1), ''));
  elsif v_is_narrow then
    v_found_ungrouped := "bearmq".find_after_v1(p_names, v_known);
  else
    v_found_ungrouped := "bearmq".find_between_v1(p_names, v_known);
  end if;
  if cardinality(v_found_ungrouped) >= 2000 or cardinality(v_found_grouped) >= 2000 then
    v_facts.is_more_likely := true;
    select l.channel, l.name into v_facts.to_channel, v_facts.to_name
    from (
      select u.channel, u.name from (select (v_found_ungrouped[cardinality(v_found_ungrouped)]).*) u
      where p_from is null and cardinality(v_found_ungrouped) >= 2000
      union all
      select g.channel, g.name from (select (v_found_grouped[cardinality(v_found_grouped)]).*) g
      where p_from is null and cardinality(v_found_grouped) >= 2000) l
    order by l.channel, l.name limit 1;
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
    if v_turn_at is not null then
    v_facts.next_due_ms := least(v_facts.next_due_ms, greatest(0, extract(epoch from v_turn_at - clock_timestamp()) * 1000));
  end if;
    o_facts := json_build_object('isLeaseHeld', v_facts.is_lease_held, 'nextDueMs', nullif(v_facts.next_due_ms, 'infinity'),
      'isDueHeld', coalesce(v_facts.is_due_held, false), 'isRescueDue', coalesce(v_facts.is_rescue_due, false), 'mayHaveMore', coalesce(v_facts.is_more_likely, false),
      'hasMoved', coalesce(v_facts.is_ahead, false), 'scanMs', coalesce(v_facts.scan_ms, 0),
      'parallelGroups', coalesce(v_facts.parallel, '{}'), 'promotedMs', v_facts.promoted_ms, 'latestSeq', v_facts.latest_seq,
      'isLeftBehind', coalesce(v_facts.is_left_behind, false), 'isStartOnly', coalesce(v_has_rates, false),
      'scannedTo', case when v_facts.to_channel is not null then json_build_object('channel', v_facts.to_channel, 'name', v_facts.to_name) end)::text;
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
        select t.job_group from "bearmq".job_turn t
        where t.open and t.channel = l.channel and t.name = l.name
        order by ~t.priority, t.turn
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
      coalesce(t.room, 2147483647) as room,
      exists (select 1 from "bearmq".job_limit) as has_limits, exists (select 1 from "bearmq".pause) as has_pauses
    from json_to_recordset(p_demands) as t (channels text[], slots integer, ahead integer, "maxPerGroup" integer, usual integer,
      room integer)
  loop
    v_nth := v_nth + 1;
    -- Asked for after the process's row was locked: who pauses or limits something waits for those who hold theirs. What
    -- neither is said of goes on below as if there were none.
    if v_is_bounded is null then
      v_is_bounded := v_demand.has_pauses or v_demand.has_limits;
      if v_demand.has_pauses then
        v_found_ungrouped := nullif(array(select s from unnest(v_found_ungrouped) as s where not exists (
      select 1 from "bearmq".pause p where p.kind = 'everything' or p.kind = 'channel' and p.name = s.channel
        or p.kind = 'name' and p.name = s.name)), '{}');
        v_found_grouped := nullif(array(select s from unnest(v_found_grouped) as s where not exists (
      select 1 from "bearmq".pause p where p.kind = 'everything' or p.kind = 'channel' and p.name = s.channel
        or p.kind = 'name' and p.name = s.name)), '{}');
      end if;
      if v_demand.has_limits then
        v_limits := "bearmq".hold_limits_v1(array(
          select row(s.channel, s.name)::"bearmq".lane from unnest(v_found_ungrouped) as s
          union
          select s from unnest(v_found_grouped) as s));
      end if;
      if v_limits is not null then
        v_found_ungrouped := nullif(array(select s from unnest(v_found_ungrouped) as s where not exists (
      select 1 from unnest(v_limits) as k
      where k.room = 0 and (k.kind = 'channel' and k.name = s.channel or k.kind = 'name' and k.name = s.name))), '{}');
        v_found_grouped := nullif(array(select s from unnest(v_found_grouped) as s where not exists (
      select 1 from unnest(v_limits) as k
      where k.room = 0 and (k.kind = 'channel' and k.name = s.channel or k.kind = 'name' and k.name = s.name))), '{}');
        select bool_or(k.is_rated and k.room > 0), min(k.due_at), bool_or(k.is_contended)
        into v_has_rates, v_limit_at, v_facts.is_more_likely from unnest(v_limits) as k;
      end if;
    end if;
    v_left := case when v_has_rates then v_demand.slots else v_demand.capacity end;
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
    v_is_mixed := false;
    v_plan.ungrouped := v_ungrouped;
    v_plan.takes := array[v_left];
    if v_grouped is not null or cardinality(v_ungrouped) > 1 or v_limits is not null then
      v_plan := "bearmq".plan_demand_v1(v_ungrouped, v_grouped, v_left, v_nth = 0);
    end if;
    if v_limits is not null then
      select p.o_takes, p.o_groups, p.o_limits into v_plan.takes, v_plan.groups, v_group_limits
      from "bearmq".limit_plan_v1(v_plan, v_grouped, v_left, v_limits) p;
    end if;

    if v_plan.groups is not null then
      v_run := "bearmq".claim_groups_v1(p_names, v_demand.channels, case when v_is_bounded then v_grouped end, v_plan.groups,
        greatest(v_demand.slots, (v_left + v_demand.usual - 1) / v_demand.usual), v_demand.max_per_group,
        v_left + v_demand.slots * v_demand.max_per_group, v_left, v_demand.slots, v_room, v_is_single,
        v_demand.has_pauses, v_demand.has_limits, v_group_limits);
      v_facts.parallel := v_facts.parallel || v_run.parallel;
      v_is_timed := v_is_timed or v_run.is_timed;
      v_facts.is_more_likely := v_run.is_more_likely or v_plan.is_doubled and v_run.rows is not null
        or coalesce(v_facts.is_more_likely, false);
      v_facts.is_ahead := v_run.is_moved or coalesce(v_facts.is_ahead, false);
      if v_run.rows is not null then
        v_room := v_room - v_run.bytes;
        v_left := v_left - cardinality(v_run.rows);
        if v_left > 0 and v_plan.ungrouped is not null and v_limits is null then
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
      if v_limits is not null then
        -- Groups may have given more than was planned. Beyond what is left a job would wait, and one with a rate may not.
        v_rows := nullif(v_rows[1:v_left], '{}');
      end if;
      v_room := v_room - coalesce(v_pick.bytes, 0);
      v_left := v_left - coalesce(cardinality(v_rows), 0);
      -- Others hold some of what was seen here. There may be more elsewhere, and nobody might look for it.
      if v_left > 0 and v_room > 0 and v_plan.seen is not null
        and (v_plan.is_narrowed or coalesce(cardinality(v_rows), 0) < (select sum(t.take) from unnest(v_plan.takes) as t (take))) then
        v_pick := "bearmq".pick_any_v1(v_ungrouped, coalesce(v_rows, '{}'), v_left, v_room);
        if v_limits is not null then
          v_pick.rows := "bearmq".fit_limits_v1(v_pick.rows, "bearmq".use_limits_v1(v_limits, v_run.rows || v_rows));
        end if;
        v_is_mixed := v_rows is not null and v_pick.rows is not null;
        v_rows := v_rows || v_pick.rows;
        v_left := v_left - coalesce(cardinality(v_pick.rows), 0);
      end if;
    end if;

    if v_run.rows is not null or v_rows is not null then
      v_epochs := v_run.epochs;
      if v_is_mixed or v_run.is_mixed or v_run.rows is not null and v_rows is not null then
        select array_agg(o.row), array_agg(o.epoch) into v_rows, v_epochs
        from (
          select g.row, g.epoch, g.rank, g.turn, g.nth
          from unnest(v_run.rows, v_run.epochs, v_run.ranks, v_run.turns) with ordinality as g (row, epoch, rank, turn, nth)
          union all
          select u.row, null, ~j.priority, j.seq, u.nth from unnest(v_rows) with ordinality as u (row, nth)
          join "bearmq".job j on j.ctid = u.row
          order by rank, turn, nth
        ) o;
      else
        v_rows := coalesce(v_run.rows, v_rows);
      end if;
      v_first := case when v_is_first and v_demand.slots > 0 then 1 else 0 end;
      v_is_first := v_is_first and v_first = 0;
      if v_limits is null then
        return query update "bearmq".job j set state = 'running', fence = j.fence % 2147483647 + 1, process_id = p_process, claimed_at = now(), group_epoch = r.epoch, held = null, started = r.nth = v_first and j.attempt < j.num_attempts,
      attempt = j.attempt + case when r.nth = v_first and j.attempt < j.num_attempts then 1 else 0 end
    from unnest(v_rows, v_epochs) with ordinality as r (row, epoch, nth) where j.ctid = r.row
    returning j.id::text, j.seq::float8, (extract(epoch from j.enqueued_at) * 1000)::float8, case when isfinite(coalesce(j.ready_at, j.enqueued_at))
      then (extract(epoch from now() - coalesce(j.ready_at, j.enqueued_at)) * 1000)::float8 else 0 end, least(j.timeout_secs, 3153600000), case when j.started then j.attempt else least(j.attempt, 2147483646) + 1 end, j.num_attempts, j.fence, j.priority, j.started, j.suspect, j.name, j.channel, j.job_group, j.payload::text, case when j.extras is null and j.cancel is null then null
        when j.cancel is not null then json_build_object('cancelled', left(coalesce(j.cancel ->> 'reason', ''), 10000))::text
        when pg_column_size(j.extras) <= 65536 and octet_length(j.extras::text) <= 65536
        then j.extras::text end, r.nth::integer, v_nth, null::text;
      else
        v_limits := "bearmq".use_limits_v1(v_limits, v_rows);
        return query update "bearmq".job j set state = 'running', fence = j.fence % 2147483647 + 1, process_id = p_process, claimed_at = now(), group_epoch = r.epoch, held = (select nullif(sum(case k.kind when 'channel' then 1 else 2 end), 0) from unnest(v_limits) as k
        where k.counts and (k.kind = 'channel' and k.name = j.channel or k.kind = 'name' and k.name = j.name))::smallint, started = r.nth = v_first and j.attempt < j.num_attempts,
      attempt = j.attempt + case when r.nth = v_first and j.attempt < j.num_attempts then 1 else 0 end
    from unnest(v_rows, v_epochs) with ordinality as r (row, epoch, nth) where j.ctid = r.row
    returning j.id::text, j.seq::float8, (extract(epoch from j.enqueued_at) * 1000)::float8, case when isfinite(coalesce(j.ready_at, j.enqueued_at))
      then (extract(epoch from now() - coalesce(j.ready_at, j.enqueued_at)) * 1000)::float8 else 0 end, least(j.timeout_secs, 3153600000), case when j.started then j.attempt else least(j.attempt, 2147483646) + 1 end, j.num_attempts, j.fence, j.priority, j.started, j.suspect, j.name, j.channel, j.job_group, j.payload::text, case when j.extras is null and j.cancel is null then null
        when j.cancel is not null then json_build_object('cancelled', left(coalesce(j.cancel ->> 'reason', ''), 10000))::text
        when pg_column_size(j.extras) <= 65536 and octet_length(j.extras::text) <= 65536
        then j.extras::text end, r.nth::integer, v_nth, null::text;
      end if;
      if v_limits is not null and v_left > 0 then
        v_facts.is_more_likely := coalesce(v_facts.is_more_likely, false)
          or exists (select 1 from unnest(v_ungrouped) as s where not exists (
      select 1 from unnest(v_limits) as k
      where k.room = 0 and (k.kind = 'channel' and k.name = s.channel or k.kind = 'name' and k.name = s.name)))
          or exists (select 1 from unnest(v_grouped) as s where not exists (
      select 1 from unnest(v_limits) as k
      where k.room = 0 and (k.kind = 'channel' and k.name = s.channel or k.kind = 'name' and k.name = s.name)));
      end if;
    end if;
    if v_run.empty is not null then
      delete from "bearmq".job_turn t using unnest(v_run.empty) u where t.job_group = any (array[u.job_group]) and t.channel = u.channel and t.name = u.name
        and t.id = u.id and (
      not exists (
        select 1 from "bearmq".job j
        where j.job_group = t.job_group and j.channel = t.channel and j.name = t.name and j.state in ('ready', 'blocked'))
      or exists (
        select 1 from "bearmq".job_turn o
        where o.job_group = t.job_group and o.channel = t.channel and o.name = t.name and o.id < t.id));
    end if;
  end loop;

  if p_from is not null and v_due.ids is not null then
    v_facts.is_left_behind := exists (
      select 1 from unnest(v_due.ids) as d (id) join "bearmq".job j on j.id = any (array[d.id])
      where j.name = any (p_names) and j.state = 'ready');
  end if;
  -- Last, so that the rows of limits are held until the commit and little longer.
  if v_limits is not null then
    v_limit_at := least(v_limit_at, "bearmq".count_limits_v1(v_limits));
  end if;
  if v_is_timed then
    v_turn_at := (select t.due_at from "bearmq".job_turn t where t.due_at > now() order by t.due_at limit 1);
  end if;
  v_turn_at := least(v_turn_at, v_limit_at);
  if v_turn_at is not null then
    v_facts.next_due_ms := least(v_facts.next_due_ms, greatest(0, extract(epoch from v_turn_at - clock_timestamp()) * 1000));
  end if;
  o_facts := json_build_object('isLeaseHeld', v_facts.is_lease_held, 'nextDueMs', nullif(v_facts.next_due_ms, 'infinity'),
      'isDueHeld', coalesce(v_facts.is_due_held, false), 'isRescueDue', coalesce(v_facts.is_rescue_due, false), 'mayHaveMore', coalesce(v_facts.is_more_likely, false),
      'hasMoved', coalesce(v_facts.is_ahead, false), 'scanMs', coalesce(v_facts.scan_ms, 0),
      'parallelGroups', coalesce(v_facts.parallel, '{}'), 'promotedMs', v_facts.promoted_ms, 'latestSeq', v_facts.latest_seq,
      'isLeftBehind', coalesce(v_facts.is_left_behind, false), 'isStartOnly', coalesce(v_has_rates, false),
      'scannedTo', case when v_facts.to_channel is not null then json_build_object('channel', v_facts.to_channel, 'name', v_facts.to_name) end)::text;
  return next;
end
$bearmq$`,
    `create function "bearmq".claim_announced_v1(
  p_process uuid, p_generation integer, p_ids uuid[], p_channels text[], p_names text[], p_room integer) returns table (o_id text, o_seq float8, o_enqueued_at float8, o_claimed_at float8, o_timeout_secs float8, o_attempt int4, o_num_attempts int4, o_fence int4, o_priority int4, o_started boolean, o_suspect boolean, o_name text, o_channel text, o_job_group text, o_payload text, o_extras text, o_nth int4) language plpgsql volatile
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
  set plan_cache_mode = force_generic_plan
  set enable_mergejoin = off set enable_hashjoin = off
as $bearmq$
declare
  v_pick "bearmq".pick;
  v_is_bounded boolean;
begin
  perform 1 from "bearmq".process w where w.id = p_process and w.generation = p_generation for key share;
  if not found then
    return;
  end if;
  -- All that follows is after the process's row, like claim_v1.
  if cardinality(p_ids) = 1 and p_room > 0 then
    return query update "bearmq".job j set state = 'running', fence = j.fence % 2147483647 + 1, process_id = p_process, claimed_at = now(), group_epoch = null, held = null, started = j.attempt < j.num_attempts,
      attempt = j.attempt + case when j.attempt < j.num_attempts then 1 else 0 end
    from (select j.id from "bearmq".job j where j.id = p_ids[1] and j.state::text = 'ready' and j.job_group is null and j.channel = p_channels[1]
      and j.name = p_names[1] and not (exists (select 1 from "bearmq".pause) or exists (select 1 from "bearmq".job_limit)) for update of j skip locked) r where j.id = r.id
    returning j.id::text, j.seq::float8, (extract(epoch from j.enqueued_at) * 1000)::float8, case when isfinite(coalesce(j.ready_at, j.enqueued_at))
      then (extract(epoch from now() - coalesce(j.ready_at, j.enqueued_at)) * 1000)::float8 else 0 end, least(j.timeout_secs, 3153600000), case when j.started then j.attempt else least(j.attempt, 2147483646) + 1 end, j.num_attempts, j.fence, j.priority, j.started, j.suspect, j.name, j.channel, j.job_group, j.payload::text, case when j.extras is null and j.cancel is null then null
        when j.cancel is not null then json_build_object('cancelled', left(coalesce(j.cancel ->> 'reason', ''), 10000))::text
        when pg_column_size(j.extras) <= 65536 and octet_length(j.extras::text) <= 65536
        then j.extras::text end, 1;
    o_started := not found and (exists (select 1 from "bearmq".pause) or exists (select 1 from "bearmq".job_limit));
    o_id := null;
    return next;
    return;
  end if;
  with bounds as materialized (
    select exists (select 1 from "bearmq".pause) or exists (select 1 from "bearmq".job_limit) as are_there
  ),
  announced as materialized (
    select t.id, t.channel, t.name from bounds b cross join unnest(p_ids, p_channels, p_names) as t (id, channel, name)
    where not b.are_there
  ),
  locked as materialized (
    select j.ctid as row, j.priority, j.seq, case when pg_column_compression(j.payload) is null then pg_column_size(j.payload)
          else octet_length(j.payload::text) end as bytes
    from "bearmq".job j join announced t on j.id = any (array[t.id])
    where j.state::text = 'ready' and j.job_group is null and j.channel = t.channel and j.name = t.name
    order by j.id for update of j skip locked
  )
  select array_agg(l.row order by l.priority desc, l.seq), sum(l.bytes), (select b.are_there from bounds b)
  into v_pick.rows, v_pick.bytes, v_is_bounded from locked l;
  if v_pick.rows is not null then
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
    return query update "bearmq".job j set state = 'running', fence = j.fence % 2147483647 + 1, process_id = p_process, claimed_at = now(), group_epoch = r.epoch, held = null, started = r.nth = 1 and j.attempt < j.num_attempts,
      attempt = j.attempt + case when r.nth = 1 and j.attempt < j.num_attempts then 1 else 0 end
    from unnest(v_pick.rows, null::integer[]) with ordinality as r (row, epoch, nth) where j.ctid = r.row
    returning j.id::text, j.seq::float8, (extract(epoch from j.enqueued_at) * 1000)::float8, case when isfinite(coalesce(j.ready_at, j.enqueued_at))
      then (extract(epoch from now() - coalesce(j.ready_at, j.enqueued_at)) * 1000)::float8 else 0 end, least(j.timeout_secs, 3153600000), case when j.started then j.attempt else least(j.attempt, 2147483646) + 1 end, j.num_attempts, j.fence, j.priority, j.started, j.suspect, j.name, j.channel, j.job_group, j.payload::text, case when j.extras is null and j.cancel is null then null
        when j.cancel is not null then json_build_object('cancelled', left(coalesce(j.cancel ->> 'reason', ''), 10000))::text
        when pg_column_size(j.extras) <= 65536 and octet_length(j.extras::text) <= 65536
        then j.extras::text end, r.nth::integer;
  end if;
  o_id := null;
  o_started := v_is_bounded;
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
  p_process uuid, p_ids uuid[], p_fences integer[], p_attempts integer[], p_rest json, p_groups text[], p_finalized text,
  p_failed text default null, p_follow_ups json default null) returns table (o_lost text, o_fence integer, o_channel text, o_name text) language plpgsql volatile
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
  set plan_cache_mode = force_generic_plan
  set enable_mergejoin = off set enable_hashjoin = off
as $bearmq$
declare
  v_keep boolean := p_finalized <> 'delete';
  v_keep_failed boolean := coalesce(p_failed, p_finalized) <> 'delete';
  v_settled integer := 0;
  v_released_groups text[] := '{}';
  v_released_epochs integer[] := '{}';
  v_held "bearmq".held_job[];
  v_part record;
  v_places integer;
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

  if 'replace' in (p_finalized, p_failed) then
    delete from "bearmq".finalized_job f where f.id = any (array(
      select j.id from (
        select u.id, u.fence, 'succeeded' as kind from unnest(p_ids, p_fences) as u (id, fence)
        union all
        select t.id, t.fence, t.kind from (select t.id, t.fence, t.attempt, t.kind, t.secs, t.error, t.failure, t.result -> 0 as result, t.keep
    from json_to_recordset(coalesce(p_rest, '[]')) as t (
      id uuid, fence integer, attempt integer, kind text, secs float8, error text, failure json, result json, keep boolean)) t
      ) o join "bearmq".job j on j.id = any (array[o.id])
      where j.fence = o.fence and j.process_id = p_process
        and (o.kind in ('succeeded', 'failed', 'cancelled') or o.kind in ('waiting', 'snoozed', 'parked') and (j.cancel is not null or j.done is not null))));
  end if;

  if cardinality(p_ids) > 0 then
    with over as materialized (
      delete from "bearmq".job j using unnest(p_ids, p_fences, p_attempts) as o (id, fence, attempt)
      where j.id = any (array[o.id]) and j.fence = o.fence and j.process_id = p_process
      returning j.id, j.seq, j.enqueued_at, j.claimed_at, j.timeout_secs, j.num_attempts, j.fence, j.priority, j.name, j.channel, j.job_group, j.payload, j.extras, j.ready_at, j.deaths, j.group_epoch, j.held, j.failures, o.attempt as spent
    ),
    moved as (
      insert into "bearmq".finalized_job (id, seq, enqueued_at, claimed_at, timeout_secs, num_attempts, fence, priority, name, channel, job_group, payload, extras, ready_at, deaths, failures, attempt, process_id, outcome)
      select id, seq, enqueued_at, claimed_at, timeout_secs, num_attempts, fence, priority, name, channel, job_group, payload, extras, ready_at, deaths, failures, spent, p_process, 'succeeded'::"bearmq".job_outcome from over where v_keep
    )
    select count(*)::integer as jobs, null::uuid[] as ids, array_agg(s.job_group) filter (where s.job_group is not null) as groups,
      array_agg(s.group_epoch) filter (where s.job_group is not null) as epochs,
      array_agg(row(s.held, s.channel, s.name)::"bearmq".held_job) filter (where s.held is not null) as held
    into v_part from over s;
    v_settled := v_settled + v_part.jobs;
    v_released_groups := v_released_groups || coalesce(v_part.groups, '{}');
    v_released_epochs := v_released_epochs || coalesce(v_part.epochs, '{}');
    v_held := v_held || v_part.held;
  end if;

  if p_follow_ups is not null then
    with added as (
    insert into "bearmq".job (id, name, channel, job_group, state, run_at, num_attempts, timeout_secs, priority, extras, payload)
    select f.id, f.name, f.channel, f.job_group,
      case when f.delay_secs > 0 or f.run_at_ms > extract(epoch from clock_timestamp()) * 1000 then 'scheduled' when f.job_group is not null then 'blocked' else 'ready' end::"bearmq".job_state,
      case when f.delay_secs > 0 then clock_timestamp() + make_interval(secs => f.delay_secs)
        when f.delay_secs > 0 or f.run_at_ms > extract(epoch from clock_timestamp()) * 1000 then to_timestamp(f.run_at_ms / 1000) end,
      f.num_attempts, f.timeout_secs, f.priority, f.extras,
      case f.kind when 'succeeded' then coalesce(f.payload, 'null')
        else json_build_object('jobId', h.id, 'jobName', h.name, 'payload', h.payload, 'error', o.error, 'attempt', o.attempt,
          'enqueuedAtMs', floor(extract(epoch from h.enqueued_at) * 1000)) end
    from rows from (json_to_recordset(p_follow_ups) as (of_id uuid, kind text, id uuid, name text, channel text,
        job_group text, delay_secs float8, run_at_ms float8, num_attempts integer, timeout_secs float8, priority integer,
        extras json, payload json)) with ordinality
        as f (of_id, kind, id, name, channel, job_group, delay_secs, run_at_ms, num_attempts, timeout_secs, priority, extras,
          payload, nth)
      join (select t.id, t.fence, t.attempt, t.kind, t.secs, t.error, t.failure, t.result -> 0 as result, t.keep
    from json_to_recordset(coalesce(p_rest, '[]')) as t (
      id uuid, fence integer, attempt integer, kind text, secs float8, error text, failure json, result json, keep boolean)) o on o.id = f.of_id and o.kind = f.kind
      cross join lateral (
        select j.id, j.name, j.payload, j.enqueued_at from "bearmq".job j
        where j.id = any (array[o.id]) and j.fence = o.fence and j.process_id = p_process and j.done is null
        for update) h
    order by f.nth
    returning job_group, channel, name, priority, seq, state
    ),
    behind as (select * from added a where a.state = 'blocked')
    select l.places into v_places from (select case when pg_catalog.count(*) > 0 then "bearmq".line_up_v1(pg_catalog.array_agg(w.job_group), pg_catalog.array_agg(w.channel),
      pg_catalog.array_agg(w.name), pg_catalog.array_agg(w.priority), pg_catalog.array_agg(w.seq)) end as places
    from (
      select a.job_group, a.channel, a.name, pg_catalog.max(a.priority) as priority, greatest(pg_catalog.min(a.seq), 1) as seq
      from behind a where a.job_group is not null group by a.job_group, a.channel, a.name order by 5
    ) w) l;
  end if;

  if p_rest is not null then
    with outcome as materialized (select t.id, t.fence, t.attempt, t.kind, t.secs, t.error, t.failure, t.result -> 0 as result, t.keep
    from json_to_recordset(coalesce(p_rest, '[]')) as t (
      id uuid, fence integer, attempt integer, kind text, secs float8, error text, failure json, result json, keep boolean)),
    over as materialized (
      delete from "bearmq".job j using outcome o
      where o.kind in ('succeeded', 'failed', 'cancelled') and j.id = any (array[o.id]) and j.fence = o.fence and j.process_id = p_process
        and (o.kind = 'succeeded' or j.done is null)
      returning j.id, j.seq, j.enqueued_at, j.claimed_at, j.timeout_secs, j.num_attempts, j.fence, j.priority, j.name, j.channel, j.job_group, j.payload, j.extras, j.ready_at, j.deaths, j.group_epoch, j.held, case when o.failure is null then j.failures when j.failures is null then jsonb_build_array(jsonb_build_object('attempt', o.attempt, 'atMs', round(extract(epoch from clock_timestamp()) * 1000),
          'processId', p_process, 'workerId', o.failure -> 'workerId', 'durationMs', o.failure -> 'durationMs', 'error', o.error))
        else "bearmq".append_failure_v1(j.failures, jsonb_build_object('attempt', o.attempt, 'atMs', round(extract(epoch from clock_timestamp()) * 1000),
          'processId', p_process, 'workerId', o.failure -> 'workerId', 'durationMs', o.failure -> 'durationMs', 'error', o.error)) end as failures, o.attempt as spent, o.kind, o.error, o.keep,
        case when j.done is null then o.result else coalesce((j.done -> 'result')::json, o.result) end as result
    ),
    moved as (
      insert into "bearmq".finalized_job (id, seq, enqueued_at, claimed_at, timeout_secs, num_attempts, fence, priority, name, channel, job_group, payload, extras, ready_at, deaths, failures, error, result, attempt, process_id, outcome)
      select id, seq, enqueued_at, claimed_at, timeout_secs, num_attempts, fence, priority, name, channel, job_group, payload, extras, ready_at, deaths, failures, error, result, spent, p_process, kind::"bearmq".job_outcome from over where keep or case kind when 'succeeded' then v_keep else v_keep_failed end
    ),
    waiting as (
      update "bearmq".job j set
        state = case when o.secs > 0 then 'scheduled' when o.kind = 'parked' and o.secs is null then 'pending'
          when j.job_group is not null then 'blocked' else 'ready' end::"bearmq".job_state,
        ready_at = case when o.error is null and o.kind <> 'snoozed' then j.ready_at when o.secs > 0 then null
          else clock_timestamp() end,
        failures = case when o.failure is null then j.failures when j.failures is null then jsonb_build_array(jsonb_build_object('attempt', o.attempt, 'atMs', round(extract(epoch from clock_timestamp()) * 1000),
          'processId', p_process, 'workerId', o.failure -> 'workerId', 'durationMs', o.failure -> 'durationMs', 'error', o.error))
        else "bearmq".append_failure_v1(j.failures, jsonb_build_object('attempt', o.attempt, 'atMs', round(extract(epoch from clock_timestamp()) * 1000),
          'processId', p_process, 'workerId', o.failure -> 'workerId', 'durationMs', o.failure -> 'durationMs', 'error', o.error)) end,
        run_at = case when o.secs > 0 then clock_timestamp() + make_interval(secs => o.secs) end,
        process_id = null, attempt = o.attempt, last_error = coalesce(o.error, j.last_error),
        suspect = j.suspect and o.error is null and o.kind <> 'snoozed'
      from outcome o where o.kind in ('waiting', 'snoozed', 'parked') and j.id = any (array[o.id]) and j.fence = o.fence and j.process_id = p_process
        and j.cancel is null and j.done is null
      returning j.id, j.job_group, j.group_epoch, j.channel, j.name, j.priority, j.seq, j.state, j.held
    ),
    -- Before their groups are opened, which is done in a statement that sees these places.
    behind as (
      select * from waiting w where w.state = 'blocked'
    ),
    lined_up as materialized (
      select case when pg_catalog.count(*) > 0 then "bearmq".line_up_v1(pg_catalog.array_agg(w.job_group), pg_catalog.array_agg(w.channel),
      pg_catalog.array_agg(w.name), pg_catalog.array_agg(w.priority), pg_catalog.array_agg(w.seq)) end as places
    from (
      select a.job_group, a.channel, a.name, pg_catalog.max(a.priority) as priority, greatest(pg_catalog.min(a.seq), 1) as seq
      from behind a where a.job_group is not null group by a.job_group, a.channel, a.name order by 5
    ) w
    ),
    started as (
      update "bearmq".job j set attempt = o.attempt, started = true, last_error = coalesce(o.error, j.last_error),
        claimed_at = case when o.error is null then now() else j.claimed_at end
      from outcome o where o.kind = 'started' and j.id = any (array[o.id]) and j.fence = o.fence and j.process_id = p_process
      returning j.id, null::text as job_group, null::integer as group_epoch, null::smallint as held, null::text as channel, null::text as name
    ),
    settled as (
      select id, job_group, group_epoch, held, channel, name from over
      union all select id, job_group, group_epoch, held, channel, name from waiting
      union all select id, job_group, group_epoch, held, channel, name from started
      union all select null, null, null, null, null, null from lined_up l where l.places < 0 -- none, but asked for
    )
    select count(*)::integer as jobs, null::uuid[] as ids, array_agg(s.job_group) filter (where s.job_group is not null) as groups,
      array_agg(s.group_epoch) filter (where s.job_group is not null) as epochs,
      array_agg(row(s.held, s.channel, s.name)::"bearmq".held_job) filter (where s.held is not null) as held
    into v_part from settled s;
    v_settled := v_settled + v_part.jobs;
    v_released_groups := v_released_groups || coalesce(v_part.groups, '{}');
    v_released_epochs := v_released_epochs || coalesce(v_part.epochs, '{}');
    v_held := v_held || v_part.held;

    -- Not all: some are lost, or somebody wants a job cancelled that would wait, or a job was completed. In a statement of its
    -- own, since that may have been written after the one above began; it waited for the row then, and has left it alone.
    if v_settled < cardinality(p_ids) + json_array_length(p_rest) then
      with outcome as materialized (select t.id, t.fence, t.attempt, t.kind, t.secs, t.error, t.failure, t.result -> 0 as result, t.keep
    from json_to_recordset(coalesce(p_rest, '[]')) as t (
      id uuid, fence integer, attempt integer, kind text, secs float8, error text, failure json, result json, keep boolean)),
      over as materialized (
        delete from "bearmq".job j using outcome o
        where j.id = any (array[o.id]) and j.fence = o.fence and j.process_id = p_process
          and (j.done is not null and o.kind in ('succeeded', 'failed', 'cancelled', 'waiting', 'snoozed', 'parked') or j.cancel is not null and o.kind in ('waiting', 'snoozed', 'parked'))
        returning j.id, j.seq, j.enqueued_at, j.claimed_at, j.timeout_secs, j.num_attempts, j.fence, j.priority, j.name, j.channel, j.job_group, j.payload, j.extras, j.ready_at, j.deaths, j.group_epoch, j.held, case when j.done is null then case when o.failure is null then j.failures when j.failures is null then jsonb_build_array(jsonb_build_object('attempt', o.attempt, 'atMs', round(extract(epoch from clock_timestamp()) * 1000),
          'processId', p_process, 'workerId', o.failure -> 'workerId', 'durationMs', o.failure -> 'durationMs', 'error', o.error))
        else "bearmq".append_failure_v1(j.failures, jsonb_build_object('attempt', o.attempt, 'atMs', round(extract(epoch from clock_timestamp()) * 1000),
          'processId', p_process, 'workerId', o.failure -> 'workerId', 'durationMs', o.failure -> 'durationMs', 'error', o.error)) end else j.failures end as failures,
          case when j.done is null then o.attempt else j.attempt end as spent,
          case when j.done is null then left(j.cancel ->> 'reason', 10000) end as error, (j.done -> 'result')::json as result,
          case when j.done is null then 'cancelled' else 'succeeded' end as kind, o.keep
      ),
      moved as (
      insert into "bearmq".finalized_job (id, seq, enqueued_at, claimed_at, timeout_secs, num_attempts, fence, priority, name, channel, job_group, payload, extras, ready_at, deaths, failures, error, result, attempt, process_id, outcome)
      select id, seq, enqueued_at, claimed_at, timeout_secs, num_attempts, fence, priority, name, channel, job_group, payload, extras, ready_at, deaths, failures, error, result, spent, p_process, kind::"bearmq".job_outcome from over where keep or case kind when 'succeeded' then v_keep else v_keep_failed end
    )
      select count(*)::integer as jobs, array_agg(s.id) as ids, array_agg(s.kind) as kinds, array_agg(s.job_group) filter (where s.job_group is not null) as groups,
      array_agg(s.group_epoch) filter (where s.job_group is not null) as epochs,
      array_agg(row(s.held, s.channel, s.name)::"bearmq".held_job) filter (where s.held is not null) as held
    into v_part from over s;
    v_settled := v_settled + v_part.jobs;
    v_released_groups := v_released_groups || coalesce(v_part.groups, '{}');
    v_released_epochs := v_released_epochs || coalesce(v_part.epochs, '{}');
    v_held := v_held || v_part.held;
      return query
      select c.id::text, j.fence, case c.kind when 'succeeded' then 'completed' else c.kind end, null::text
      from unnest(v_part.ids, v_part.kinds) as c (id, kind) join (select t.id, t.fence, t.attempt, t.kind, t.secs, t.error, t.failure, t.result -> 0 as result, t.keep
    from json_to_recordset(coalesce(p_rest, '[]')) as t (
      id uuid, fence integer, attempt integer, kind text, secs float8, error text, failure json, result json, keep boolean)) j on j.id = c.id;
    end if;
  end if;

  if cardinality(v_released_groups) > 0 then
    return query
    select null::text, null::integer, f.o_channel, f.o_name
    from "bearmq".release_groups_v1(v_released_groups, v_released_epochs) f;
  end if;

  if v_held is not null then
    perform "bearmq".release_limits_v1(v_held);
    return query select null::text, null::integer, null::text, null::text;
  end if;

  if v_settled = cardinality(p_ids) + coalesce(json_array_length(p_rest), 0) then
    return;
  end if;
  -- A row that is gone was deleted by hand, perhaps, and nobody else would count its group down.
  if cardinality(p_groups) > 0 then
    v_released_groups := array(select * from "bearmq".recount_groups_v1(p_groups));
    return query
    select null::text, null::integer, o.o_channel, o.o_name from "bearmq".open_turns_v1(v_released_groups) o;
  end if;
  -- Completed, and finalized already: by a rescue, or by an earlier copy of this settle.
  return query
  select o.id::text, o.fence, 'completed', null::text from (select t.id, t.fence, t.attempt, t.kind, t.secs, t.error, t.failure, t.result -> 0 as result, t.keep
    from json_to_recordset(coalesce(p_rest, '[]')) as t (
      id uuid, fence integer, attempt integer, kind text, secs float8, error text, failure json, result json, keep boolean)) o join "bearmq".finalized_job f on f.id = any (array[o.id])
  where o.kind not in ('succeeded', 'started') and f.fence = o.fence and f.process_id = p_process and f.outcome = 'succeeded';
  return query
  select o.id::text, o.fence, null::text, null::text from (
    select u.id, u.fence, null::text as kind, null::integer as attempt from unnest(p_ids, p_fences) as u (id, fence)
    union all
    select t.id, t.fence, t.kind, t.attempt from (select t.id, t.fence, t.attempt, t.kind, t.secs, t.error, t.failure, t.result -> 0 as result, t.keep
    from json_to_recordset(coalesce(p_rest, '[]')) as t (
      id uuid, fence integer, attempt integer, kind text, secs float8, error text, failure json, result json, keep boolean)) t
  ) o
  where not exists (
      select 1 from "bearmq".finalized_job f
      where f.id = any (array[o.id]) and f.fence = o.fence
        -- Cancelled while it waited: with this number only what an earlier copy has put back.
        and (f.process_id = p_process or f.process_id is null and f.outcome = 'cancelled'))
    and not exists (
      select 1 from "bearmq".job j where j.id = any (array[o.id]) and j.fence = o.fence
        and (j.process_id = p_process or j.process_id is null and o.kind in ('waiting', 'snoozed', 'parked') and j.attempt = o.attempt))
    and (case when o.kind is null or o.kind = 'succeeded' then v_keep when o.kind in ('succeeded', 'failed', 'cancelled') then v_keep_failed
        else v_keep and v_keep_failed end
      or exists (select 1 from "bearmq".job j where j.id = any (array[o.id])));
end
$bearmq$`,
    `create function "bearmq".complete_v1(p_id uuid, p_fence integer, p_process uuid, p_attempt integer, p_done jsonb) returns boolean language plpgsql volatile
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
  set plan_cache_mode = force_generic_plan
  set enable_mergejoin = off set enable_hashjoin = off
as $bearmq$
declare
  v_was boolean;
begin
  select j.done is not null into v_was from "bearmq".job j
  where j.id = any (array[p_id]) and j.fence = p_fence and j.process_id = p_process for no key update;
  if not found then
    raise exception 'the claim of job % was lost: its lease ran out, and it may run elsewhere', p_id using errcode = 'BM004';
  end if;
  if not v_was then
    update "bearmq".job j set done = p_done, started = true, attempt = p_attempt where j.id = any (array[p_id]);
  end if;
  return not v_was;
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
  v_had uuid[];
  v_done uuid[];
  v_released_groups text[];
  v_released_epochs integer[];
  v_held "bearmq".held_job[];
begin
  select array_agg(distinct j.job_group) into v_groups from "bearmq".job j
  where j.process_id = p_process and j.state = 'running' and j.job_group is not null;
  perform 1 from (select distinct u.name collate "C" as name from unnest(v_groups) as u (name) order by 1 offset 0) u
      cross join lateral (select 1 from "bearmq".job_group g where g.name = u.name for update) l;
  perform set_config('lock_timeout', '500ms', true);

  v_had := array(
    select j.id from "bearmq".job j where j.process_id = p_process and j.state = 'running' and (j.id, j.fence) not in (select k.id, k.fence from unnest(p_known, p_known_fences) as k (id, fence))
    order by j.id for update skip locked);
  if p_refund and exists (
    select 1 from "bearmq".job j where j.process_id = p_process and j.state = 'running' and (j.id, j.fence) not in (select k.id, k.fence from unnest(p_known, p_known_fences) as k (id, fence)) and j.id <> all (v_had)) then
    raise exception 'somebody holds a job that is to be taken back' using errcode = 'lock_not_available';
  end if;

  select array_agg(j.job_group) filter (where j.job_group = any (v_groups)),
    array_agg(j.group_epoch) filter (where j.job_group = any (v_groups)),
    array_agg(row(j.held, j.channel, j.name)::"bearmq".held_job) filter (where j.held is not null),
    array_agg(j.id) filter (where j.done is not null)
  into v_released_groups, v_released_epochs, v_held, v_done
  from unnest(v_had) as h (id) join "bearmq".job j on j.id = any (array[h.id]);

  if v_done is not null then
    delete from "bearmq".finalized_job f where f.id = any (v_done);
    with over as (
      delete from "bearmq".job j using unnest(v_done) as d (id) where j.id = any (array[d.id]) returning j.id, j.seq, j.enqueued_at, j.claimed_at, j.timeout_secs, j.num_attempts, j.fence, j.priority, j.name, j.channel, j.job_group, j.payload, j.extras, j.ready_at, j.deaths, j.failures, j.attempt, j.done
    )
    insert into "bearmq".finalized_job (id, seq, enqueued_at, claimed_at, timeout_secs, num_attempts, fence, priority, name, channel, job_group, payload, extras, ready_at, deaths, failures, attempt, result, process_id, outcome)
    select id, seq, enqueued_at, claimed_at, timeout_secs, num_attempts, fence, priority, name, channel, job_group, payload, extras, ready_at, deaths, failures, attempt, (o.done -> 'result')::json, p_process, 'succeeded' from over o where o.done -> 'keep' = 'true';
  end if;

  return query
  with released as (
    update "bearmq".job j set state = case when j.job_group is null then 'ready' else 'blocked' end::"bearmq".job_state, process_id = null, fence = j.fence % 2147483647 + 1, suspect = j.suspect or not p_refund,
      attempt = greatest(0, j.attempt - case when j.started and (p_refund or coalesce(j.deaths, 0) < coalesce(substring(j.extras::text from '"maxDeaths":([0-9]{1,4})[,}]')::integer, 0)) then 1 else 0 end),
      ready_at = case when j.started and not p_refund then now() else j.ready_at end,
      deaths = case when j.started and not p_refund then coalesce(j.deaths, 0) % 2147483647 + 1 else j.deaths end,
      failures = case when j.started and not p_refund then "bearmq".append_failure_v1(j.failures, jsonb_build_object('attempt', j.attempt, 'atMs', round(extract(epoch from clock_timestamp()) * 1000),
          'processId', p_process, 'workerId', null::text, 'durationMs', null::float8, 'error', 'the worker process died')) else j.failures end
    from unnest(v_had) as h (id) where j.id = any (array[h.id])
    returning j.id, j.job_group, j.channel, j.name, j.priority, j.seq
  ),
  lined_up as materialized (
    select case when pg_catalog.count(*) > 0 then "bearmq".line_up_v1(pg_catalog.array_agg(w.job_group), pg_catalog.array_agg(w.channel),
      pg_catalog.array_agg(w.name), pg_catalog.array_agg(w.priority), pg_catalog.array_agg(w.seq)) end as places
    from (
      select a.job_group, a.channel, a.name, pg_catalog.max(a.priority) as priority, greatest(pg_catalog.min(a.seq), 1) as seq
      from released a where a.job_group is not null group by a.job_group, a.channel, a.name order by 5
    ) w
  )
  select r.id, r.name from released r where (select count(l.places) >= 0 from lined_up l);

  if v_released_groups is not null then
    perform "bearmq".release_groups_v1(v_released_groups, v_released_epochs);
  end if;
  if v_held is not null then
    perform "bearmq".release_limits_v1(v_held);
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

  -- Running jobs of a worker without a row: those that a user's transaction held when the worker was rescued.
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
      -- Something else than a job is held. Its row stays, so the next rescue tries again; the others are rescued now.
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
      perform "bearmq".open_turns_v1(v_groups);
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
      < 2 * extract(epoch from now())::float8)
    or exists (
      select 1 from unnest(v_dead || v_strays) as d (id) join "bearmq".job j on j.process_id = any (array[d.id])
      where j.state = 'running') then
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
    `create function "bearmq".fire_schedules_v1(p_fires json, p_jobs json) returns table (o_id uuid, o_is_skipped boolean) language plpgsql volatile
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
  set plan_cache_mode = force_generic_plan
  set enable_mergejoin = off set enable_hashjoin = on
as $bearmq$
begin
  return query
  with fire as materialized (
    select f.* from json_to_recordset(p_fires) as f (id uuid, revision integer, "lastAtMs" float8, "nextAtMs" float8,
      overlap text, "lastJobId" uuid)
  ),
  held as materialized (
    select s.id, f."lastAtMs", f."nextAtMs", f."lastJobId", s.payload,
      f.overlap = 'skip' and exists (select 1 from "bearmq".job j where j.id = any (array[s.last_job_id])) as is_skipped
    from (select * from fire order by id) f cross join lateral (
      select s.* from "bearmq".schedule s where s.id = any (array[f.id]) and s.revision = f.revision
      limit 1 for update skip locked
    ) s
    where s.paused_at is null and s.next_at <= now()
  ),
  advanced as (
    update "bearmq".schedule s set last_at = to_timestamp(h."lastAtMs" / 1000), next_at = to_timestamp(h."nextAtMs" / 1000),
      revision = s.revision % 2147483647 + 1,
      last_job_id = case when h.is_skipped then s.last_job_id else coalesce(h."lastJobId", s.last_job_id) end
    from held h where s.id = any (array[h.id])
    returning s.id, h.is_skipped
  ),
  added as (
    insert into "bearmq".job (id, state, run_at, name, channel, job_group, num_attempts, timeout_secs, priority, extras, payload)
    select t.id, case when t."delaySecs" > 0 then 'scheduled' when t."jobGroup" is null then 'ready' else 'blocked' end::"bearmq".job_state,
      case when t."delaySecs" > 0 then statement_timestamp() + make_interval(secs => t."delaySecs") end,
      t.name, t.channel, t."jobGroup", t."numAttempts", t."timeoutSecs", t.priority, t.extras::json,
      coalesce(t."payloadText"::json, h.payload)
    from rows from (
      json_to_recordset(p_jobs) as ("scheduleId" uuid, id uuid, name text, channel text, "jobGroup" text,
        "delaySecs" float8, "numAttempts" integer, "timeoutSecs" float8, priority integer, extras text,
        "payloadText" text)
    ) with ordinality as t ("scheduleId", id, name, channel, "jobGroup", "delaySecs", "numAttempts", "timeoutSecs", priority,
      extras, "payloadText", place)
    join held h on h.id = t."scheduleId" where not h.is_skipped order by t.place
    returning job_group, channel, name, priority, seq, state
  ),
  behind as (
    select * from added where state = 'blocked'
  ),
  lined_up as materialized (
    select case when pg_catalog.count(*) > 0 then "bearmq".line_up_v1(pg_catalog.array_agg(w.job_group), pg_catalog.array_agg(w.channel),
      pg_catalog.array_agg(w.name), pg_catalog.array_agg(w.priority), pg_catalog.array_agg(w.seq)) end as places
    from (
      select a.job_group, a.channel, a.name, pg_catalog.max(a.priority) as priority, greatest(pg_catalog.min(a.seq), 1) as seq
      from behind a where a.job_group is not null group by a.job_group, a.channel, a.name order by 5
    ) w
  )
  select a.id, a.is_skipped from advanced a, (select count(places) from lined_up) l;
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
    and not exists (select 1 from "bearmq".job_turn t where t.job_group = g.name)
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
  v_shut bigint[];
begin
  with recursive lane (job_group, channel, name) as (
    (select j.job_group, j.channel, j.name from "bearmq".job j
      where j.state in ('ready', 'blocked') and j.job_group is not null
      order by j.job_group, j.channel, j.name limit 1)
    union all
    select x.* from lane l cross join lateral (
      select j.job_group, j.channel, j.name from "bearmq".job j
      where j.state in ('ready', 'blocked') and j.job_group is not null
        and (j.job_group, j.channel, j.name) > (l.job_group, l.channel, l.name)
      order by j.job_group, j.channel, j.name limit 1) x
  ),
  holding as materialized (
    select j.job_group, j.group_epoch, count(*)::integer as running from "bearmq".job j
    where j.state = 'running' and j.job_group is not null group by j.job_group, j.group_epoch
  )
  select array_agg(distinct s.name) into v_suspects from (
    select l.job_group as name from lane l
    where not exists (
      select 1 from "bearmq".job_turn t
      where t.job_group = any (array[l.job_group]) and t.channel = l.channel and t.name = l.name)
    union all
    select t.job_group from "bearmq".job_turn t
    where not t.open and not exists (select 1 from "bearmq".job_group g where g.name = any (array[t.job_group]))
    union all
    select s.o_job_group from "bearmq".gates_v1(array(
      select distinct t.job_group from "bearmq".job_turn t where not t.open and t.due_at is null)) s
    where s.o_places > 0 and coalesce(s.o_starts, 1) > 0
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

  with recursive lane (job_group, channel, name) as (
    select g.name, x.channel, x.name from unnest(v_names) as g (name) cross join lateral (
      select j.channel, j.name from "bearmq".job j where j.job_group = g.name and j.state in ('ready', 'blocked')
      order by j.channel, j.name limit 1) x
    union all
    select l.job_group, x.channel, x.name from lane l cross join lateral (
      select j.channel, j.name from "bearmq".job j
      where j.job_group = l.job_group and j.state in ('ready', 'blocked') and (j.channel, j.name) > (l.channel, l.name)
      order by j.channel, j.name limit 1) x
  ),
  added as (
    insert into "bearmq".job_turn (job_group, channel, name, priority, turn)
    select l.job_group, l.channel, l.name, x.priority, x.seq from lane l cross join lateral (
      select j.priority, j.seq from "bearmq".job j
      where j.job_group = l.job_group and j.channel = l.channel and j.name = l.name and j.state in ('ready', 'blocked')
      order by j.priority desc, j.seq limit 1) x
    where not exists (
      select 1 from "bearmq".job_turn t where t.job_group = l.job_group and t.channel = l.channel and t.name = l.name)
    returning job_turn.job_group
  )
  select array_agg(distinct a.job_group) into v_stuck from added a;
  v_shut := array(select t.id from "bearmq".job_turn t where t.job_group = any (v_names) and not t.open);
  perform "bearmq".open_turns_v1(v_names);
  v_stuck := array(
    select s.name from unnest(v_stuck) as s (name)
    union
    select t.job_group from "bearmq".job_turn t where t.job_group = any (v_names) and t.id = any (v_shut) and t.open
      and not (t.job_group = any (v_miscounted)));

  return query select 'miscounted', u.name from unnest(v_miscounted) as u (name);
  return query select 'stuck', u.name from unnest(v_stuck) as u (name);
end
$bearmq$`,
    `create function "bearmq".check_limits_v1() returns table (o_kind text, o_name text) language plpgsql volatile
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
  set plan_cache_mode = force_generic_plan
  set enable_mergejoin = off set enable_hashjoin = on
as $bearmq$
declare
  v_kinds text[];
  v_names text[];
begin
  if not exists (select 1 from "bearmq".job_limit) then
    return;
  end if;
  with counted as materialized (
      select 'channel' collate "C" as kind, j.channel as name, count(*)::integer as running from "bearmq".job j
      where j.state = 'running' and j.held & 1 > 0 group by j.channel
      union all
      select 'name' collate "C" as kind, j.name as name, count(*)::integer as running from "bearmq".job j
      where j.state = 'running' and j.held & 2 > 0 group by j.name
    ),
    wrong as (
      select l.kind, l.name, coalesce(c.running, 0) as running from "bearmq".job_limit l
      left join counted c on c.kind = l.kind and c.name = l.name
      where l.running <> coalesce(c.running, 0) and true
    )
  select array_agg(w.kind), array_agg(w.name) into v_kinds, v_names from wrong w;
  if v_kinds is null then
    return;
  end if;
  select array_agg(h.kind), array_agg(h.name) into v_kinds, v_names from (
    select w.kind, w.name from unnest(v_kinds, v_names) as w (kind, name) order by w.kind collate "C", w.name collate "C"
    offset 0) w
  cross join lateral (
    select l.kind, l.name from "bearmq".job_limit l where l.kind = w.kind and l.name = any (array[w.name])
    for update skip locked) h;
  return query
  with counted as materialized (
      select 'channel' collate "C" as kind, j.channel as name, count(*)::integer as running from "bearmq".job j
      where j.state = 'running' and j.held & 1 > 0 group by j.channel
      union all
      select 'name' collate "C" as kind, j.name as name, count(*)::integer as running from "bearmq".job j
      where j.state = 'running' and j.held & 2 > 0 group by j.name
    ),
    wrong as (
      select l.kind, l.name, coalesce(c.running, 0) as running from "bearmq".job_limit l
      left join counted c on c.kind = l.kind and c.name = l.name
      where l.running <> coalesce(c.running, 0) and (l.kind, l.name) in (select h.kind, h.name from unnest(v_kinds, v_names) as h (kind, name))
    )
  update "bearmq".job_limit l set running = w.running from wrong w where l.kind = w.kind and l.name = w.name
  returning l.kind::text, l.name::text;
end
$bearmq$`,
    `create function "bearmq".cancel_v1(p_ids uuid[], p_reason text, p_finalized text) returns table (o_id uuid, o_what text, o_name text, o_channel text) language plpgsql volatile
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
  set plan_cache_mode = force_generic_plan
  set enable_mergejoin = off set enable_hashjoin = off
as $bearmq$
declare
  v_processes uuid[];
  v_groups text[];
  v_empty "bearmq".turn_key[];
  v_places bigint[];
  v_cancelled uuid[];
  v_told uuid[];
begin
  v_processes := array(
    select p.id from "bearmq".process p where p.id in (
      select j.process_id from unnest(p_ids) as u (id) join "bearmq".job j on j.id = any (array[u.id])
      where j.process_id is not null)
    order by p.id for no key update);
  v_groups := array(
    select distinct j.job_group from unnest(p_ids) as u (id) join "bearmq".job j on j.id = any (array[u.id])
    where j.state in ('ready', 'blocked') and j.job_group is not null);
  if cardinality(v_groups) > 0 then
    perform 1 from (select distinct u.name collate "C" as name from unnest(v_groups) as u (name) order by 1 offset 0) u
      cross join lateral (select 1 from "bearmq".job_group g where g.name = u.name for update) l;
  end if;
  perform set_config('lock_timeout', '500ms', true);

  v_cancelled := array(select l.id from (
      select j.id from unnest(p_ids) as u (id) join "bearmq".job j on j.id = any (array[u.id])
      where j.process_id is null
        and (j.state in ('scheduled', 'pending') or j.job_group is null or j.job_group = any (v_groups))
      order by j.id for update of j skip locked) l);
  if cardinality(v_cancelled) > 0 then
    -- Somebody may have put a job of history back by hand: its latest end is what counts.
    if p_finalized <> 'delete' then
      delete from "bearmq".finalized_job f where f.id = any (v_cancelled);
    end if;
    return query
    with over as (
      delete from "bearmq".job j using unnest(v_cancelled) as u (id) where j.id = any (array[u.id])
      returning j.id, j.seq, j.enqueued_at, j.claimed_at, j.timeout_secs, j.num_attempts, j.fence, j.priority, j.name, j.channel, j.job_group, j.payload, j.extras, j.ready_at, j.deaths, j.failures, j.attempt
    ),
    moved as (
      insert into "bearmq".finalized_job (id, seq, enqueued_at, claimed_at, timeout_secs, num_attempts, fence, priority, name, channel, job_group, payload, extras, ready_at, deaths, failures, attempt, error, outcome)
      select id, seq, enqueued_at, claimed_at, timeout_secs, num_attempts, fence, priority, name, channel, job_group, payload, extras, ready_at, deaths, failures, attempt, p_reason, 'cancelled' from over where p_finalized <> 'delete'
    )
    select o.id, 'cancelled', o.name, null::text from over o;
  end if;

  v_told := array(
    select j.id from unnest(p_ids) as u (id) join "bearmq".job j on j.id = any (array[u.id])
    where j.process_id = any (v_processes) and j.done is null order by j.id for update of j skip locked);
  if cardinality(v_told) > 0 then
    return query
    update "bearmq".job j set cancel = coalesce(j.cancel, jsonb_build_object(
        'at', round(extract(epoch from clock_timestamp()) * 1000), 'reason', p_reason))
    from unnest(v_told) as u (id) where j.id = any (array[u.id])
    returning j.id, 'running', j.name, null::text;
    update "bearmq".process p set cancels = p.cancels % 2147483647 + 1 where p.id = any (v_processes);
  end if;
  if cardinality(v_groups) > 0 then
    v_places := array(
      select t.id from "bearmq".job_turn t
      where t.job_group = any (v_groups) and t.priority > (
        select j.priority from "bearmq".job j
        where j.job_group = t.job_group and j.channel = t.channel and j.name = t.name and j.state in ('ready', 'blocked')
        order by j.priority desc, j.seq limit 1)
      order by t.job_group, t.id for update skip locked);
    update "bearmq".job_turn t set priority = h.priority
    from (
      select p.id, p.job_group, p.channel, p.name, (
        select j.priority from "bearmq".job j
        where j.job_group = p.job_group and j.channel = p.channel and j.name = p.name and j.state in ('ready', 'blocked')
        order by j.priority desc, j.seq limit 1) as priority
      from "bearmq".job_turn p where p.job_group = any (v_groups) and p.id = any (v_places)
    ) h
    where t.job_group = h.job_group and t.channel = h.channel and t.name = h.name and t.id = h.id and h.priority < t.priority;
    v_empty := array(select row(e.job_group, e.channel, e.name, e.id)::"bearmq".turn_key from (
      select t.job_group, t.channel, t.name, t.id from "bearmq".job_turn t
      where t.job_group = any (v_groups) and not exists (
        select 1 from "bearmq".job j
        where j.job_group = t.job_group and j.channel = t.channel and j.name = t.name and j.state in ('ready', 'blocked'))
      for update of t skip locked) e);
    delete from "bearmq".job_turn t using unnest(v_empty) u where t.job_group = any (array[u.job_group]) and t.channel = u.channel and t.name = u.name
        and t.id = u.id and (
      not exists (
        select 1 from "bearmq".job j
        where j.job_group = t.job_group and j.channel = t.channel and j.name = t.name and j.state in ('ready', 'blocked'))
      or exists (
        select 1 from "bearmq".job_turn o
        where o.job_group = t.job_group and o.channel = t.channel and o.name = t.name and o.id < t.id));
    return query select null::uuid, 'opened', p.o_name, p.o_channel from "bearmq".open_turns_v1(v_groups) p;
  end if;
  -- One that runs and was not told of was claimed a moment ago, or is held: it is to be asked for again.
  return query
  select u.id, case when j.done is not null then 'over' when j.id is not null then 'busy' when f.id is null then 'not-found' else 'over' end,
    coalesce(j.name, f.name), null::text
  from unnest(p_ids) as u (id)
  left join "bearmq".job j on j.id = any (array[u.id])
  left join "bearmq".finalized_job f on f.id = any (array[u.id])
  where u.id <> all (v_cancelled) and u.id <> all (v_told);
end
$bearmq$`,
    `create function "bearmq".delete_jobs_v1(p_ids uuid[]) returns table (o_id uuid, o_what text, o_name text, o_channel text) language plpgsql volatile
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
  set plan_cache_mode = force_generic_plan
  set enable_mergejoin = off set enable_hashjoin = off
as $bearmq$
declare
  v_groups text[];
  v_empty "bearmq".turn_key[];
  v_places bigint[];
  v_waiting uuid[];
  v_over uuid[];
begin
  v_groups := array(
    select distinct j.job_group from unnest(p_ids) as u (id) join "bearmq".job j on j.id = any (array[u.id])
    where j.state in ('ready', 'blocked') and j.job_group is not null);
  if cardinality(v_groups) > 0 then
    perform 1 from (select distinct u.name collate "C" as name from unnest(v_groups) as u (name) order by 1 offset 0) u
      cross join lateral (select 1 from "bearmq".job_group g where g.name = u.name for update) l;
  end if;
  perform set_config('lock_timeout', '500ms', true);
  v_waiting := array(select l.id from (
      select j.id from unnest(p_ids) as u (id) join "bearmq".job j on j.id = any (array[u.id])
      where j.process_id is null
        and (j.state in ('scheduled', 'pending') or j.job_group is null or j.job_group = any (v_groups))
      order by j.id for update of j skip locked) l);
  v_over := array(
    select f.id from unnest(p_ids) as u (id) join "bearmq".finalized_job f on f.id = any (array[u.id])
    where not exists (select 1 from "bearmq".job j where j.id = any (array[f.id]) and j.id <> all (v_waiting))
    order by f.id for update of f skip locked);
  return query
  with waited as (
    delete from "bearmq".job j using unnest(v_waiting) as u (id) where j.id = any (array[u.id]) returning j.id, j.name
  ),
  was_over as (
    delete from "bearmq".finalized_job f using unnest(v_over) as u (id) where f.id = any (array[u.id]) returning f.id, f.name
  )
  select d.id, 'deleted', max(d.name), null::text from (select * from waited union all select * from was_over) d group by d.id;
  if cardinality(v_groups) > 0 then
    v_places := array(
      select t.id from "bearmq".job_turn t
      where t.job_group = any (v_groups) and t.priority > (
        select j.priority from "bearmq".job j
        where j.job_group = t.job_group and j.channel = t.channel and j.name = t.name and j.state in ('ready', 'blocked')
        order by j.priority desc, j.seq limit 1)
      order by t.job_group, t.id for update skip locked);
    update "bearmq".job_turn t set priority = h.priority
    from (
      select p.id, p.job_group, p.channel, p.name, (
        select j.priority from "bearmq".job j
        where j.job_group = p.job_group and j.channel = p.channel and j.name = p.name and j.state in ('ready', 'blocked')
        order by j.priority desc, j.seq limit 1) as priority
      from "bearmq".job_turn p where p.job_group = any (v_groups) and p.id = any (v_places)
    ) h
    where t.job_group = h.job_group and t.channel = h.channel and t.name = h.name and t.id = h.id and h.priority < t.priority;
    v_empty := array(select row(e.job_group, e.channel, e.name, e.id)::"bearmq".turn_key from (
      select t.job_group, t.channel, t.name, t.id from "bearmq".job_turn t
      where t.job_group = any (v_groups) and not exists (
        select 1 from "bearmq".job j
        where j.job_group = t.job_group and j.channel = t.channel and j.name = t.name and j.state in ('ready', 'blocked'))
      for update of t skip locked) e);
    delete from "bearmq".job_turn t using unnest(v_empty) u where t.job_group = any (array[u.job_group]) and t.channel = u.channel and t.name = u.name
        and t.id = u.id and (
      not exists (
        select 1 from "bearmq".job j
        where j.job_group = t.job_group and j.channel = t.channel and j.name = t.name and j.state in ('ready', 'blocked'))
      or exists (
        select 1 from "bearmq".job_turn o
        where o.job_group = t.job_group and o.channel = t.channel and o.name = t.name and o.id < t.id));
    return query select null::uuid, 'opened', p.o_name, p.o_channel from "bearmq".open_turns_v1(v_groups) p;
  end if;
  p_ids := array(select u.id from unnest(p_ids) as u (id) where u.id <> all (v_waiting) and u.id <> all (v_over));
  return query
  select u.id, case when j.id is null and f.id is null then 'not-found' when j.id is null then 'over'
      when j.process_id is not null then 'running' else 'busy' end,
    coalesce(j.name, f.name), null::text
  from unnest(p_ids) as u (id)
  left join "bearmq".job j on j.id = any (array[u.id])
  left join "bearmq".finalized_job f on f.id = any (array[u.id]);
end
$bearmq$`,
    `create function "bearmq".change_jobs_v1(p_ids uuid[], p_priority integer, p_channel text) returns table (o_id uuid, o_what text, o_name text, o_channel text) language plpgsql volatile
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
  set plan_cache_mode = force_generic_plan
  set enable_mergejoin = off set enable_hashjoin = off
as $bearmq$
declare
  v_groups text[];
  v_empty "bearmq".turn_key[];
  v_places bigint[];
  v_waiting uuid[];
begin
  v_groups := array(
    select distinct j.job_group from unnest(p_ids) as u (id) join "bearmq".job j on j.id = any (array[u.id])
    where j.state in ('ready', 'blocked') and j.job_group is not null);
  if cardinality(v_groups) > 0 then
    perform 1 from (select distinct u.name collate "C" as name from unnest(v_groups) as u (name) order by 1 offset 0) u
      cross join lateral (select 1 from "bearmq".job_group g where g.name = u.name for update) l;
  end if;
  perform set_config('lock_timeout', '500ms', true);
  v_waiting := array(select l.id from (
      select j.id from unnest(p_ids) as u (id) join "bearmq".job j on j.id = any (array[u.id])
      where j.process_id is null
        and (j.state in ('scheduled', 'pending') or j.job_group is null or j.job_group = any (v_groups))
      order by j.id for update of j skip locked) l);
  return query
  with changed as (
    update "bearmq".job j set priority = coalesce(p_priority, j.priority), channel = coalesce(p_channel, j.channel)
    from unnest(v_waiting) as u (id) where j.id = any (array[u.id])
    returning j.id, j.job_group, j.channel, j.name, j.priority, j.seq, j.state
  ),
  behind as (
    select * from changed c where c.state <> 'scheduled'
  ),
  lined_up as materialized (
    select case when pg_catalog.count(*) > 0 then "bearmq".line_up_v1(pg_catalog.array_agg(w.job_group), pg_catalog.array_agg(w.channel),
      pg_catalog.array_agg(w.name), pg_catalog.array_agg(w.priority), pg_catalog.array_agg(w.seq)) end as places
    from (
      select a.job_group, a.channel, a.name, pg_catalog.max(a.priority) as priority, greatest(pg_catalog.min(a.seq), 1) as seq
      from behind a where a.job_group is not null group by a.job_group, a.channel, a.name order by 5
    ) w
  )
  select c.id, 'changed', c.name, c.channel from changed c
  union all
  select null, null, null, null from lined_up l where l.places < 0; -- none, but asked for
  if cardinality(v_groups) > 0 then
    v_places := array(
      select t.id from "bearmq".job_turn t
      where t.job_group = any (v_groups) and t.priority > (
        select j.priority from "bearmq".job j
        where j.job_group = t.job_group and j.channel = t.channel and j.name = t.name and j.state in ('ready', 'blocked')
        order by j.priority desc, j.seq limit 1)
      order by t.job_group, t.id for update skip locked);
    update "bearmq".job_turn t set priority = h.priority
    from (
      select p.id, p.job_group, p.channel, p.name, (
        select j.priority from "bearmq".job j
        where j.job_group = p.job_group and j.channel = p.channel and j.name = p.name and j.state in ('ready', 'blocked')
        order by j.priority desc, j.seq limit 1) as priority
      from "bearmq".job_turn p where p.job_group = any (v_groups) and p.id = any (v_places)
    ) h
    where t.job_group = h.job_group and t.channel = h.channel and t.name = h.name and t.id = h.id and h.priority < t.priority;
    v_empty := array(select row(e.job_group, e.channel, e.name, e.id)::"bearmq".turn_key from (
      select t.job_group, t.channel, t.name, t.id from "bearmq".job_turn t
      where t.job_group = any (v_groups) and not exists (
        select 1 from "bearmq".job j
        where j.job_group = t.job_group and j.channel = t.channel and j.name = t.name and j.state in ('ready', 'blocked'))
      for update of t skip locked) e);
    delete from "bearmq".job_turn t using unnest(v_empty) u where t.job_group = any (array[u.job_group]) and t.channel = u.channel and t.name = u.name
        and t.id = u.id and (
      not exists (
        select 1 from "bearmq".job j
        where j.job_group = t.job_group and j.channel = t.channel and j.name = t.name and j.state in ('ready', 'blocked'))
      or exists (
        select 1 from "bearmq".job_turn o
        where o.job_group = t.job_group and o.channel = t.channel and o.name = t.name and o.id < t.id));
    return query select null::uuid, 'opened', p.o_name, p.o_channel from "bearmq".open_turns_v1(v_groups) p;
  end if;
  p_ids := array(select u.id from unnest(p_ids) as u (id) where u.id <> all (v_waiting));
  return query
  select u.id, case when j.id is null and f.id is null then 'not-found' when j.id is null then 'over'
      when j.process_id is not null then 'running' else 'busy' end,
    coalesce(j.name, f.name), null::text
  from unnest(p_ids) as u (id)
  left join "bearmq".job j on j.id = any (array[u.id])
  left join "bearmq".finalized_job f on f.id = any (array[u.id]);
end
$bearmq$`,
    `create function "bearmq".retry_jobs_v1(p_ids uuid[], p_delay_secs float8) returns table (o_id uuid, o_what text, o_name text, o_channel text) language plpgsql volatile
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
  set plan_cache_mode = force_generic_plan
  set enable_mergejoin = off set enable_hashjoin = off
as $bearmq$
declare
  v_over uuid[];
begin
  v_over := array(
    select f.id from unnest(p_ids) as u (id) join "bearmq".finalized_job f on f.id = any (array[u.id])
    where f.outcome <> 'succeeded' and not exists (select 1 from "bearmq".job j where j.id = any (array[f.id]))
    order by f.id for update of f skip locked);
  return query
  with back as (
    delete from "bearmq".finalized_job f using unnest(v_over) as u (id) where f.id = any (array[u.id])
    returning f.id, f.enqueued_at, f.timeout_secs, f.num_attempts, f.priority, f.name, f.channel, f.job_group, f.payload, f.extras, f.fence, f.failures, f.error
  ),
  again as (
    insert into "bearmq".job as j (id, enqueued_at, timeout_secs, num_attempts, priority, name, channel, job_group, payload, extras, failures, last_error, fence, state, run_at, ready_at)
    select b.id, b.enqueued_at, b.timeout_secs, b.num_attempts, b.priority, b.name, b.channel, b.job_group, b.payload, b.extras, b.failures, b.error, b.fence % 2147483647 + 1,
      case when p_delay_secs > 0 then 'scheduled' when b.job_group is null then 'ready' else 'blocked' end::"bearmq".job_state,
      case when p_delay_secs > 0 then now() + make_interval(secs => p_delay_secs) end,
      case when p_delay_secs > 0 then null else now() end
    from back b join unnest(p_ids) with ordinality as u (id, nth) on u.id = b.id order by u.nth
    returning j.id, j.job_group, j.channel, j.name, j.priority, j.seq, j.state
  ),
  behind as (
    select * from again a where a.state <> 'scheduled'
  ),
  lined_up as materialized (
    select case when pg_catalog.count(*) > 0 then "bearmq".line_up_v1(pg_catalog.array_agg(w.job_group), pg_catalog.array_agg(w.channel),
      pg_catalog.array_agg(w.name), pg_catalog.array_agg(w.priority), pg_catalog.array_agg(w.seq)) end as places
    from (
      select a.job_group, a.channel, a.name, pg_catalog.max(a.priority) as priority, greatest(pg_catalog.min(a.seq), 1) as seq
      from behind a where a.job_group is not null group by a.job_group, a.channel, a.name order by 5
    ) w
  )
  select a.id, 'retried', a.name, a.channel from again a
  union all
  select null, null, null, null from lined_up l where l.places < 0; -- none, but asked for
  return query
  select u.id, case when j.id is not null then 'unfinished' when f.id is null then 'not-found'
      when f.outcome = 'succeeded' then 'succeeded' else 'busy' end,
    coalesce(j.name, f.name), null::text
  from unnest(p_ids) as u (id)
  left join "bearmq".job j on j.id = any (array[u.id])
  left join "bearmq".finalized_job f on f.id = any (array[u.id])
  where u.id <> all (v_over);
end
$bearmq$`,
    `create function "bearmq".run_now_v1(p_ids uuid[]) returns table (o_id uuid, o_what text, o_name text, o_channel text) language plpgsql volatile
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
  set plan_cache_mode = force_generic_plan
  set enable_mergejoin = off set enable_hashjoin = off
as $bearmq$
declare
  v_scheduled uuid[];
begin
  -- The comparison with a state as text keeps it on the primary key.
  v_scheduled := array(select l.id from (
    select j.id from unnest(p_ids) as u (id) join "bearmq".job j on j.id = any (array[u.id])
    where j.state::text = 'scheduled' order by j.id for update of j skip locked) l);
  return query
  with promoted as (
    update "bearmq".job j set state = case when j.job_group is null then 'ready' else 'blocked' end::"bearmq".job_state,
      ready_at = now(), run_at = null
    from unnest(v_scheduled) as u (id) where j.id = any (array[u.id])
    returning j.id, j.job_group, j.channel, j.name, j.priority, j.seq
  ),
  lined_up as materialized (
    select case when pg_catalog.count(*) > 0 then "bearmq".line_up_v1(pg_catalog.array_agg(w.job_group), pg_catalog.array_agg(w.channel),
      pg_catalog.array_agg(w.name), pg_catalog.array_agg(w.priority), pg_catalog.array_agg(w.seq)) end as places
    from (
      select a.job_group, a.channel, a.name, pg_catalog.max(a.priority) as priority, greatest(pg_catalog.min(a.seq), 1) as seq
      from promoted a where a.job_group is not null group by a.job_group, a.channel, a.name order by 5
    ) w
  )
  select p.id, 'promoted', p.name, null::text from promoted p
  union all
  select null, null, null, null from lined_up l where l.places < 0; -- none, but asked for
  return query
  select u.id, case when j.state = 'scheduled' then 'busy' when j.process_id is not null then 'running'
      when j.id is not null then 'waiting' when f.id is null then 'not-found' else 'over' end,
    coalesce(j.name, f.name), null::text
  from unnest(p_ids) as u (id)
  left join "bearmq".job j on j.id = any (array[u.id])
  left join "bearmq".finalized_job f on f.id = any (array[u.id])
  where u.id <> all (v_scheduled);
end
$bearmq$`,
    `create function "bearmq".explain_v1(p_id uuid) returns table (o_kind text, o_facts text) language plpgsql volatile
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
  set plan_cache_mode = force_generic_plan
  set enable_mergejoin = off set enable_hashjoin = off
as $bearmq$
declare
  v_it record;
  v_other record;
  v_gate record;
  v_slots integer;
  v_running integer;
  v_ahead integer;
  v_known integer;
  v_least integer;
begin
  select j.id, j.seq, j.state::text as state, j.priority, j.name, j.channel, j.job_group, j.attempt, j.fence, j.run_at,
    j.process_id, j.claimed_at, j.started, j.last_error, j.cancel, j.xmax as held_by,
    case when j.extras ->> 'v' ~ '^[0-9]{1,9}$' then (j.extras ->> 'v')::integer else 1 end as version into v_it
  from "bearmq".job j where j.id = any (array[p_id]);
  if not found then
    select f.outcome, f.finalized_at into v_other from "bearmq".finalized_job f where f.id = any (array[p_id]);
    if found then
      return query select 'over', json_build_object('outcome', v_other.outcome, 'at', case when isfinite(v_other.finalized_at) then round(extract(epoch from v_other.finalized_at) * 1000) end)::text;
    else
      return query select 'unknown', '{}'::text;
    end if;
    return;
  end if;

  if v_it.process_id is not null then
    select p.host, p.pid, p.expires_at into v_other from "bearmq".process p where p.id = v_it.process_id;
    return query select case when v_other.expires_at > now() then 'running' else 'process-dead' end,
      json_build_object('processId', v_it.process_id, 'host', v_other.host, 'pid', v_other.pid,
        'since', case when isfinite(v_it.claimed_at) then round(extract(epoch from v_it.claimed_at) * 1000) end, 'isStarted', v_it.started, 'leaseExpiresAt', case when isfinite(v_other.expires_at) then round(extract(epoch from v_other.expires_at) * 1000) end,
        'isCancelled', v_it.cancel is not null)::text;
    return;
  end if;

  select p.kind, p.name, p.since, p.reason into v_other from "bearmq".pause p
  where p.kind = 'everything' or (p.kind, p.name) in (('channel', v_it.channel), ('name', v_it.name), ('group', v_it.job_group))
  order by p.since limit 1;
  if found then
    return query select 'paused', json_build_object('what', v_other.kind, 'name', nullif(v_other.name, ''),
      'since', case when isfinite(v_other.since) then round(extract(epoch from v_other.since) * 1000) end, 'reason', v_other.reason)::text;
    return;
  end if;

  -- A process leaves a payload that is newer than it knows to others, and does so again and again where there are none.
  select max(s.known), min(s.known) into v_known, v_least from (select p.id, case when t.e ->> 'slots' ~ '^[0-9]{1,6}$' then (t.e ->> 'slots')::integer else 0 end as slots,
      case when t.e ->> 'channels' is not null then (t.e -> 'channels')::jsonb end as channels,
      case when t.e -> 'versions' ->> v_it.name ~ '^[0-9]{1,9}$' then (t.e -> 'versions' ->> v_it.name)::integer else 1 end as known
    from "bearmq".process p
    cross join lateral json_array_elements(case when json_typeof(p.takes) = 'array' then p.takes else '[]' end) as t (e)
    where p.expires_at > now() and (t.e ->> 'channels' is null or (t.e -> 'channels')::jsonb @> to_jsonb(v_it.channel))
      and (t.e -> 'names')::jsonb @> to_jsonb(v_it.name)) s;
  if v_it.state = 'scheduled' and v_it.run_at > now() and v_it.fence > 0 and v_it.version > v_known then
    return query select 'payload-newer', json_build_object('jobName', v_it.name, 'version', v_it.version, 'known', v_known,
      'at', case when isfinite(v_it.run_at) then round(extract(epoch from v_it.run_at) * 1000) end)::text;
    return;
  end if;
  if v_it.state = 'scheduled' and v_it.run_at > now() then
    return query select 'due', json_build_object('at', case when isfinite(v_it.run_at) then round(extract(epoch from v_it.run_at) * 1000) end,
      'inSecs', case when isfinite(v_it.run_at) then extract(epoch from v_it.run_at - now()) end,
      'why', case when v_it.attempt > 0 and v_it.last_error is not null then 'retry' when v_it.fence > 0 then 'snooze' else 'delay' end,
      'lastError', v_it.last_error,
      'newerThan', case when v_it.version > coalesce(v_least, 1) then coalesce(v_least, 1) end, 'version', v_it.version)::text;
    return;
  end if;
  if v_it.state = 'pending' then
    return query select 'pending', '{}'::text;
    return;
  end if;

  if v_it.job_group is not null and v_it.state <> 'scheduled' then
    select g.o_places, g.o_starts, g.o_due_at into v_gate from "bearmq".gates_v1(array[v_it.job_group]) g;
    if v_gate.o_places = 0 then
      select r.id, r.process_id, r.claimed_at, p.host, p.pid into v_other
      from "bearmq".job_group g join "bearmq".job r on r.job_group = g.name and r.state = 'running' and r.group_epoch = g.epoch
      left join "bearmq".process p on p.id = r.process_id
      where g.name = v_it.job_group order by r.claimed_at limit 1;
      return query select 'group-busy', json_build_object('jobGroup', v_it.job_group, 'jobId', v_other.id,
        'processId', v_other.process_id, 'host', v_other.host, 'pid', v_other.pid, 'since', case when isfinite(v_other.claimed_at) then round(extract(epoch from v_other.claimed_at) * 1000) end)::text;
      return;
    end if;
    if v_gate.o_starts = 0 then
      return query select 'group-rate', json_build_object('jobGroup', v_it.job_group, 'at', case when isfinite(v_gate.o_due_at) then round(extract(epoch from v_gate.o_due_at) * 1000) end)::text;
      return;
    end if;
    -- As many as may run at a time may start before it, and it among them.
    select w.id into v_other from "bearmq".job w
    where w.job_group = v_it.job_group and w.state in ('ready', 'blocked')
      and (w.priority > v_it.priority or w.priority = v_it.priority and w.seq < v_it.seq)
      and exists (select p.id, case when t.e ->> 'slots' ~ '^[0-9]{1,6}$' then (t.e ->> 'slots')::integer else 0 end as slots,
      case when t.e ->> 'channels' is not null then (t.e -> 'channels')::jsonb end as channels,
      case when t.e -> 'versions' ->> w.name ~ '^[0-9]{1,9}$' then (t.e -> 'versions' ->> w.name)::integer else 1 end as known
    from "bearmq".process p
    cross join lateral json_array_elements(case when json_typeof(p.takes) = 'array' then p.takes else '[]' end) as t (e)
    where p.expires_at > now() and (t.e ->> 'channels' is null or (t.e -> 'channels')::jsonb @> to_jsonb(w.channel))
      and (t.e -> 'names')::jsonb @> to_jsonb(w.name))
    order by w.priority desc, w.seq limit 1 offset coalesce(v_gate.o_places, 1) - 1;
    if found then
      return query select 'group-order', json_build_object('jobGroup', v_it.job_group, 'aheadJobId', v_other.id)::text;
      return;
    end if;
  end if;

  begin
    perform 1 from "bearmq".job j where j.id = any (array[p_id]) for update nowait;
    raise exception using errcode = 'BM001';
  exception
    when sqlstate 'BM001' then null;
    when lock_not_available then
      select l.pid, a.xact_start into v_other from pg_locks l left join pg_stat_activity a on a.pid = l.pid
      where l.locktype = 'transactionid' and l.granted
        and l.transactionid = (select j.xmax from "bearmq".job j where j.id = any (array[p_id]));
      return query select 'held', json_build_object('pid', v_other.pid, 'since', case when isfinite(v_other.xact_start) then round(extract(epoch from v_other.xact_start) * 1000) end)::text;
      return;
  end;

  -- Of what a process runs only what the same Workers might have taken.
  with served as materialized (select p.id, case when t.e ->> 'slots' ~ '^[0-9]{1,6}$' then (t.e ->> 'slots')::integer else 0 end as slots,
      case when t.e ->> 'channels' is not null then (t.e -> 'channels')::jsonb end as channels,
      case when t.e -> 'versions' ->> v_it.name ~ '^[0-9]{1,9}$' then (t.e -> 'versions' ->> v_it.name)::integer else 1 end as known
    from "bearmq".process p
    cross join lateral json_array_elements(case when json_typeof(p.takes) = 'array' then p.takes else '[]' end) as t (e)
    where p.expires_at > now() and (t.e ->> 'channels' is null or (t.e -> 'channels')::jsonb @> to_jsonb(v_it.channel))
      and (t.e -> 'names')::jsonb @> to_jsonb(v_it.name))
  select sum(s.slots), (
    select count(*) from "bearmq".job r where r.state = 'running' and exists (
      select 1 from served x where x.id = r.process_id and (x.channels is null or x.channels @> to_jsonb(r.channel))))
  into v_slots, v_running from served s;
  if v_slots is null then
    return query select 'no-worker', json_build_object('jobName', v_it.name, 'channel', v_it.channel,
      'liveProcesses', (select count(*) from "bearmq".process p where p.expires_at > now()),
      'startingProcesses', (select count(*) from "bearmq".process p where p.expires_at > now()
        and p.started_at > now() - interval '5 s'))::text;
    return;
  end if;
  if v_it.version > v_known then
    return query select 'payload-newer', json_build_object('jobName', v_it.name, 'version', v_it.version, 'known', v_known,
      'at', null)::text;
    return;
  end if;
  -- One that has room for none now: the name's before the channel's, as a claim counts them.
  select l.kind, l.name, l.running, l.max_running, l.running >= l.max_running as is_full,
    "bearmq".next_start_v1(l.rate_max, l.rate_secs, l.rate_at, l.rate_n) as due_at into v_other
  from "bearmq".job_limit l
  where (l.kind, l.name) in (('name', v_it.name), ('channel', v_it.channel)) and (l.running >= l.max_running
    or l.rate_max is not null and "bearmq".starts_left_v1(l.rate_max, l.rate_secs, l.rate_at, l.rate_n) = 0)
  order by l.kind = 'name' desc limit 1;
  if found then
    return query select case when v_other.is_full then 'limit' else 'rate' end,
      json_build_object('what', v_other.kind, 'name', v_other.name, 'running', v_other.running, 'max', v_other.max_running,
        'at', case when isfinite(v_other.due_at) then round(extract(epoch from v_other.due_at) * 1000) end)::text;
    return;
  end if;
  select count(*) into v_ahead from (
    select 1 from "bearmq".job a where a.state = 'ready' and a.job_group is null and a.channel = v_it.channel and a.name = v_it.name
      and (~a.priority, a.seq) < (~v_it.priority, v_it.seq) limit 1000) a;
  return query select case when v_running >= v_slots then 'workers-busy' else 'about-to-start' end,
    json_build_object('slots', v_slots, 'running', v_running, 'ahead', v_ahead)::text;
end
$bearmq$`,
    `create function "bearmq".set_limit_v1(p_kind text, p_name text, p_origin text, p_max_running integer, p_rate_max integer,
  p_rate_secs float8, p_group_max_running integer, p_group_rate_max integer, p_group_rate_secs float8) returns boolean language plpgsql volatile
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
  set plan_cache_mode = force_generic_plan
  set enable_mergejoin = off set enable_hashjoin = off
as $bearmq$
declare
  v_bit smallint := case p_kind when 'channel' then 1 else 2 end;
  v_jobs integer := 0;
begin
  perform set_config('lock_timeout', '500ms', true);
  lock table "bearmq".process in exclusive mode;
  if p_origin = 'definition' and exists (
    select 1 from "bearmq".job_limit l where l.kind = p_kind and l.name = p_name and l.origin <> 'definition') then
    return false;
  end if;
  if num_nonnulls(p_max_running, p_rate_max, p_group_max_running, p_group_rate_max) = 0 then
    update "bearmq".job j set held = nullif(j.held & ~v_bit, 0)
    where j.state = 'running' and j.held & v_bit > 0 and case p_kind when 'channel' then j.channel else j.name end = p_name;
    delete from "bearmq".job_limit l where l.kind = p_kind and l.name = p_name;
    return true;
  end if;
  -- Jobs before limits, as a settle has it.
  if p_max_running is not null then
    with counted as (
      update "bearmq".job j set held = coalesce(j.held, 0) | v_bit
      where j.state = 'running' and coalesce(j.held & v_bit, 0) = 0
        and case p_kind when 'channel' then j.channel else j.name end = p_name
      returning 1
    )
    select count(*) into v_jobs from counted;
  end if;
  insert into "bearmq".job_limit as l (kind, name, origin, running, max_running, rate_max, rate_secs, group_max_running,
    group_rate_max, group_rate_secs)
  values (p_kind, p_name, p_origin, v_jobs, p_max_running, p_rate_max, p_rate_secs, p_group_max_running,
    p_group_rate_max, p_group_rate_secs)
  on conflict (kind, name) do update set origin = p_origin, running = l.running + v_jobs, max_running = p_max_running,
    rate_max = p_rate_max, rate_secs = p_rate_secs, group_max_running = p_group_max_running,
    group_rate_max = p_group_rate_max, group_rate_secs = p_group_rate_secs;
  return true;
end
$bearmq$`,
    `create function "bearmq".set_group_v1(
  p_group text, p_max_running integer, p_weight integer, p_rate_max integer, p_rate_secs float8) returns table (o_channel text, o_name text) language plpgsql volatile
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
  set plan_cache_mode = force_generic_plan
  set enable_mergejoin = off set enable_hashjoin = off
as $bearmq$
begin
  insert into "bearmq".job_group (name) values (p_group) on conflict do nothing;
  perform 1 from "bearmq".job_group g where g.name = p_group for update;
  update "bearmq".job_group g set max_running = p_max_running, weight = p_weight, rate_max = p_rate_max, rate_secs = p_rate_secs
  where g.name = p_group;
  return query select o.o_channel, o.o_name from "bearmq".open_turns_v1(array[p_group]) o;
end
$bearmq$`,
    `create function "bearmq".reopen_turns_v1(p_after text, p_limit integer) returns text language plpgsql volatile
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
  set plan_cache_mode = force_generic_plan
  set enable_mergejoin = off set enable_hashjoin = off
as $bearmq$
declare
  v_last text;
  v_groups text[];
begin
  select max(d.job_group), array_agg(d.job_group) into v_last, v_groups from (
    select distinct t.job_group from "bearmq".job_turn t where t.job_group > p_after and not t.open
    order by t.job_group limit p_limit) d;
  v_groups := array(
    select l.name from (
      select g.name from unnest(v_groups) as u (name) join "bearmq".job_group g on g.name = any (array[u.name])
      order by g.name for update of g) l);
  perform "bearmq".open_turns_v1(v_groups);
  return v_last;
end
$bearmq$`,
    `create procedure "bearmq".pause_v1(p_kind text, p_name text, p_reason text, inout o_is_new boolean default null)
language plpgsql
as $bearmq$
declare
  v_process uuid;
begin
  insert into "bearmq".pause (kind, name, reason) values (p_kind, p_name, p_reason) on conflict do nothing;
  o_is_new := found;
  commit;
  for v_process in select p.id from "bearmq".process p order by p.id loop
    perform 1 from "bearmq".process p where p.id operator(pg_catalog.=) v_process for update;
    commit;
  end loop;
end
$bearmq$`,
    `create function "bearmq".resume_v1(p_kind text, p_name text) returns table (o_channel text, o_name text) language plpgsql volatile
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
  set plan_cache_mode = force_generic_plan
  set enable_mergejoin = off set enable_hashjoin = off
as $bearmq$
begin
  if p_kind = 'group' then
    insert into "bearmq".job_group (name)
    select distinct m.name collate "C" as name from (select p.name from "bearmq".pause p where p.kind = p_kind and p.name = p_name) m
    where not exists (select 1 from "bearmq".job_group e where e.name = any (array[m.name]))
    order by 1
    on conflict do nothing;
    perform 1 from (select distinct u.name collate "C" as name from unnest(array[p_name]) as u (name) order by 1 offset 0) u
      cross join lateral (select 1 from "bearmq".job_group g where g.name = u.name for update) l;
  end if;
  delete from "bearmq".pause p where p.kind = p_kind and p.name = p_name;
  if not found then
    return;
  end if;
  if p_kind = 'group' then
    return query select o.o_channel, o.o_name from "bearmq".open_turns_v1(array[p_name]) o;
  end if;
  return next;
end
$bearmq$`,
    `create function "bearmq".prune_keys_v1(p_after uuid, p_limit integer) returns table (o_last uuid, o_seen integer, o_deleted integer) language plpgsql volatile
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
  set plan_cache_mode = force_generic_plan
  set enable_mergejoin = off set enable_hashjoin = off
as $bearmq$
declare
  v_locked uuid[];
begin
  select max(p.hash::text)::uuid, count(*)::integer into o_last, o_seen
  from (select k.hash from "bearmq".unique_key k where k.hash > p_after order by k.hash limit p_limit) p;
  select array_agg(l.hash) into v_locked from (
    select k.hash from "bearmq".unique_key k where k.hash > p_after and k.hash <= o_last
      and not (coalesce(k.held_until > clock_timestamp(), false)
        or exists (select 1 from "bearmq".job j where j.id = any (array[k.job_id]) and (k.until <> 'started' or j.fence = 0))
        or k.until = 'deleted' and exists (select 1 from "bearmq".finalized_job f where f.id = any (array[k.job_id])))
    order by k.hash for update of k skip locked) l;
  delete from "bearmq".unique_key k using unnest(v_locked) as l (hash)
  where k.hash = any (array[l.hash]) and not (coalesce(k.held_until > clock_timestamp(), false)
        or exists (select 1 from "bearmq".job j where j.id = any (array[k.job_id]) and (k.until <> 'started' or j.fence = 0))
        or k.until = 'deleted' and exists (select 1 from "bearmq".finalized_job f where f.id = any (array[k.job_id])));
  get diagnostics o_deleted = row_count;
  return next;
end
$bearmq$`,
  ],
};
