import type { Tables } from '@bearmq/core/schema';
import { plpgsql } from '../plpgsql.ts';

/** How many parts a stretch of time is told apart in: a log is no longer than this and one. */
const PARTS = 32;

/** The log of starts that still count: those less than `p_secs` ago. */
const RECENT = 'from unnest(p_at, p_n) as s (at, n) where s.at > now() - make_interval(secs => p_secs)';

/**
 * A rate, `p_max` starts in any `p_secs` seconds, as a short log of starts: moments (`p_at`) and how many in each (`p_n`), the
 * oldest first, in a row that whoever starts something has locked anyway.
 *
 *     max 10 in 60 s:   12:00:01 ×4, 12:00:40 ×6   →   none left until 12:01:01, then 4
 *
 * Starts within one 32nd of the stretch are put together at the latest moment of them: they count a little longer than they
 * must, never less. The moment is the transaction's. One that is older than the latest start starts nothing ({@link isOlder}):
 * to it, starts may be over that still count. See apps/docs/internals/limits.md, "Rates"
 */
export function rate(n: Tables): string[] {
  return [
    plpgsql({
      called: 'inner',
      signature: `${n.fn('starts_left_v1')}(p_max integer, p_secs float8, p_at timestamptz[], p_n integer[])`,
      returns: 'integer',
      body: `begin
  return least(p_max, greatest(0, p_max - coalesce((select sum(s.n) ${RECENT}), 0)));
end`,
    }),
    // When there is one again, where none is left: once the newest of those that count no longer with so many after it.
    plpgsql({
      called: 'inner',
      signature: `${n.fn('next_start_v1')}(p_max integer, p_secs float8, p_at timestamptz[], p_n integer[])`,
      returns: 'timestamptz',
      body: `begin
  return (
    select least(max(c.at), now()) + make_interval(secs => p_secs)
    from (select s.at, sum(s.n) over (order by s.at desc rows unbounded preceding) as n ${RECENT}) c
    where c.n >= p_max);
end`,
    }),
    plpgsql({
      called: 'inner',
      signature: `${n.fn('note_starts_v1')}(p_secs float8, p_at timestamptz[], p_n integer[], p_jobs integer,
  out o_at timestamptz[], out o_n integer[])`,
      returns: 'record',
      body: `declare
  v_part float8 := p_secs / ${PARTS};
  v_last integer;
begin
  select array_agg(s.at order by s.at), array_agg(s.n order by s.at) into o_at, o_n ${RECENT};
  v_last := cardinality(o_at);
  if v_last > 0 and floor(extract(epoch from o_at[v_last]) / v_part) >= floor(extract(epoch from now()) / v_part) then
    o_at[v_last] := greatest(o_at[v_last], now());
    o_n[v_last] := o_n[v_last] + p_jobs;
  else
    o_at := o_at || now();
    o_n := o_n || p_jobs;
  end if;
end`,
    }),
  ];
}

/**
 * Whether this transaction is older than the latest start in the log of the row `r`, which it may not start anything by. Of the
 * row itself, so that it is asked again of the version that is locked. A start in the future was noted before the clock was
 * turned back, and holds up nobody.
 */
export function isOlder(r: string): string {
  const latest = `${r}.rate_at[cardinality(${r}.rate_at)]`;
  return `(${r}.rate_at is not null and ${latest} > now() and ${latest} <= clock_timestamp())`;
}
