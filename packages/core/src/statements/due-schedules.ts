import { type SqlRow, toArrayLiteral } from '../driver/index.ts';
import type { TickJob } from '../model/job.ts';
import type { ScheduleRule } from '../model/schedule/rule.ts';
import type { StoredSchedule } from '../model/schedule/stored.ts';
import { asBoolean, asNullable, asNumber, asText } from '../schema/index.ts';
import { defineStatement, type Statement } from './statement.ts';

/** A schedule whose next tick is due. */
export interface DueSchedule
  extends Pick<StoredSchedule, 'id' | 'jobName' | 'key' | 'origin' | 'nextAtMs' | 'revision'> {
  readonly rule: ScheduleRule;
  /** Only where it was asked for. */
  readonly payloadText: string | null;
}

/** Where a page of what is due begins: behind this one. */
export interface DuePosition {
  readonly nextAtMs: number;
  readonly id: string;
}

interface ReadDue {
  /** Definitions that may be enqueued here. */
  readonly names: readonly string[];
  /** Those of them whose payload is looked at: the group of their jobs is made of it, a hook is told of it, or a codec encodes it. */
  readonly withPayloads: readonly string[];
  /** Schedules that are to be there. */
  readonly declared: readonly { readonly jobName: string; readonly key: string }[];
  readonly after: DuePosition | null;
  readonly limit: number;
}

export interface DueSchedules {
  readonly due: readonly DueSchedule[];
  /** Names of definitions that declare what is not there. */
  readonly incomplete: readonly string[];
  /** By the database's clock, in milliseconds since 1970. */
  readonly nowMs: number;
  /** In how many milliseconds the next tick of those that are not due is; `null` where there is none. */
  readonly nextDueMs: number | null;
  /** Whether there is any schedule, of whatever definition. */
  readonly isAny: boolean;
}

/**
 * Reads a page of the schedules that are due, the longest due first. It locks nothing: what is made of it is refused where
 * a row has changed since.
 *
 * Planned anew: there may be few schedules or a hundred thousand, and as a rule few of them are due.
 */
export const readDueSchedules: Statement<ReadDue, DueSchedules> = defineStatement({
  name: 'bearmq_read_due_schedules',
  plan: 'anew',
  mayBeRepeated: true,
  text: ({ schedule }) => `
    (select s.id::text, s.job_name::text, s.key::text, s.origin::text, s.rule::text,
      case when s.job_name = any ($2::text::text[]) then s.payload::text end as payload,
      (extract(epoch from s.next_at) * 1000)::float8 as next_ms, s.revision::int4, null::float8 as now_ms,
      null::float8 as wait_ms, null::boolean as is_any
    from ${schedule} s
    where s.paused_at is null and s.origin <> 'repeat' and s.job_name = any ($1::text::text[])
      and s.next_at <= pg_catalog.now()
      and (s.next_at, s.id) > (pg_catalog.to_timestamp($5::float8 / 1000), $6::text::uuid)
    order by s.next_at, s.id limit $7::int4)
    union all
    select null::text, d.name, null::text, null::text, null::text, null::text, null::float8, null::int4, null::float8,
      null::float8, null::boolean
    from rows from (pg_catalog.unnest($3::text::text[]), pg_catalog.unnest($4::text::text[])) as d (name, key)
    where not exists (select 1 from ${schedule} s where s.job_name = d.name and s.key = d.key)
    union all
    select null::text, null::text, null::text, null::text, null::text, null::text, null::float8, null::int4,
      (extract(epoch from pg_catalog.now()) * 1000)::float8,
      (select (extract(epoch from s.next_at - pg_catalog.clock_timestamp()) * 1000)::float8 from ${schedule} s
        where s.paused_at is null and s.origin <> 'repeat' and s.job_name = any ($1::text::text[])
          and s.next_at > pg_catalog.now()
        order by s.next_at limit 1),
      exists (select 1 from ${schedule} s where s.origin <> 'repeat')`,
  encode: ({ names, withPayloads, declared, after, limit }) => [
    toArrayLiteral(names),
    toArrayLiteral(withPayloads),
    toArrayLiteral(declared.map(({ jobName }) => jobName)),
    toArrayLiteral(declared.map(({ key }) => key)),
    after?.nextAtMs ?? -Infinity,
    after?.id ?? NIL,
    limit,
  ],
  decode: (rows) => {
    const last = rows[rows.length - 1];
    return {
      due: rows.flatMap(dueIn),
      incomplete: rows.flatMap(([id, name]) => (id === null && name !== null ? [asText(name)] : [])),
      nowMs: asNumber(last?.[8]),
      nextDueMs: asNullable(last?.[9], asNumber),
      isAny: asBoolean(last?.[10]),
    };
  },
});

