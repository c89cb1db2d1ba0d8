import { type SqlRow, toArrayLiteral } from '../driver/index.ts';
import type { ScheduleRule } from '../model/schedule/rule.ts';
import type { ScheduleOrigin, StoredSchedule } from '../model/schedule/stored.ts';
import { asNullable, asNumber, asText } from '../schema/index.ts';
import { defineStatement, type Statement } from './statement.ts';

/** Schedules, and the time by the database's clock when they were read, in milliseconds since 1970. */
export interface ReadSchedules {
  readonly rows: readonly StoredSchedule[];
  readonly nowMs: number;
}

/** Reads schedules of a definition: those of the keys; and, where asked for, those that a definition has entered. */
export const readSchedules: Statement<
  { readonly jobName: string; readonly keys: readonly string[]; readonly declared?: 'too' },
  ReadSchedules
> = defineStatement({
  name: 'bearmq_read_schedules',
  plan: 'anew', // there may be few of them, or a hundred thousand
  mayBeRepeated: true,
  text: ({ schedule }) => `
    select s.id::text, s.job_name::text, s.key::text, s.origin::text, s.rule::text, s.payload::text,
      (extract(epoch from s.next_at) * 1000)::float8 as next_ms, (extract(epoch from s.last_at) * 1000)::float8 as last_ms,
      s.last_job_id::text, (extract(epoch from s.paused_at) * 1000)::float8 as paused_ms,
      (extract(epoch from s.updated_at) * 1000)::float8 as updated_ms,
      s.revision::int4, (extract(epoch from pg_catalog.clock_timestamp()) * 1000)::float8 as now_ms
    from (select 1) as one left join ${schedule} s
      on s.job_name = $1::text and (s.key = any ($2::text::text[]) or $3::boolean and s.origin <> 'api')
    order by s.key`,
  encode: ({ jobName, keys, declared }) => [jobName, toArrayLiteral(keys), declared === 'too'],
  decode: (rows) => ({ rows: rows.flatMap(storedIn), nowMs: asNumber(rows[0]?.[12]) }),
});

/** Reads a page of schedules by name and key, of one definition or of all. */
export const listSchedules: Statement<
  { readonly jobName: string | null; readonly after: readonly [string, string]; readonly limit: number },
  readonly StoredSchedule[]
> = defineStatement({
  name: 'bearmq_list_schedules',
  plan: 'anew',
  mayBeRepeated: true,
  text: ({ schedule }) => `
    select s.id::text, s.job_name::text, s.key::text, s.origin::text, s.rule::text, s.payload::text,
      (extract(epoch from s.next_at) * 1000)::float8 as next_ms, (extract(epoch from s.last_at) * 1000)::float8 as last_ms,
      s.last_job_id::text, (extract(epoch from s.paused_at) * 1000)::float8 as paused_ms,
      (extract(epoch from s.updated_at) * 1000)::float8 as updated_ms,
      s.revision::int4
    from ${schedule} s
    where ($1::text is null or s.job_name = $1::text) and (s.job_name, s.key) > ($2::text, $3::text)
    order by s.job_name, s.key limit $4::int4`,
  encode: ({ jobName, after, limit }) => [jobName, ...after, limit],
  decode: (rows) => rows.flatMap(storedIn),
});

function storedIn(row: SqlRow): readonly StoredSchedule[] {
  const [id, jobName, key, origin, rule, payload, nextAt, lastAt, lastJobId, pausedAt, updatedAt, revision] = row;
  if (id === null || id === undefined) return [];
  const ruleText = asText(rule);
  return [
    {
      id: asText(id),
      jobName: asText(jobName),
      key: asText(key),
      origin: asText(origin) as ScheduleOrigin,
      rule: JSON.parse(ruleText) as ScheduleRule,
      ruleText,
      payloadText: asText(payload),
      nextAtMs: asNumber(nextAt),
      lastAtMs: asNullable(lastAt, asNumber),
      lastJobId: asNullable(lastJobId, asText),
      pausedAtMs: asNullable(pausedAt, asNumber),
      updatedAtMs: asNumber(updatedAt),
      revision: asNumber(revision),
    },
  ];
}

/** A schedule to be entered, or changed where it is what it was when it was read. */
export interface ScheduleChange {
  /** `null`: it is entered, unless somebody else was faster. */
  readonly id: string | null;
  readonly revision: number;
  readonly jobName: string;
  readonly key: string;
  readonly origin: ScheduleOrigin;
  readonly ruleText: string;
  readonly payloadText: string;
  /** `null`: as it is. */
  readonly nextAtMs: number | null;
}

