import { asNullable, asNumber, asText } from '@bearmq/core/schema';
import { ask, type Check, type Finding, lasting } from './finding.ts';

const AT_MOST = 20;

/** The least time that a backlog is looked at over, in seconds, and the least samples of it. */
const LEAST_SECS = 300;
const LEAST_SAMPLES = 5;
/** The least that it grows by to be worth telling: in jobs, and as a share of what it was. */
const LEAST_GROWTH = 100;
const LEAST_SHARE = 0.1;

/** Lanes of which each sample, one a minute, has counted as many waiting jobs as the one before or more. */
export const checkBacklogs: Check = async (at) => {
  const { tables: n, patienceSecs } = at;
  const rows = await ask(
    at,
    'backlogs',
    `select x.channel::text, x.name::text, x.first::float8, x.last::float8, (extract(epoch from x.until) - extract(epoch from x.since))::float8
     from (
       select d.channel, d.name, pg_catalog.count(*) as samples, pg_catalog.min(d.at) as since, pg_catalog.max(d.at) as until,
         (pg_catalog.array_agg(d.waiting order by d.at))[1] as first, (pg_catalog.array_agg(d.waiting order by d.at desc))[1] as last,
         pg_catalog.bool_and(d.waiting >= d.before) as only_grows
       from (
         select d.channel, d.name, d.at, d.ready + d.blocked as waiting,
           pg_catalog.lag(d.ready + d.blocked, 1, 0::bigint) over (partition by d.channel, d.name order by d.at) as before
         from ${n.laneDepth} d
         where d.span_secs = 60 and d.name <> '' and d.at > pg_catalog.now() - pg_catalog.make_interval(secs => $1::float8)
       ) d group by d.channel, d.name
     ) x
     where x.only_grows and x.samples >= $2::int4 and x.until > pg_catalog.now() - interval '10 minutes'
       and x.last - x.first >= greatest($3::float8, x.first * $4::float8)
     order by x.last - x.first desc, x.channel, x.name limit $5::int4`,
    [Math.max(patienceSecs, LEAST_SECS) + 60, LEAST_SAMPLES, LEAST_GROWTH, LEAST_SHARE, AT_MOST],
  );
  return rows.map((row): Finding => {
    const [channel, name] = [asText(row[0]), asText(row[1])];
    return {
      kind: 'backlog-growing',
      severity: 'warning',
      subject: `lane ${name} of channel ${channel}`,
      message: `of ${JSON.stringify(name)} in the channel ${JSON.stringify(channel)} ${asNumber(row[2])} jobs waited, and ${lasting(asNumber(row[4]))} later ${asNumber(row[3])}, without ever being fewer`,
      remedy:
        'more comes in than goes out: start more processes, or give their Workers more concurrency; npx bearmq stats tells how fast and how well they go',
    };
  });
};

/** How many runs there must have been, and which share of them failed. */
const LEAST_RUNS = 20;
const MOST_FAILED = 0.5;

/** Lanes of which most attempts of the last quarter of an hour failed, with the error that their jobs have most often. */
export const checkFailing: Check = async (at) => {
  const { tables: n } = at;
  const rows = await ask(
    at,
    'failing',
    `with lane as materialized (
       select s.channel, s.name, pg_catalog.sum(s.succeeded + s.failed + s.retried) as runs, pg_catalog.sum(s.failed + s.retried) as failed
       from ${n.laneStats} s where s.span_secs = 60 and s.at > pg_catalog.now() - interval '15 minutes'
       group by s.channel, s.name
       having pg_catalog.sum(s.succeeded + s.failed + s.retried) >= $1::int4
         and pg_catalog.sum(s.failed + s.retried) > $2::float8 * pg_catalog.sum(s.succeeded + s.failed + s.retried)
       order by 4 desc, s.channel, s.name limit $3::int4
     ),
     seen as materialized (
       (select f.channel, f.name, f.error from ${n.finalizedJob} f where f.outcome <> 'succeeded' and exists (select from lane)
         order by f.finalized_at desc limit 1000)
       union all
       (select j.channel, j.name, j.last_error from ${n.job} j where j.state = 'scheduled' and exists (select from lane)
         order by j.run_at limit 1000)
     )
     select l.channel::text, l.name::text, l.runs::float8, l.failed::float8,
       (select pg_catalog.split_part(s.error, E'\n', 1) from seen s where s.channel = l.channel and s.name = l.name and s.error is not null
         group by 1 order by pg_catalog.count(*) desc, 1 limit 1)::text
     from lane l order by l.failed desc, l.channel, l.name`,
    [LEAST_RUNS, MOST_FAILED, AT_MOST],
  );
  return rows.map((row): Finding => {
    const [channel, name, error] = [asText(row[0]), asText(row[1]), asNullable(row[4], asText)];
    const why = error === null ? '' : `, mostly with: ${error.slice(0, 200)}`;
    return {
      kind: 'failing',
      severity: 'warning',
      subject: `lane ${name} of channel ${channel}`,
      message: `${asNumber(row[3])} of the ${asNumber(row[2])} runs of ${JSON.stringify(name)} in the channel ${JSON.stringify(channel)} in the last 15 minutes failed${why}`,
      remedy:
        'fix what they fail with, or pause them meanwhile (npx bearmq pause --name); npx bearmq failures has all errors, and npx bearmq jobs retry has those run again that are out of attempts',
    };
  });
};