const NIL = '00000000-0000-0000-0000-000000000000';

function dueIn([id, jobName, key, origin, rule, payload, nextAt, revision]: SqlRow): readonly DueSchedule[] {
  if (id === null) return [];
  return [
    {
      id: asText(id),
      jobName: asText(jobName),
      key: asText(key),
      origin: asText(origin) as DueSchedule['origin'],
      rule: JSON.parse(asText(rule)) as ScheduleRule,
      payloadText: asNullable(payload, asText),
      nextAtMs: asNumber(nextAt),
      revision: asNumber(revision),
    },
  ];
}

/** What is made of the ticks of a schedule that are due. */
export interface Fire {
  readonly id: string;
  readonly revision: number;
  readonly lastAtMs: number;
  readonly nextAtMs: number;
  /** `skip`: none of its jobs, where the job of the last tick is not over. */
  readonly overlap: 'allow' | 'skip';
  readonly jobs: readonly TickJob[];
}

export interface Fired {
  readonly id: string;
  /** `skipped`: the job of the last tick is not over. */
  readonly outcome: 'enqueued' | 'skipped';
}

/**
 * Advances schedules and inserts the jobs of their ticks: both happen or neither, and each tick once. Resolves to those
 * that were advanced; the others were fired by somebody else, changed or paused since they were read, or are held. See
 * `fire_schedules_v1`.
 */
export const fireTicks: Statement<readonly Fire[], readonly Fired[]> = defineStatement({
  name: 'bearmq_fire_ticks',
  mayBeRepeated: true, // by then they have another revision
  text: ({ fn }) => `
    select o_id::text, o_is_skipped::boolean from ${fn('fire_schedules_v1')}($1::text::json, $2::text::json)`,
  encode: (fires) => [
    JSON.stringify(fires.map(({ jobs, ...fire }) => ({ ...fire, lastJobId: jobs.at(-1)?.id ?? null }))),
    JSON.stringify(fires.flatMap(({ id, jobs }) => jobs.map((job) => ({ scheduleId: id, ...job })))),
  ],
  decode: (rows) =>
    rows.map(([id, isSkipped]) => ({ id: asText(id), outcome: asBoolean(isSkipped) ? 'skipped' : 'enqueued' })),
});

/** Schedules that nobody has enqueued a tick of for too long, and that are of none of these definitions: the name and key of some. */
export const findStranded: Statement<
  { readonly names: readonly string[]; readonly lateSecs: number },
  readonly { readonly jobName: string; readonly key: string }[]
> = defineStatement({
  name: 'bearmq_find_stranded_schedules',
  plan: 'anew',
  mayBeRepeated: true,
  text: ({ schedule }) => `
    select s.job_name::text, s.key::text from ${schedule} s
    where s.paused_at is null and s.origin <> 'repeat'
      and s.next_at <= pg_catalog.now() - pg_catalog.make_interval(secs => $2::float8)
      and s.job_name <> all ($1::text::text[])
    order by s.next_at limit 20`,
  encode: ({ names, lateSecs }) => [toArrayLiteral(names), lateSecs],
  decode: (rows) => rows.map(([jobName, key]) => ({ jobName: asText(jobName), key: asText(key) })),
});
