import { type SqlSession, toArrayLiteral } from '../driver/index.ts';
import type { NewJob } from '../model/job.ts';
import type { Tables } from '../schema/index.ts';
import { defineStatement, type Statement } from './statement.ts';

/**
 * Inserts jobs, in order: `seq` is drawn row by row as the lists are read, so the first of them is the first in. They travel
 * as columns (ids, one JSON list of payloads, and whatever differs), so what they share is sent once. A delay counts from the
 * statement, not from the transaction that it is in. Figures and ways that lost: apps/docs/internals/enqueue.md
 */
export function enqueue(session: SqlSession, tables: Tables, jobs: readonly NewJob[]): Promise<void> {
  if (jobs.some(({ runAtMs }) => (runAtMs ?? null) !== null)) return enqueueTimed(session, tables, jobs);
  const isAlike = areAlike(jobs);
  if (jobs.some(({ jobGroup, delaySecs }) => jobGroup !== null && !(delaySecs > 0))) {
    return isAlike ? enqueueAlikeGrouped(session, tables, jobs) : enqueueMixedGrouped(session, tables, jobs);
  }
  if (!isAlike) return enqueueMixed(session, tables, jobs);
  const isPlain = jobs[0]?.extras === null && jobs[0].priority === 0;
  return isPlain ? enqueuePlain(session, tables, jobs) : enqueueAlike(session, tables, jobs);
}

/**
 * Those that differ in nothing but their payloads, and have neither extras nor a priority: as a rule, the jobs of one call.
 * To name these two all the same took 4 % longer in bulk.
 */
const enqueuePlain: Statement<readonly NewJob[], void> = defineStatement({
  name: 'bearmq_enqueue',
  text: (tables) => alikeText(tables, 'ready', 'plain'),
  encode: (jobs) => [...idsAndPayloads(jobs), ...PLAIN_COLUMNS.map((column) => jobs[0]?.[column] ?? null)],
  decode: () => undefined,
});

/** Those that differ in nothing but their payloads. */
const enqueueAlike: Statement<readonly NewJob[], void> = defineStatement({
  name: 'bearmq_enqueue_alike',
  text: (tables) => alikeText(tables, 'ready'),
  encode: (jobs) => [...idsAndPayloads(jobs), ...COLUMNS.map((column) => jobs[0]?.[column] ?? null)],
  decode: () => undefined,
});

/** Likewise, where they wait in a group. */
const enqueueAlikeGrouped: Statement<readonly NewJob[], void> = defineStatement({
  name: 'bearmq_enqueue_grouped',
  text: (tables) => linedUp(tables, alikeText(tables, 'blocked'), 11),
  encode: (jobs) => [
    ...idsAndPayloads(jobs),
    ...COLUMNS.map((column) => jobs[0]?.[column] ?? null),
    ...placesInLine(jobs),
  ],
  decode: () => undefined,
});

function alikeText({ job, jobState }: Tables, state: 'ready' | 'blocked', which: 'all' | 'plain' = 'all'): string {
  const [columns, values] = which === 'plain' ? ['', ''] : [', extras, priority', ', $9::text::json, $10::int4'];
  return `
    insert into ${job} (id, payload, name, channel, job_group, state, run_at, num_attempts, timeout_secs${columns})
    select pg_catalog.unnest($1::text::uuid[]), pg_catalog.json_array_elements($2::text::json), $3::text, $4::text,
      $5::text, case when $6::float8 > 0 then 'scheduled' else '${state}' end::${jobState},
      case when $6::float8 > 0 then pg_catalog.statement_timestamp() + pg_catalog.make_interval(secs => $6::float8) end,
      $7::int4, $8::float8${values}`;
}

const enqueueMixed: Statement<readonly NewJob[], void> = defineStatement({
  name: 'bearmq_enqueue_mixed',
  text: (tables) => mixedText(tables, 'delays'),
  encode: mixedValues,
  decode: () => undefined,
});

const enqueueMixedGrouped: Statement<readonly NewJob[], void> = defineStatement({
  name: 'bearmq_enqueue_mixed_grouped',
  text: (tables) => linedUp(tables, mixedText(tables, 'delays'), 19),
  encode: (jobs) => [...mixedValues(jobs), ...placesInLine(jobs)],
  decode: () => undefined,
});

/**
 * Likewise, where some of them say when they may run. Another statement, so that the others do not carry an array for it.
 */
const enqueueTimed: Statement<readonly NewJob[], void> = defineStatement({
  name: 'bearmq_enqueue_timed',
  text: (tables) => linedUp(tables, mixedText(tables, 'times'), 20),
  encode: (jobs) => [
    ...mixedValues(jobs),
    toArrayLiteral(jobs.map(({ runAtMs }) => runAtMs ?? '-Infinity')),
    ...placesInLine(jobs),
  ],
  decode: () => undefined,
});

/**
 * Gives the groups of the jobs that it inserts their places in line, one for each lane. Which these are the client knows,
 * but for the numbers that their first jobs have drawn: it says how many of these jobs come after, and a role that may
 * not read what it inserts can enqueue as well. The function is for its settings and rights.
 */
function linedUp({ fn }: Tables, insert: string, first: number): string {
  const [groups, channels, names, priorities, seqs] = Array.from({ length: 5 }, (_, n) => `$${first + n}`);
  return `
    with added as (${insert}
      returning 1
    )
    select case when ${groups}::text <> '{}' then ${fn('line_up_v1')}(${groups}::text::text[], ${channels}::text::text[],
      ${names}::text::text[], ${priorities}::text::int4[], ${seqs}::text::int8[]) end::int4
    from (select pg_catalog.count(*) from added) a`;
}

