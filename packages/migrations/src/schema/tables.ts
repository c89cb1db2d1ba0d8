import type { Tables } from '@bearmq/core/schema';
import { HOT_TABLE, isRate, NAME } from './table-parts.ts';

/**
 * The queue itself: jobs, those that are over, groups, and the processes that hold jobs. What people say about jobs and what
 * is counted of them lies in tables of its own, which a plain job never meets.
 *
 * `job` holds only jobs that are not over, and what a claim must not meet is not in the index that it reads:
 *
 * | state     | means                                   | found by                    |
 * |-----------|-----------------------------------------|-----------------------------|
 * | scheduled | a delay or a retry that is not due      | `job_scheduled`             |
 * | ready     | may be claimed now; it has no group     | `job_ready`                 |
 * | blocked   | waits in its group, which stands in line| `job_waiting_in_group`      |
 * | pending   | waits for other jobs, or for a signal   | its id, or that of its flow |
 * | running   | held by the process `process_id`        | `job_running`               |
 *
 * One statement works on the rows of all, so a row on which it fails would stop everybody. Where no statement could go on, the
 * row is refused by a check; else the statement copes, for a check is paid for at each write.
 *
 * Each column, index and check, and what they cost: apps/docs/internals/tables.md
 */
export function tables(n: Tables): string[] {
  return [
    `create type ${n.jobState} as enum ('scheduled', 'ready', 'blocked', 'pending', 'running')`,
    `create type ${n.jobOutcome} as enum ('succeeded', 'failed', 'cancelled')`,
    `create table ${n.job} (
      id uuid primary key,
      seq bigint not null generated always as identity,
      enqueued_at timestamptz not null default statement_timestamp(),
      run_at timestamptz,
      claimed_at timestamptz,
      timeout_secs float8 not null,
      state ${n.jobState} not null,
      attempt integer not null default 0,
      num_attempts integer not null,
      fence integer not null default 0,
      group_epoch integer,
      priority integer not null default 0,
      started boolean not null default false,
      suspect boolean not null default false,
      process_id uuid,
      name ${NAME} not null,
      channel ${NAME} not null,
      job_group ${NAME},
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
    ) with (${HOT_TABLE})`,
    // Written only to be waited for: see `enqueue_first_v1`.
    `create sequence ${n.flushMark}`,
    `create index job_ready on ${n.job} (channel, name, (~priority), seq)
      where state = 'ready' and job_group is null`,
    `create index job_waiting_in_group on ${n.job} (job_group, channel, name, priority desc, seq)
      where state in ('ready', 'blocked') and job_group is not null`,
    // With what the indexes of ready jobs hold, so that names too long for those are refused before the job is due: it
    // would fail every claim that makes it ready. A check would cost each insert and update of every job 3 microseconds.
    `create index job_scheduled on ${n.job} (run_at) include (channel, name, priority, seq) where state = 'scheduled'`,
    `create index job_scheduled_in_group on ${n.job} (job_group) include (channel, name, priority, seq)
      where state = 'scheduled' and job_group is not null`,
    `create index job_running on ${n.job} (process_id) where state = 'running'`,
    `create table ${n.finalizedJob} (
      id uuid primary key,
      seq bigint not null,
      enqueued_at timestamptz not null,
      ready_at timestamptz,
      claimed_at timestamptz,
      finalized_at timestamptz not null default now(),
      timeout_secs float8 not null,
      outcome ${n.jobOutcome} not null,
      attempt integer not null,
      num_attempts integer not null,
      fence integer not null,
      deaths integer,
      priority integer not null,
      process_id uuid,
      name ${NAME} not null,
      channel ${NAME} not null,
      job_group ${NAME},
      error text,
      failures jsonb,
      result json,
      extras json,
      payload json not null
    )`,
    `create index finalized_job_age on ${n.finalizedJob} (finalized_at)`,
    // Failures are few and looked for often; a job that succeeded pays a comparison.
    `create index finalized_job_failed on ${n.finalizedJob} (finalized_at) where outcome <> 'succeeded'`,
    `create table ${n.jobGroup} (
      name ${NAME} primary key,
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
        and ${isRate('rate_max', 'rate_secs')})
    ) with (fillfactor = 50, ${HOT_TABLE})`,
    // Of many groups few have limits of their own, which are listed. Claims and settles change none of these columns.
    `create index job_group_limited on ${n.jobGroup} (name)
      where max_running is not null or weight is not null or rate_max is not null`,
    `create table ${n.process} (
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
    ) with (fillfactor = 50, ${HOT_TABLE})`,
  ];
}
