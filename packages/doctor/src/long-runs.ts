import { asNullable, asNumber, asText } from '@bearmq/core/schema';
import { ask, type Check, type Finding, lasting } from './finding.ts';

const AT_MOST = 20;

/** So many times as long as nearly all others of its lane is far longer. */
const TIMES = 20;

/** So many times the patience is long for a job of which no other has ended lately. */
const PATIENCES = 12;

/**
 * Jobs that run for far longer than others of their lane did in the last day: than what 99 of 100 of them took. How long
 * those took is known by ranges, of which the upper end counts.
 */
export const checkLongRuns: Check = async (at) => {
  const { tables: n, patienceSecs } = at;
  const rows = await ask(
    at,
    'long',
    `with long as materialized (
       select j.id, j.channel, j.name, j.attempt, extract(epoch from pg_catalog.now() - greatest(j.claimed_at, 'epoch'))::float8 as secs,
         coalesce('process ' || p.pid || ' on ' || p.host, 'process ' || j.process_id) as place
       from ${n.job} j left join ${n.process} p on p.id = j.process_id
       where j.state = 'running' and j.claimed_at < pg_catalog.now() - pg_catalog.make_interval(secs => $1::float8)
     ),
     taken as (
       select s.channel, s.name, u.nth, pg_catalog.sum(u.jobs) as jobs, pg_catalog.max(s.run_max_ms) as longest_ms
       from ${n.laneStats} s cross join lateral pg_catalog.unnest(s.runs) with ordinality as u (jobs, nth)
       where (s.span_secs = 3600 and s.at > pg_catalog.now() - interval '1 day'
           or s.span_secs = 60 and s.at > pg_catalog.now() - interval '1 hour')
         and (s.channel, s.name) in (select l.channel, l.name from long l)
       group by s.channel, s.name, u.nth
     ),
     summed as (
       select t.channel, t.name, t.nth, t.longest_ms,
         pg_catalog.sum(t.jobs) over (partition by t.channel, t.name order by t.nth) as so_far,
         pg_catalog.sum(t.jobs) over (partition by t.channel, t.name) as jobs
       from taken t
     ),
     usual as (
       -- Of range n the end is at half a millisecond times the nth power of the square root of two; of the last, the longest.
       select s.channel, s.name, pg_catalog.min(least(0.0005 * pg_catalog.power(2, (s.nth - 1) / 2.0), s.longest_ms / 1000))::float8 as secs
       from summed s where s.jobs > 0 and s.so_far >= 0.99 * s.jobs group by s.channel, s.name
     )
     select l.id::text, l.name::text, l.channel::text, l.secs::float8, l.place::text, u.secs::float8
     from long l left join usual u on u.channel = l.channel and u.name = l.name
     where l.secs > coalesce(${TIMES} * u.secs, ${PATIENCES} * $1::float8)
     order by l.secs desc, l.id limit $2::int4`,
    [patienceSecs, AT_MOST],
  );
  return rows.map((row): Finding => {
    const [id, name, secs] = [asText(row[0]), JSON.stringify(asText(row[1])), asNumber(row[3])];
    const usual = asNullable(row[5], asNumber);
    const others =
      usual === null
        ? 'no other of its name and channel has ended in the last day'
        : `of others of its name and channel 99 in 100 took ${usual < 2 ? `${Math.ceil(usual * 1000)} ms` : lasting(usual)} or less`;
    return {
      kind: 'job-long',
      severity: 'warning',
      subject: `job ${id}`,
      message: `the job ${id} (${name}) has been running for ${lasting(secs)} in ${asText(row[4])}; ${others}`,
      remedy: `find out what it waits for; npx bearmq jobs cancel ${id} aborts its signal, and a maxRunSecs of its definition would do so by itself`,
    };
  });
};