/** What `line_up_v1` is told of jobs that wait in groups; of those that say when they may run, it may be too much. */
function placesInLine(jobs: readonly NewJob[]): readonly string[] {
  const places = new Map<string, { readonly first: NewJob; priority: number; readonly seq: number }>();
  for (const [i, job] of jobs.entries()) {
    if (job.jobGroup === null || job.delaySecs > 0) continue;
    const key = JSON.stringify([job.jobGroup, job.channel, job.name]);
    const known = places.get(key);
    if (known === undefined) places.set(key, { first: job, priority: job.priority, seq: i + 1 - jobs.length });
    else known.priority = Math.max(known.priority, job.priority);
  }
  const all = [...places.values()];
  return [
    toArrayLiteral(all.map(({ first }) => first.jobGroup ?? '')),
    toArrayLiteral(all.map(({ first }) => first.channel)),
    toArrayLiteral(all.map(({ first }) => first.name)),
    toArrayLiteral(all.map(({ priority }) => priority)),
    toArrayLiteral(all.map(({ seq }) => seq)),
  ];
}

/** By the database's clock: what is past is ready at once. */
const IS_LATER = 'r.run_at_ms > extract(epoch from pg_catalog.statement_timestamp()) * 1000';

function mixedText({ job, jobState }: Tables, waits: 'delays' | 'times'): string {
  const [isLater, at, each, column] =
    waits === 'delays'
      ? ['', '', '', '']
      : [
          ` or ${IS_LATER}`,
          ` when ${IS_LATER} then pg_catalog.to_timestamp(r.run_at_ms / 1000)`,
          ', pg_catalog.unnest($19::text::float8[])',
          ', run_at_ms',
        ];
  return `
    insert into ${job} (id, payload, name, channel, job_group, state, run_at, num_attempts, timeout_secs, extras,
      priority)
    select r.id, r.payload, r.name, r.channel, r.job_group,
      case when r.delay > 0${isLater} then 'scheduled' when r.job_group is null then 'ready' else 'blocked' end::${jobState},
      case when r.delay > 0 then pg_catalog.statement_timestamp() + pg_catalog.make_interval(secs => r.delay)${at} end,
      r.num_attempts, r.timeout_secs, r.extras, r.priority
    from (
      select c.id, c.payload, coalesce(c.name, $11::text) as name, coalesce(c.channel, $12::text) as channel,
        nullif(coalesce(c.job_group, $13::text), '') as job_group, coalesce(c.delay, $14::float8) as delay,
        coalesce(c.num_attempts, $15::int4) as num_attempts, coalesce(c.timeout_secs, $16::float8) as timeout_secs,
        nullif(coalesce(c.extras, $17::text), '')::json as extras,
        coalesce(c.priority, $18::int4) as priority${column}
      from rows from (
        pg_catalog.unnest($1::text::uuid[]), pg_catalog.json_array_elements($2::text::json),
        pg_catalog.unnest($3::text::text[]), pg_catalog.unnest($4::text::text[]), pg_catalog.unnest($5::text::text[]),
        pg_catalog.unnest($6::text::float8[]), pg_catalog.unnest($7::text::int4[]), pg_catalog.unnest($8::text::float8[]),
        pg_catalog.unnest($9::text::text[]), pg_catalog.unnest($10::text::int4[])${each}
      ) as c (id, payload, name, channel, job_group, delay, num_attempts, timeout_secs, extras, priority${column})
    ) r`;
}

function mixedValues(jobs: readonly NewJob[]): readonly (string | number | null)[] {
  const columns = COLUMNS.map((column) => columnOf(jobs, column));
  return [...idsAndPayloads(jobs), ...columns.map(({ each }) => each), ...columns.map(({ all }) => all)];
}

const PLAIN_COLUMNS = ['name', 'channel', 'jobGroup', 'delaySecs', 'numAttempts', 'timeoutSecs'] as const;
const COLUMNS = [...PLAIN_COLUMNS, 'extras', 'priority'] as const;

type Column = (typeof COLUMNS)[number];

function idsAndPayloads(jobs: readonly NewJob[]): readonly [string, string] {
  return [`{${jobs.map(({ id }) => id).join(',')}}`, `[${jobs.map(({ payloadText }) => payloadText).join(',')}]`];
}

/** Whether all columns are common: written out, since it is asked of every job. */
function areAlike(jobs: readonly NewJob[]): boolean {
  const all = jobs[0] as Pick<NewJob, Column>;
  return jobs.every(
    (job) =>
      job.name === all.name &&
      job.channel === all.channel &&
      job.jobGroup === all.jobGroup &&
      job.delaySecs === all.delaySecs &&
      job.numAttempts === all.numAttempts &&
      job.timeoutSecs === all.timeoutSecs &&
      job.extras === all.extras &&
      job.priority === all.priority,
  );
}

function isCommon(jobs: readonly NewJob[], column: Column): boolean {
  return jobs.every((job) => job[column] === jobs[0]?.[column]);
}

/** What each job has there, as an array, the empty text for none; or, with an empty array, what all of them have. */
function columnOf(
  jobs: readonly NewJob[],
  column: Column,
): { readonly each: string; readonly all: string | number | null } {
  if (isCommon(jobs, column)) return { each: '{}', all: jobs[0]?.[column] ?? null };
  return { each: toArrayLiteral(jobs.map((job) => job[column] ?? '')), all: null };
}
