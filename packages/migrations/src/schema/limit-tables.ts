import type { Tables } from '@bearmq/core/schema';
import { fits, HOT_TABLE, isRate, NAME } from './table-parts.ts';

/**
 * What limits jobs beside their order: how many of a kind may run or start, and whose turn it is among groups. Settings
 * of a single group lie in its own row (`job_group`), which is locked anyway.
 *
 * - `job_limit` has a row for each channel and each job name with a limit, with what runs of it and its latest starts,
 *   and with what its groups may do unless they have settings of their own. Empty as a rule, which a claim sees by one
 *   look for all of them. Set by a call (`origin`), it stands against what a definition says.
 * - `job_turn` is the line of groups: a row for each lane in which a group has waiting jobs. Those that are `open` stand
 *   in line by `turn`, on the axis of `job.seq`: a group that arrives stands where its first job does, one that was served
 *   goes to the end. One that is not open may start nothing now; `due_at` says when it may, where time alone decides.
 *   `credit` is what a group with a weight has left of its turn, `misses` how often it was met with nothing to start.
 *   Not unique by lane: an insert must never wait for another enqueue's transaction, and doubles are merged when met. Its
 *   names are not checked: what would be too long for its key is refused with the job, by an index that holds the same.
 */
export function limitTables(n: Tables): string[] {
  return [
    `create table ${n.jobLimit} (
      kind text collate "C" not null,
      name ${NAME} not null,
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
      constraint job_limit_of_what check (kind in ('channel', 'name') and ${fits('name')}),
      constraint job_limit_origin_known check (origin in ('definition', 'api')),
      constraint job_limit_running_not_negative check (running >= 0),
      constraint job_limit_in_range check (max_running >= 0 and group_max_running >= 1
        and ${isRate('rate_max', 'rate_secs')} and ${isRate('group_rate_max', 'group_rate_secs')})
    ) with (fillfactor = 50, ${HOT_TABLE})`,
    `create table ${n.jobTurn} (
      id bigint not null generated always as identity,
      turn bigint not null,
      due_at timestamptz,
      priority integer not null default 0,
      credit integer not null default 0,
      misses integer not null default 0,
      open boolean not null default true,
      channel ${NAME} not null,
      name ${NAME} not null,
      job_group ${NAME} not null,
      primary key (job_group, channel, name, id),
      constraint job_turn_due_is_finite check (isfinite(due_at))
    ) with (fillfactor = 70, ${HOT_TABLE})`,
    `create index job_turn_line on ${n.jobTurn} (channel, name, (~priority), turn) where open`,
    `create index job_turn_due on ${n.jobTurn} (due_at) where due_at is not null`,
  ];
}
