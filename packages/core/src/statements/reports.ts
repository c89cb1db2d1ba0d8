import type { SqlRow } from '../driver/index.ts';
import { MAX_LOG_LINES } from '../model/limits.ts';
import { asNullable, asNumber, asText } from '../schema/index.ts';
import { defineStatement, type Statement } from './statement.ts';

/** What running jobs say of themselves. */
export interface ReportInput {
  /** The latest of each job. */
  readonly progress: readonly { readonly jobId: string; readonly valueText: string }[];
  /** In their order. */
  readonly lines: readonly { readonly jobId: string; readonly line: string; readonly ageMs: number }[];
}

/**
 * Keeps what running jobs say of themselves, apart from their rows, which every settle moves between indexes. It is not
 * fenced: what a run reports that has lost its job may show. Of a job that is gone nothing is kept. Rows of a job are written in the order of ids, so that two
 * processes cannot deadlock.
 */
export const report: Statement<ReportInput, void> = defineStatement({
  name: 'bearmq_report',
  plan: 'anew',
  text: ({ job, finalizedJob, jobProgress, jobLog }) => `
    with progress as (
      insert into ${jobProgress} (job_id, value, at)
      select r.job_id, coalesce(r.value, 'null'), pg_catalog.clock_timestamp()
      from pg_catalog.json_to_recordset($1::text::json) as r (job_id uuid, value json)
      where exists (select 1 from ${job} j where j.id = r.job_id)
        or exists (select 1 from ${finalizedJob} f where f.id = r.job_id)
      order by r.job_id
      on conflict (job_id) do update set value = excluded.value, at = excluded.at
      returning 1
    ),
    numbered as (
      select r.*, pg_catalog.row_number() over (partition by r.job_id order by r.at_nth) + coalesce((
          select pg_catalog.max(g.nth) from ${jobLog} g where g.job_id = r.job_id), 0) as nth
      from pg_catalog.json_to_recordset($2::text::json) as r (job_id uuid, at_nth integer, line text, age_ms float8)
      where exists (select 1 from ${job} j where j.id = r.job_id)
        or exists (select 1 from ${finalizedJob} f where f.id = r.job_id)
    ),
    log as (
      insert into ${jobLog} (job_id, nth, at, line)
      select r.job_id, r.nth, pg_catalog.clock_timestamp() - pg_catalog.make_interval(secs => r.age_ms / 1000), r.line
      from numbered r where r.nth <= $3::int4 order by r.job_id, r.nth
      on conflict do nothing
      returning 1
    )
    select ((select pg_catalog.count(*) from progress) + (select pg_catalog.count(*) from log))::int4`,
  encode: ({ progress, lines }) => [
    `[${progress.map(({ jobId, valueText }) => `{"job_id":"${jobId}","value":${valueText}}`).join()}]`,
    JSON.stringify(lines.map(({ jobId, line, ageMs }, nth) => ({ job_id: jobId, at_nth: nth, line, age_ms: ageMs }))),
    MAX_LOG_LINES,
  ],
  decode: () => undefined,
});

export interface ReadProgress {
  readonly valueText: string;
  readonly atMs: number;
}

export const readProgress: Statement<{ readonly id: string }, ReadProgress | null> = defineStatement({
  name: 'bearmq_read_progress',
  mayBeRepeated: true,
  text: ({ jobProgress }) => `
    select p.value::text, (extract(epoch from p.at) * 1000)::float8 from ${jobProgress} p where p.job_id = $1::text::uuid`,
  encode: ({ id }) => [id],
  decode: ([row]) => (row === undefined ? null : { valueText: asText(row[0]), atMs: asNumber(row[1]) }),
});

export interface ReadLine {
  readonly nth: number;
  readonly atMs: number;
  readonly line: string;
}

export const readLog: Statement<
  { readonly id: string; readonly after: number; readonly limit: number },
  readonly ReadLine[]
> = defineStatement({
  name: 'bearmq_read_log',
  mayBeRepeated: true,
  text: ({ jobLog }) => `
    select l.nth::int4, (extract(epoch from l.at) * 1000)::float8, l.line::text from ${jobLog} l
    where l.job_id = $1::text::uuid and l.nth > $2::int4 order by l.nth limit $3::int4`,
  encode: ({ id, after, limit }) => [id, after, limit],
  decode: (rows: readonly SqlRow[]) =>
    rows.map(([nth, at, line]) => ({ nth: asNumber(nth), atMs: asNumber(at), line: asText(line) })),
});

export interface PrunedReports {
  /** Where the next page starts; `null` when the end was reached. */
  readonly next: string | null;
  readonly deleted: number;
}

/** Deletes, of a page of jobs that have said something, what those said that are gone. */
export const pruneReports: Statement<{ readonly after: string; readonly limit: number }, PrunedReports> =
  defineStatement({
    name: 'bearmq_prune_reports',
    plan: 'anew',
    text: ({ job, finalizedJob, jobProgress, jobLog }) => `
    with recursive logged as (
      (select l.job_id, 1 as n from ${jobLog} l where l.job_id > $1::text::uuid order by l.job_id limit 1)
      union all
      select x.job_id, d.n + 1 from logged d cross join lateral (
        select l.job_id from ${jobLog} l where l.job_id > d.job_id order by l.job_id limit 1) x where d.n < $2::int4
    ),
    page as materialized (
      select s.job_id from (
        select d.job_id from logged d
        union (select p.job_id from ${jobProgress} p where p.job_id > $1::text::uuid order by p.job_id limit $2::int4)
      ) s order by s.job_id limit $2::int4
    ),
    gone as materialized (
      select r.job_id from page r where not exists (select 1 from ${job} j where j.id = r.job_id)
        and not exists (select 1 from ${finalizedJob} f where f.id = r.job_id)
    ),
    progress as (delete from ${jobProgress} p using gone g where p.job_id = g.job_id returning 1),
    lines as (delete from ${jobLog} l using gone g where l.job_id = g.job_id returning 1)
    select (select pg_catalog.max(p.job_id::text) from page p)::text, (select pg_catalog.count(*) from page)::int4,
      ((select pg_catalog.count(*) from progress) + (select pg_catalog.count(*) from lines))::int4`,
    encode: ({ after, limit }) => [after, limit],
    decode: ([row], { limit }) => ({
      next: asNumber(row?.[1]) < limit ? null : asNullable(row?.[0], asText),
      deleted: asNumber(row?.[2]),
    }),
  });
