import type { Tables } from '@bearmq/core/driver';

/**
 * The data model.
 *
 * `job` holds only jobs that are not over: finalized ones move to `finalized_job`, so that claims stay as fast after a
 * hundred million jobs as they were at first. What a claim must not meet is not in the index that it reads:
 *
 * | state     | means                                        | found by                 |
 * |-----------|----------------------------------------------|--------------------------|
 * | scheduled | a delay or a retry that is not due           | `job_scheduled`          |
 * | ready     | may be claimed now                           | `job_ready`, `job_ready_grouped` |
 * | blocked   | its group is busy; passed over once          | `job_waiting_in_group`   |
 * | running   | held by the process `worker_id`              | `job_running`            |
 *
 * - `id` is a version 7 UUID made by the client; `seq` is drawn from a sequence of the database, in the order of a
 *   bulk insert's items, and is what "first in, first out" means: no client's clock takes part.
 * - `claims` is the fence: every claim and every rescue raises it, and a worker settles only what it can name by
 *   (id, claims) and still holds by its `worker_id`.
 * - `started` tells a job whose work function was started (its attempt is spent) from one that is held, or started a moment ago.
 * - `suspect` tells a job that was taken back from a dead process: perhaps it is what killed it.
 * - A job without a group of its own choosing has `job_group` null: no group row, no group lock.
 * - `job_group.running` counts the running jobs that hold the group; `epoch` is raised when the group is opened by
 *   force, so that those who held it before can no longer count it down.
 * - `worker.watched_from` and `watched_at` say since when, and until when, rescuers have seen without a gap that the
 *   lease is not renewed: silence that nobody listened to proves nothing.
 * - `extras` is what a few jobs carry beside their payload; null for nearly all, which costs a row nothing.
 * - `finalized_job` keeps all that is needed to look at a job, or to run it again.
 *
 * One statement claims, rescues, repeats or prunes the rows of all, so a row on which it fails would stop everybody:
 * - Where no statement could go on, the row is refused. A name beyond the limits would not fit into the index of the
 *   job's next state; a payload beyond them is a text that no worker can hold; a tick must lie within what times can be.
 * - Otherwise the statement copes, for a check is paid for at each insert and again at each change of a row. A job that
 *   is scheduled for infinity is never due; a pause is cut to 100 years; counters begin anew at their end.
 *
 * Measured: an insert of 1,000 jobs takes 3 % longer in the database for the three checks of `job` that have to do with
 * sizes, one of a single job 9 of some 60 microseconds (600 with the way there and the disk). For a check of each column, 7 % and 17.
 *
 * Payloads are `json`, not `jsonb`: the text comes back as it was given (key order, number format) and is stored
 * without being rebuilt. Every update of a job moves it between indexes, so no fillfactor can make it a HOT update;
 * group and worker rows are updated in place over and over, and get the room for it.
 */
export function tables(n: Tables): string[] {
  return [
    `create type ${n.jobState} as enum ('scheduled', 'ready', 'blocked', 'running')`,
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
      claims integer not null default 0,
      group_epoch integer,
      priority smallint not null default 0,
      started boolean not null default false,
      suspect boolean not null default false,
      worker_id uuid,
      name ${NAME} not null,
      channel ${NAME} not null,
      job_group ${NAME},
      last_error text,
      payload json not null,
      extras json,
      constraint job_attempt_in_range check (attempt between 0 and num_attempts),
      constraint job_payload_fits check (octet_length(payload::text) <= 67108864),
      constraint job_running_has_worker check ((state = 'running') = (worker_id is not null)),
      constraint job_scheduled_has_time check ((state = 'scheduled') = (run_at is not null)),
      constraint job_blocked_has_group check (state <> 'blocked' or job_group is not null)
    ) with (${HOT_TABLE})`,
    // Written only to be waited for: see `enqueue_first_v1`.
    `create sequence ${n.flushMark}`,
    `create index job_ready on ${n.job} (channel, name, (-priority::integer), seq)
      where state = 'ready' and job_group is null`,
    `create index job_ready_grouped on ${n.job} (channel, name, priority desc, seq)
      where state = 'ready' and job_group is not null`,
    `create index job_waiting_in_group on ${n.job} (job_group, channel, name, priority desc, seq)
      where state in ('ready', 'blocked') and job_group is not null`,
    // With what the indexes of ready jobs hold, so that names too long for those are refused before the job is due: it
    // would fail every claim that makes it ready. A check would cost each insert and update of every job 3 microseconds.
    `create index job_scheduled on ${n.job} (run_at) include (channel, name, priority, seq) where state = 'scheduled'`,
    `create index job_scheduled_in_group on ${n.job} (job_group) include (channel, name, priority, seq)
      where state = 'scheduled' and job_group is not null`,
    `create index job_running on ${n.job} (worker_id) where state = 'running'`,
    `create table ${n.finalizedJob} (
      id uuid primary key,
      seq bigint not null,
      enqueued_at timestamptz not null,
      claimed_at timestamptz,
      finalized_at timestamptz not null default now(),
      timeout_secs float8 not null,
      outcome ${n.jobOutcome} not null,
      attempt integer not null,
      num_attempts integer not null,
      claims integer not null,
      priority smallint not null,
      worker_id uuid,
      name ${NAME} not null,
      channel ${NAME} not null,
      job_group ${NAME},
      error text,
      result json,
      payload json not null,
      extras json
    )`,
    `create index finalized_job_age on ${n.finalizedJob} (finalized_at)`,
    `create table ${n.jobGroup} (
      name ${NAME} primary key,
      running integer not null default 0,
      epoch integer not null default 0,
      locked_at timestamptz,
      constraint job_group_running_not_negative check (running >= 0)
    ) with (fillfactor = 50, ${HOT_TABLE})`,
    `create table ${n.worker} (
      id uuid primary key,
      generation integer not null default 0,
      session_key bigint,
      started_at timestamptz not null default now(),
      renewed_at timestamptz not null default now(),
      expires_at timestamptz not null,
      watched_from timestamptz,
      watched_at timestamptz
    ) with (fillfactor = 50, ${HOT_TABLE})`,
    `create table ${n.schedule} (
      name ${NAME} primary key,
      repeat_secs float8 not null,
      next_at timestamptz not null default now(),
      last_at timestamptz,
      last_job_id uuid,
      constraint schedule_name_fits check (octet_length(name) <= 255),
      constraint schedule_repeat_in_range check (repeat_secs between 0.1 and 3153600000),
      constraint schedule_times_are_finite check (isfinite(next_at) and isfinite(last_at))
    )`,
  ];
}

/**
 * Names are ordered by their bytes, whatever the database's collation is: a new version of the operating system's or of
 * ICU may order letters anew, and then indexes that rely on it are broken, silently.
 */
const NAME = 'text collate "C"';

/**
 * Hot tables are vacuumed after a few thousand changes, at full speed, whatever the server's defaults: dead index
 * entries at the head of the ready index are what slows a queue down.
 */
const HOT_TABLE = `autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0.02,
      autovacuum_analyze_threshold = 2000, autovacuum_analyze_scale_factor = 0.1, autovacuum_vacuum_cost_delay = 0`;
