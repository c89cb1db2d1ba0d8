import { asNumber, asText } from '../schema/index.ts';
import { errorSql } from './error-sql.ts';
import { defineStatement, type Statement } from './statement.ts';

export interface FailuresInput {
  /** Failures before that are left out; milliseconds since 1970, `null` for none. */
  readonly sinceMs: number | null;
  readonly channel: string | null;
  readonly name: string | null;
  /** How many of the newest are looked at. */
  readonly upTo: number;
}

export interface FailureKind {
  readonly fingerprint: string;
  readonly jobName: string;
  readonly message: string;
  readonly count: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly sampleId: string;
}

export interface FailureKinds {
  readonly kinds: readonly FailureKind[];
  readonly lookedAt: number;
}

/**
 * Failed jobs in history by what they failed with: those of one name whose errors have the same first line, numbers
 * aside. It looks at the newest by the index of those that did not succeed, however much history there is.
 */
export const readFailures: Statement<FailuresInput, FailureKinds> = defineStatement({
  name: 'bearmq_read_failures',
  plan: 'anew',
  text: ({ finalizedJob }) => `
    with looked as materialized (
      select f.id, f.name, f.channel, f.outcome, f.finalized_at,
        ${errorSql.line('f.error')} as line
      from ${finalizedJob} f
      where f.outcome <> 'succeeded' and ($1::float8 is null or f.finalized_at >= pg_catalog.to_timestamp($1::float8))
      order by f.finalized_at desc limit $4::int4
    ),
    kind as (
      select l.name, ${errorSql.pattern('l.line')} as pattern,
        pg_catalog.count(*) as n, pg_catalog.min(l.finalized_at) as first, pg_catalog.max(l.finalized_at) as last,
        (pg_catalog.array_agg(l.id order by l.finalized_at desc))[1] as sample,
        (pg_catalog.array_agg(l.line order by l.finalized_at desc))[1] as line
      from looked l
      where l.outcome = 'failed' and ($2::text is null or l.channel = $2::text) and ($3::text is null or l.name = $3::text)
      group by 1, 2
    )
    select ${errorSql.fingerprint('k.name', 'k.pattern')}::text as o_fingerprint,
      k.name::text as o_name, coalesce(k.line, '')::text as o_line, k.n::float8 as o_count,
      (extract(epoch from k.first) * 1000)::float8 as o_first, (extract(epoch from k.last) * 1000)::float8 as o_last,
      k.sample::text as o_sample, null::float8 as o_looked
    from kind k
    union all
    select null::text, null::text, null::text, null::float8, null::float8, null::float8, null::text,
      (select pg_catalog.count(*) from looked)::float8
    order by 4 desc nulls last, 6 desc, 1`,
  encode: ({ sinceMs, channel, name, upTo }) => [sinceMs === null ? null : sinceMs / 1000, channel, name, upTo],
  decode: (rows) => ({
    kinds: rows.slice(0, -1).map(([fingerprint, jobName, message, count, first, last, sample]) => ({
      fingerprint: asText(fingerprint),
      jobName: asText(jobName),
      message: asText(message),
      count: asNumber(count),
      firstMs: asNumber(first),
      lastMs: asNumber(last),
      sampleId: asText(sample),
    })),
    lookedAt: asNumber(rows[rows.length - 1]?.[7]),
  }),
});
