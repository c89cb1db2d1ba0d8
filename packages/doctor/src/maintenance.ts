import { asNullable, asNumber, asText } from '@bearmq/core/schema';
import { ask, type Check, type Finding, lasting, shellWord } from './finding.ts';

const AT_MOST = 20;

/** An orchestrator counts what waits once a minute; of a queue so large that this takes seconds, less often. */
const LONGEST_BETWEEN_SAMPLES_SECS = 900;
/** When what processes have counted is added up at the latest, in seconds. */
const ROLLED_SECS = 300;

/** Whether anything needs an orchestrator, and none has given a sign of life. */
export const checkOrchestrator: Check = async (at) => {
  const { tables: n, patienceSecs } = at;
  const [row] = await ask(
    at,
    'orchestrator',
    `select o.schedule::text, o.unrolled::float8, o.history::float8
     from (
       select (select s.job_name from ${n.schedule} s where s.paused_at is null
           and s.updated_at < pg_catalog.now() - pg_catalog.make_interval(secs => $1::float8) order by s.job_name limit 1) as schedule,
         (select extract(epoch from pg_catalog.now() - pg_catalog.min(greatest(s.at, 'epoch'))) from ${n.laneStats} s
           where s.process_id <> '00000000-0000-0000-0000-000000000000'
             and s.at < pg_catalog.now() - pg_catalog.make_interval(secs => $1::float8 + ${ROLLED_SECS})) as unrolled,
         (select extract(epoch from pg_catalog.now() - greatest(f.finalized_at, 'epoch')) from ${n.finalizedJob} f
           where f.finalized_at < pg_catalog.now() - pg_catalog.make_interval(secs => greatest($1::float8, 86400))
           order by f.finalized_at limit 1) as history
     ) o
     where (o.schedule is not null or o.unrolled is not null or o.history is not null)
       and not exists (select from ${n.laneDepth} d where d.span_secs = 60
         and d.at > pg_catalog.now() - pg_catalog.make_interval(secs => greatest($1::float8, ${LONGEST_BETWEEN_SAMPLES_SECS})))`,
    [patienceSecs],
  );
  if (row === undefined) return [];
  const [schedule, unrolled, history] = [
    asNullable(row[0], asText),
    asNullable(row[1], asNumber),
    asNullable(row[2], asNumber),
  ];
  const reasons = [
    ...(schedule === null ? [] : [`${JSON.stringify(schedule)} and what else is scheduled is not enqueued`]),
    ...(unrolled === null ? [] : [`figures of ${lasting(unrolled)} ago are not added up`]),
    ...(history === null ? [] : [`jobs that ended ${lasting(history)} ago are not looked through for deletion`]),
  ];
  return [
    {
      kind: 'no-orchestrator',
      severity: 'warning',
      subject: 'orchestrator',
      message: `no orchestrator has given a sign of life for ${lasting(Math.max(patienceSecs, LONGEST_BETWEEN_SAMPLES_SECS))}: ${reasons.join(', ')}`,
      remedy:
        'start an Orchestrator on this schema, in one process or in all that run Workers: new Orchestrator({ context })',
    },
  ];
};

const DAY_SECS = 86_400;

/** Pauses that somebody has forgotten, perhaps. */
export const checkPauses: Check = async (at) => {
  const { tables: n, patienceSecs } = at;
  const rows = await ask(
    at,
    'pauses',
    `select p.kind::text, p.name::text, extract(epoch from pg_catalog.now() - greatest(p.since, 'epoch'))::float8, p.reason::text
     from ${n.pause} p where p.since < pg_catalog.now() - pg_catalog.make_interval(secs => $1::float8)
     order by p.since, p.kind, p.name limit $2::int4`,
    [Math.max(DAY_SECS, patienceSecs), AT_MOST],
  );
  return rows.map((row): Finding => {
    const [kind, name, reason] = [asText(row[0]), asText(row[1]), asNullable(row[3], asText)];
    const isAll = kind === 'everything';
    return {
      kind: 'paused-long',
      severity: 'warning',
      subject: isAll ? 'everything' : `${kind} ${name}`,
      message: `${isAll ? 'everything' : `the ${kind} ${JSON.stringify(name)}`} has been paused for ${lasting(asNumber(row[2]))}${reason === null ? '' : ` (${reason})`}`,
      remedy: `resume it, if that was forgotten: npx bearmq resume --${isAll ? 'everything' : `${kind} ${shellWord(name)}`}`,
    };
  });
};

/** Processes of a release that another one has come after, and that go on beside it. */
export const checkReleases: Check = async (at) => {
  const { tables: n, patienceSecs } = at;
  const rows = await ask(
    at,
    'releases',
    `with alive as materialized (
       select p.id, p.release, p.started_at, coalesce('process ' || p.pid || ' on ' || p.host, 'process ' || p.id) as place
       from ${n.process} p where p.expires_at >= pg_catalog.now() and p.release is not null
     ),
     newest as (
       select a.release, pg_catalog.min(a.started_at) as since from alive a
       where a.release = (select b.release from alive b order by b.started_at desc, b.id limit 1) group by a.release
     )
     select a.id::text, a.release::text, a.place::text, n.release::text, extract(epoch from pg_catalog.now() - greatest(n.since, 'epoch'))::float8
     from alive a cross join newest n
     where a.release <> n.release and a.started_at < n.since
       and n.since < pg_catalog.now() - pg_catalog.make_interval(secs => $1::float8)
     order by a.started_at, a.id limit $2::int4`,
    [patienceSecs, AT_MOST],
  );
  return rows.map((row): Finding => {
    const [id, old, place, newest] = [asText(row[0]), asText(row[1]), asText(row[2]), asText(row[3])];
    return {
      kind: 'release-old',
      severity: 'warning',
      subject: `worker ${id}`,
      message: `the ${place} runs the release ${JSON.stringify(old)}, though ${JSON.stringify(newest)} came ${lasting(asNumber(row[4]))} ago`,
      remedy: 'end it, or deploy the new release there: it goes on running jobs as they were',
    };
  });
};
