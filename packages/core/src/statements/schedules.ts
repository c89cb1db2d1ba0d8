import { toArrayLiteral } from '../driver/index.ts';
import type { NewJob } from '../model/job.ts';
import { asNullable, asNumber, asText, lineUp } from '../schema/index.ts';
import { defineStatement, type Statement } from './statement.ts';

interface RepeatInput {
  readonly name: string;
  readonly repeatSecs: number;
  /** The keys of its other schedules. What it had entered beside these is deleted. */
  readonly keys?: readonly string[];
}

/**
 * Enters a repeating definition as the schedule with the key `default`; its first tick is due at once. A changed interval
 * counts from the last tick, so registering again never adds one. One that a call has entered is left alone.
 *
 * Resolves to whose it is: `api` where it was left alone.
 */
export const upsertSchedule: Statement<RepeatInput, 'definition' | 'api'> = defineStatement({
  name: 'bearmq_upsert_schedule',
  text: ({ schedule }) => `
    with entered as (
      insert into ${schedule} as s (job_name, origin, rule)
      values ($1::text, 'repeat', pg_catalog.json_build_object('everySecs', $2::float8))
      on conflict (job_name, key) do update set rule = excluded.rule, updated_at = pg_catalog.now(), origin = 'repeat',
        payload = excluded.payload, revision = s.revision % 2147483647 + 1,
        next_at = coalesce(s.last_at + pg_catalog.make_interval(secs => $2::float8), s.next_at)
      where s.origin = 'definition' or s.origin = 'repeat' and (s.rule ->> 'everySecs')::float8 is distinct from $2::float8
    ),
    gone as (
      delete from ${schedule} s
      where s.job_name = $1::text and s.origin = 'definition' and s.key <> 'default' and s.key <> all ($3::text::text[])
    )
    select 1::int4 from ${schedule} s where s.job_name = $1::text and s.key = 'default' and s.origin = 'api'`,
  encode: ({ name, repeatSecs, keys = [] }) => [name, repeatSecs, toArrayLiteral(keys)],
  decode: (rows) => (rows.length > 0 ? 'api' : 'definition'),
});

/** The job of the next tick of a definition, should that be due. */
export interface Tick extends NewJob {
  /** Enters the schedule if there is none; left out, it is not entered. */
  readonly repeatSecs?: number | undefined;
}

export interface FiredSchedules {
  readonly jobs: readonly { readonly jobId: string; readonly jobName: string; readonly dueAtMs: number }[];
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
 * A schedule that is not there (truncated, or not restored) is entered again, and due at once. One that is paused, or that
 * `repeatSecs` has not entered, is left alone. `revision` begins anew at its end: at ten ticks a second after seven years.
 */
export const fireSchedules: Statement<readonly Tick[], FiredSchedules> = defineStatement({
  name: 'bearmq_fire_schedules',
  text: ({ schedule, job, jobState, fn }) => `
    with def as materialized (
      select r.* from pg_catalog.json_to_recordset($1::text::json)
        as r (id pg_catalog.uuid, name pg_catalog.text, channel pg_catalog.text, "jobGroup" pg_catalog.text,
          "delaySecs" double precision, "numAttempts" integer, "timeoutSecs" double precision,
          priority integer,
          "payloadText" pg_catalog.text, extras pg_catalog.text, "repeatSecs" double precision)
    ),
    entered as (
      insert into ${schedule} (job_name, origin, rule)
      select d.name, 'repeat', pg_catalog.json_build_object('everySecs', d."repeatSecs") from def d
      where d."repeatSecs" is not null
        and not exists (select 1 from ${schedule} s where s.job_name = d.name and s.key = 'default')
      order by d.name on conflict do nothing returning job_name
    ),
    drawn as (
      update ${schedule} s
      set next_at = pg_catalog.now() + pg_catalog.make_interval(secs => (s.rule ->> 'everySecs')::float8),
        last_at = least(s.last_at, pg_catalog.now()), revision = s.revision % 2147483647 + 1
      from def d
      where s.job_name = d.name and s.key = 'default' and s.origin = 'repeat' and s.paused_at is null
        and s.next_at > pg_catalog.now() + pg_catalog.make_interval(secs => (s.rule ->> 'everySecs')::float8 + 1)
      returning s.next_at
    ),
    due as materialized (
      select s.job_name, d.id from ${schedule} s join def d on s.job_name = d.name and s.key = 'default'
      where s.paused_at is null and s.origin = 'repeat' and s.next_at <= pg_catalog.now()
      order by s.job_name for update of s skip locked
    ),
    advanced as (
      update ${schedule} s set last_at = s.next_at, last_job_id = due.id, revision = s.revision % 2147483647 + 1,
        next_at = s.next_at + pg_catalog.make_interval(secs =>
          (s.rule ->> 'everySecs')::float8 * (pg_catalog.floor(
            extract(epoch from pg_catalog.now() - s.next_at)::float8 / (s.rule ->> 'everySecs')::float8) + 1))
      from due where s.job_name = due.job_name and s.key = 'default' returning s.job_name, s.last_at
    ),
    added as (
      insert into ${job} (id, state, run_at, name, channel, job_group, num_attempts, timeout_secs, priority, extras,
        payload)
      select d.id, case when d."delaySecs" > 0 then 'scheduled' when d."jobGroup" is null then 'ready' else 'blocked' end::${jobState},
        case when d."delaySecs" > 0
          then pg_catalog.statement_timestamp() + pg_catalog.make_interval(secs => d."delaySecs") end,
        d.name, d.channel, d."jobGroup", d."numAttempts", d."timeoutSecs", d.priority, d.extras::json, d."payloadText"::json
      from def d join advanced a on a.job_name = d.name
      returning id, name, channel, job_group, priority, seq, state
    ),
    behind as (
      select * from added where state = 'blocked'
    ),
    lined_up as materialized (
      select ${lineUp({ fn }, 'behind')}
    )
    select j.id::text, j.name::text, null::float8 as next_ms, (extract(epoch from a.last_at) * 1000)::float8 as due_ms
    from added j join advanced a on a.job_name = j.name, (select pg_catalog.count(places) from lined_up) l
    union all
    select null::text, null::text,
      (extract(epoch from pg_catalog.min(n.next_at) - pg_catalog.clock_timestamp()) * 1000)::float8, null::float8
    from (
      select s.next_at from ${schedule} s join def d on s.job_name = d.name and s.key = 'default'
      where s.paused_at is null and s.origin = 'repeat' and s.next_at > pg_catalog.now()
      union all select next_at from drawn
      union all select pg_catalog.now() from entered
    ) n`,
  encode: (jobs) => [JSON.stringify(jobs)],
  decode: (rows) => {
    const last = rows[rows.length - 1];
    return {
      jobs: rows.flatMap(([id, name, , dueAt]) =>
        id === null ? [] : [{ jobId: asText(id), jobName: asText(name), dueAtMs: asNumber(dueAt) }],
      ),
      nextDueMs: asNullable(last?.[2], asNumber),
    };
  },
});