interface PutSchedules {
  readonly changes: readonly ScheduleChange[];
  /** Schedules that a definition has entered and that it has no more. */
  readonly gone: readonly Pick<StoredSchedule, 'id' | 'revision'>[];
}

/**
 * Enters, changes and deletes schedules of one definition. One that is not as it was read, is left alone: a tick came
 * between, or somebody else. The rows are locked in the order of their ids first, so that two processes that register the
 * same definitions cannot wait for each other; and by a change, while a tick is being enqueued, that is waited for.
 *
 * Resolves to how many were entered, changed or deleted.
 */
export const putSchedules: Statement<PutSchedules, number> = defineStatement({
  name: 'bearmq_put_schedules',
  plan: 'anew',
  text: ({ schedule }) => `
    with given as materialized (
      select g.* from pg_catalog.json_to_recordset($1::text::json) as g (id pg_catalog.uuid, revision integer,
        "jobName" pg_catalog.text, "key" pg_catalog.text, origin pg_catalog.text, "ruleText" pg_catalog.text,
        "payloadText" pg_catalog.text, "nextAtMs" double precision)
    ),
    gone as materialized (
      select g.* from pg_catalog.json_to_recordset($2::text::json) as g (id pg_catalog.uuid, revision integer)
    ),
    held as materialized (
      select s.id from ${schedule} s where s.id in (select id from given union all select id from gone)
      order by s.id for update
    ),
    changed as (
      update ${schedule} s set origin = g.origin, rule = g."ruleText"::json, payload = g."payloadText"::json,
        next_at = coalesce(pg_catalog.to_timestamp(g."nextAtMs" / 1000), s.next_at),
        revision = s.revision % 2147483647 + 1, updated_at = pg_catalog.clock_timestamp()
      from given g, held h where s.id = g.id and s.id = h.id and s.revision = g.revision returning s.id
    ),
    entered as (
      insert into ${schedule} (job_name, key, origin, rule, payload, next_at)
      select g."jobName", g."key", g.origin, g."ruleText"::json, g."payloadText"::json,
        pg_catalog.to_timestamp(g."nextAtMs" / 1000)
      from given g where g.id is null order by g."key" on conflict do nothing returning id
    ),
    deleted as (
      delete from ${schedule} s using gone g, held h where s.id = g.id and s.id = h.id and s.revision = g.revision
      returning s.id
    )
    select pg_catalog.count(*)::int4 from (
      select id from changed union all select id from entered union all select id from deleted
    ) done`,
  encode: ({ changes, gone }) => [
    JSON.stringify(changes),
    JSON.stringify(gone.map(({ id, revision }) => ({ id, revision }))),
  ],
  decode: ([row]) => asNumber(row?.[0]),
});

/** Resolves to whether there is such a schedule. Once it has resolved, no tick of it is enqueued: a tick locks its row. */
export const pauseSchedule: Statement<{ readonly jobName: string; readonly key: string }, boolean> = defineStatement({
  name: 'bearmq_pause_schedule',
  text: ({ schedule }) => `
    update ${schedule} s set paused_at = coalesce(s.paused_at, pg_catalog.now()), revision = s.revision % 2147483647 + 1
    where s.job_name = $1::text and s.key = $2::text returning 1::int4`,
  encode: ({ jobName, key }) => [jobName, key],
  decode: (rows) => rows.length > 0,
});

/** Has a paused schedule go on from a moment, where it is what it was when it was read. Resolves to whether it was. */
export const resumeSchedule: Statement<
  Pick<StoredSchedule, 'id' | 'revision'> & { readonly nextAtMs: number },
  boolean
> = defineStatement({
  name: 'bearmq_resume_schedule',
  text: ({ schedule }) => `
    update ${schedule} s set paused_at = null, next_at = pg_catalog.to_timestamp($3::float8 / 1000),
      revision = s.revision % 2147483647 + 1
    where s.id = $1::text::uuid and s.revision = $2::int4 and s.paused_at is not null returning 1::int4`,
  encode: ({ id, revision, nextAtMs }) => [id, revision, nextAtMs],
  decode: (rows) => rows.length > 0,
});

/** Resolves to whether there was such a schedule. */
export const removeSchedule: Statement<{ readonly jobName: string; readonly key: string }, boolean> = defineStatement({
  name: 'bearmq_remove_schedule',
  text: ({ schedule }) => `
    delete from ${schedule} s where s.job_name = $1::text and s.key = $2::text returning 1::int4`,
  encode: ({ jobName, key }) => [jobName, key],
  decode: (rows) => rows.length > 0,
});
