import type { Tables } from '@bearmq/core/schema';
import { fits, GROUP_BYTES, HOT_TABLE, MAX_SECS, NAME } from './table-parts.ts';

/**
 * What is said about jobs rather than done with them: when they repeat, what is paused, what a definition's jobs are like
 * unless an enqueue says otherwise, and which of them may be there once only.
 *
 * - `schedule`: a row for each thing that repeats. `revision` is raised by each tick and each change. Entered by a definition
 *   (`origin` is `repeat` or `definition`), it goes with what that says; entered by a call, it stays until a call removes it.
 * - `pause`: empty as a rule, which a claim sees by one look for all pauses.
 * - `unique_key`: whether it is still held is told by the job, so a row that is left over locks nothing.
 *
 * The orchestrators' pass takes the schedules of all, so what it could not go on with is refused: a moment at infinity, an
 * interval that is none.
 */
export function controlTables(n: Tables): string[] {
  return [
    `create table ${n.schedule} (
      id uuid primary key default gen_random_uuid(),
      job_name ${NAME} not null,
      key ${NAME} not null default 'default',
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
      constraint schedule_names_fit check (${fits('job_name')} and ${fits('key')}),
      constraint schedule_origin_known check (origin in ('definition', 'repeat', 'api')),
      constraint schedule_rule_in_range check (coalesce((rule ->> 'everySecs')::float8 between 0.1 and ${MAX_SECS},
        ${fits("(rule ->> 'cron')", 1024)}, false)),
      constraint schedule_times_are_finite check (isfinite(next_at) and isfinite(last_at) and isfinite(paused_at))
    )`,
    `create index schedule_due on ${n.schedule} (next_at, id) where paused_at is null`,
    `create table ${n.pause} (
      kind text collate "C" not null,
      name ${NAME} not null,
      since timestamptz not null default now(),
      reason text,
      primary key (kind, name),
      constraint pause_of_what check (case kind when 'everything' then name = ''
        when 'group' then ${fits('name', GROUP_BYTES)} when 'channel' then ${fits('name')}
        when 'name' then ${fits('name')} else false end)
    )`,
    `create table ${n.jobDefinition} (
      name ${NAME} primary key,
      defaults json not null,
      updated_at timestamptz not null default now(),
      constraint job_definition_name_fits check (${fits('name')})
    )`,
    `create table ${n.uniqueKey} (
      hash uuid primary key,
      job_id uuid not null,
      held_until timestamptz,
      until text not null,
      key text not null,
      constraint unique_key_fits check (${fits('key', 1024)}),
      constraint unique_key_until_known check (until in ('started', 'finished', 'deleted'))
    ) with (${HOT_TABLE})`,
  ];
}
