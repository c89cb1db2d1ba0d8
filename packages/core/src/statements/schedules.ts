import type { NewJob } from '../model/job.ts';
import { asNullable, asNumber, asText } from '../schema/index.ts';
import { defineStatement, type Statement } from './statement.ts';

/**
 * Enters a repeating definition; its first tick is due at once. A changed interval counts from the last tick, so
 * registering again never adds one.
 */
export const upsertSchedule: Statement<{ readonly name: string; readonly repeatSecs: number }, void> = defineStatement({
  name: 'bearmq_upsert_schedule',
  text: ({ schedule }) => `
    insert into ${schedule} as s (name, repeat_secs) values ($1::text, $2::float8)
    on conflict (name) do update set repeat_secs = excluded.repeat_secs,
      next_at = coalesce(s.last_at + pg_catalog.make_interval(secs => excluded.repeat_secs), s.next_at)
    where s.repeat_secs <> excluded.repeat_secs`,
  encode: ({ name, repeatSecs }) => [name, repeatSecs],
  decode: () => undefined,
});

/** The job of the next tick of a definition, should that be due. */
export interface Tick extends NewJob {
  /** Enters the schedule if there is none; left out, it is not entered. */
  readonly repeatSecs?: number | undefined;
}

export interface FiredSchedules {
  readonly jobs: readonly { readonly jobId: string; readonly jobName: string }[];
  /** Milliseconds until the next tick that was not due yet; `null` when there is none. */
  readonly nextDueMs: number | null;
}

/**
 * Advances the schedules that are due and inserts their jobs, in one statement: both happen or neither, and each tick
 * once. A schedule's row is locked with `skip locked`; an orchestrator that comes second either skips it or, having
 * read it before the first one committed, finds by the recheck of the lock that it is no longer due.
 *
 * Ticks lie on the grid of the first one. Those that were missed while nobody was awake are made up for by one. A next
 * tick that is further away than one interval (and a second: clocks are adjusted) was planned before the server's clock
 * was set back: it is drawn back to one interval from now, and the grid begins there. Not to the old grid: ticks of the
 * time that comes again were fired already.
 *
 * A schedule that is not there (truncated, or not restored) is entered again, and due at once.
 */
export const fireSchedules: Statement<readonly Tick[], FiredSchedules> = defineStatement({
  name: 'bearmq_fire_schedules',
  text: ({ schedule, job, jobState }) => `
    with def as materialized (
      select r.* from pg_catalog.json_to_recordset($1::text::json)
        as r (id pg_catalog.uuid, name pg_catalog.text, channel pg_catalog.text, "jobGroup" pg_catalog.text,
          "delaySecs" double precision, "numAttempts" integer, "timeoutSecs" double precision,
          "payloadText" pg_catalog.text, "repeatSecs" double precision)
    ),
    entered as (
      insert into ${schedule} (name, repeat_secs)
      select d.name, d."repeatSecs" from def d
      where d."repeatSecs" is not null and not exists (select 1 from ${schedule} s where s.name = d.name)
      order by d.name on conflict do nothing returning name
    ),
    drawn as (
      update ${schedule} s set next_at = pg_catalog.now() + pg_catalog.make_interval(secs => s.repeat_secs), last_at = least(s.last_at, pg_catalog.now())
      from def d where s.name = d.name and s.next_at > pg_catalog.now() + pg_catalog.make_interval(secs => s.repeat_secs + 1)
      returning s.next_at
    ),
    due as materialized (
      select s.name, d.id from ${schedule} s join def d on d.name = s.name
      where s.next_at <= pg_catalog.now() order by s.name for update of s skip locked
    ),
    advanced as (
      update ${schedule} s set last_at = s.next_at, last_job_id = due.id,
        next_at = s.next_at + pg_catalog.make_interval(secs =>
          s.repeat_secs * (pg_catalog.floor(extract(epoch from pg_catalog.now() - s.next_at)::float8 / s.repeat_secs) + 1))
      from due where s.name = due.name returning s.name
    ),
    added as (
      insert into ${job} (id, state, run_at, name, channel, job_group, num_attempts, timeout_secs, payload)
      select d.id, case when d."delaySecs" > 0 then 'scheduled' else 'ready' end::${jobState},
        case when d."delaySecs" > 0
          then pg_catalog.statement_timestamp() + pg_catalog.make_interval(secs => d."delaySecs") end,
        d.name, d.channel, d."jobGroup", d."numAttempts", d."timeoutSecs", d."payloadText"::json
      from def d join advanced a on a.name = d.name returning id, name
    )
    select id::text, name::text, null::float8 from added
    union all
    select null::text, null::text,
      (extract(epoch from pg_catalog.min(n.next_at) - pg_catalog.clock_timestamp()) * 1000)::float8
    from (
      select s.next_at from ${schedule} s join def d on d.name = s.name where s.next_at > pg_catalog.now()
      union all select next_at from drawn
      union all select pg_catalog.now() from entered
    ) n`,
  encode: (jobs) => [JSON.stringify(jobs)],
  decode: (rows) => {
    const last = rows[rows.length - 1];
    return {
      jobs: rows.flatMap(([id, name]) => (id === null ? [] : [{ jobId: asText(id), jobName: asText(name) }])),
      nextDueMs: asNullable(last?.[2], asNumber),
    };
  },
});
