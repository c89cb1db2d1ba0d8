import type { Tables } from '@bearmq/core/schema';
import { fits, HOT_TABLE, MAX_SECS, NAME } from './table-parts.ts';

/**
 * Jobs that wait for others, and jobs that go on where they were.
 *
 * - A job of a flow has a row in `flow_node`, and `flow_edge` says who waits for whom. What became of it is written to its
 *   own row with its settle, and passed on afterwards: `passed_to` is the last edge that was, `is_passed_on` says that all
 *   were. `pending` counts those that it still waits for, `doomed_by` is the first that failed. The result is kept here,
 *   so that no retention takes it away from those that ask for it.
 * - `job_step` keeps the results of a job's steps, by name. A row without a result is a place where the job waits: until
 *   `wake_at`, or for a signal or other jobs (`kind`); `fence` tells a wait of this run from one of a run before.
 * - `job_signal` keeps what was sent to a job, until it is taken. A sender only inserts: nobody waits for his transaction.
 * - `job_progress` and `job_log` are what a job says of itself while it runs, apart from its row, which would be written
 *   and moved between indexes for it.
 *
 * None refers to `job` by a foreign key: a job's row goes when it is over, and a key would lock it for each insert here.
 */
export function flowTables(n: Tables): string[] {
  return [
    `create table ${n.flow} (
      id uuid primary key,
      name text,
      created_at timestamptz not null default now(),
      nodes integer not null,
      open integer not null,
      failed integer not null default 0,
      cancelled_at timestamptz,
      finished_at timestamptz,
      constraint flow_name_fits check (${fits('name')}),
      constraint flow_counts_in_range check (nodes >= 0 and open between 0 and nodes and failed between 0 and nodes)
    ) with (fillfactor = 50, ${HOT_TABLE})`,
    `create index flow_finished on ${n.flow} (finished_at) where finished_at is not null`,
    `create table ${n.flowNode} (
      job_id uuid primary key,
      flow_id uuid not null,
      key ${NAME} not null,
      job_name ${NAME} not null,
      pending integer not null,
      delay_secs float8 not null default 0,
      on_failure text not null default 'cancel',
      doomed_by uuid,
      outcome ${n.jobOutcome},
      result json,
      error text,
      passed_to uuid,
      is_passed_on boolean not null default false,
      constraint flow_node_names_fit check (${fits('key')} and ${fits('job_name')}),
      constraint flow_node_pending_not_negative check (pending >= 0),
      constraint flow_node_delay_in_range check (delay_secs between 0 and ${MAX_SECS}),
      constraint flow_node_on_failure_known check (on_failure in ('cancel', 'run'))
    ) with (${HOT_TABLE})`,
    `create unique index flow_node_key on ${n.flowNode} (flow_id, key)`,
    `create index flow_node_due on ${n.flowNode} (job_id) where outcome is not null and not is_passed_on`,
    `create table ${n.flowEdge} (
      job_id uuid,
      dependent_id uuid,
      primary key (job_id, dependent_id)
    )`,
    `create index flow_edge_back on ${n.flowEdge} (dependent_id)`,
    `create table ${n.jobStep} (
      job_id uuid,
      name ${NAME},
      kind text not null,
      fence integer,
      wake_at timestamptz,
      result json,
      done_at timestamptz,
      primary key (job_id, name),
      constraint job_step_name_fits check (${fits('name')}),
      constraint job_step_kind_known check (kind in ('step', 'sleep', 'signal', 'jobs'))
    )`,
    `create table ${n.jobSignal} (
      id bigint primary key generated always as identity,
      job_id uuid not null,
      name ${NAME} not null,
      value json,
      sent_at timestamptz not null default now(),
      is_taken boolean not null default false,
      constraint job_signal_name_fits check (${fits('name')})
    )`,
    `create index job_signal_open on ${n.jobSignal} (job_id, name, id) where not is_taken`,
    `create table ${n.jobProgress} (
      job_id uuid primary key,
      value json not null,
      at timestamptz not null default now()
    ) with (fillfactor = 50, ${HOT_TABLE})`,
    `create table ${n.jobLog} (
      job_id uuid,
      nth integer,
      at timestamptz not null,
      line text not null,
      primary key (job_id, nth)
    )`,
  ];
}
