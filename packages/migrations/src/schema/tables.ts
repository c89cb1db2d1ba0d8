import type { Tables } from '@bearmq/core/schema';
import { HOT_TABLE, isRate, NAME } from './table-parts.ts';

/**
 * The queue itself: jobs, those that are over, groups, and the processes that hold jobs. What people say about jobs, how
 * they hang together and what is counted of them lies in tables of its own, which a plain job never meets.
 *
 * `job` holds only jobs that are not over: finalized ones move to `finalized_job`, so that claims stay as fast after a
 * hundred million jobs as they were at first. What a claim must not meet is not in the index that it reads:
 *
 * | state     | means                                        | found by                 |
 * |-----------|----------------------------------------------|--------------------------|
 * | scheduled | a delay or a retry that is not due           | `job_scheduled`          |
 * | ready     | may be claimed now                           | `job_ready`, `job_ready_grouped` |
 * | blocked   | its group is busy; passed over once          | `job_waiting_in_group`   |
 * | pending   | waits for other jobs, or for a signal        | its id, or that of its flow |
 * | running   | held by the process `process_id`              | `job_running`            |
 *
 * - `id` is a version 7 UUID made by the client; `seq` is drawn from a sequence of the database, in the order of a
 *   bulk insert's items, and is what "first in, first out" means: no client's clock takes part.
 * - `fence`: every claim and every rescue raises it, and a worker settles only what it can name by
 *   (id, fence) and still holds by its `process_id`.
 * - `started` tells a job whose work function was started (its attempt is spent) from one that is held, or started a moment ago.
 * - `ready_at` is when it became ready: when a delay or a pause was over, or it was put back after a run. Null means at
 *   once, when it was enqueued. It is what a wait is counted from.
 * - `extras` is what only clients look at (headers, and settings that few jobs have), as a JSON object; null for a plain
 *   job. `failures` is the list of its failed attempts: the first one and the last nine.
 * - `deaths` is how often a process died while the job ran; null for never.
 * - `done` is set (`{ result }`) by a work function that has its job completed in a transaction of its own, `cancel`
 *   (`{ at, reason }`) by who wants it cancelled while it runs. Whatever else is told of it then, it is over.
 * - `flow_id` says that the job has a row in `flow_node`; what belongs to a flow is found there, and no index is needed here.
 * - `held` says which limits count it while it runs: 1 for its channel's, 2 for its name's, 3 for both.
 * - `suspect` tells a job that was taken back from a dead process: perhaps it is what killed it.
 * - A job without a group of its own choosing has `job_group` null: no group row, no group lock.
 * - `job_group.running` counts the running jobs that hold the group; `epoch` is raised when the group is opened by
 *   force, so that those who held it before can no longer count it down.
 * - A group's `max_running`, `weight` and rate are its own settings, `rate_at` and `rate_n` its latest starts (moments, and
 *   how many in each); null for the limits of where its jobs lie, and for none.
 * - `worker.takes` says which channels and names its Workers take, with how many slots; `load` what it had to do when it
 *   last said so. `host`, `pid` and `release` are for people.
 * - `worker.watched_from` and `watched_at` say since when, and until when, rescuers have seen without a gap that the
 *   lease is not renewed: silence that nobody listened to proves nothing.
 * - `finalized_job` keeps all that is needed to look at a job, or to run it again.
 *
 * One statement claims, rescues, repeats or prunes the rows of all, so a row on which it fails would stop everybody:
 * - Where no statement could go on, the row is refused. A name beyond the limits would not fit into the index of the
 *   job's next state; a payload beyond them is a text that no worker can hold; a tick must lie within what times can be.
 * - Otherwise the statement copes, for a check is paid for at each insert and again at each change of a row. A job that
 *   is scheduled for infinity is never due; a pause is cut to 100 years; counters begin anew at their end.
 *   Priorities are turned round bit by bit, which works for all of them. Extras that are too large are not told.
 *
 * Measured: an insert of a single job takes 60 to 70 microseconds in the database (600 with the way there and the disk),
 * of which each check is 4 and each term of one 2, for the server takes it apart anew each time; a column that is null is
 * a third of one. So there is no check of what could do no harm: a job that is blocked without a group is found by nobody.
 * That of the payload's size looks at the payload itself only where it might be larger: the server compresses a text to no
 * less than a 255th. An insert of 1,000 jobs takes 6 ms, a tenth of a microsecond a job for ten columns that are null.
 *
 * Payloads are `json`, not `jsonb`: the text comes back as it was given (key order, number format) and is stored
 * without being rebuilt. Every update of a job moves it between indexes, so no fillfactor can make it a HOT update;
 * group and worker rows are updated in place over and over, and get the room for it.
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
      done json,
      cancel json,
      constraint job_attempt_in_range check (attempt between 0 and num_attempts),
      constraint job_payload_fits check (pg_column_size(payload) <= 200000 or octet_length(payload::text) <= 67108864),
      constraint job_running_has_process check ((state = 'running') = (process_id is not null)),
      constraint job_scheduled_has_time check ((state = 'scheduled') = (run_at is not null))
    ) with (${HOT_TABLE})`,
    // Written only to be waited for: see `enqueue_first_v1`.
    `create sequence ${n.flushMark}`,
    `create index job_ready on ${n.job} (channel, name, (~priority), seq)
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
      load json
    ) with (fillfactor = 50, ${HOT_TABLE})`,
  ];
}
