import { asBoolean, asNullable, asNumber, asText } from '@bearmq/core/schema';
import { ask, type Check, type Finding, lasting } from './finding.ts';

/** No more of a kind are told of one by one. */
const AT_MOST = 20;

/** Leases that ran out long ago: every worker and every orchestrator looks for them, so nobody is there, or one hangs. */
export const checkWorkers: Check = async (at) => {
  const { tables: n, patienceSecs } = at;
  const rows = await ask(
    at,
    'workers',
    `select w.id::text, extract(epoch from pg_catalog.now() - greatest(w.expires_at, 'epoch'))::float8,
       (select pg_catalog.count(*) from ${n.job} j where j.process_id = w.id and j.state = 'running')::float8,
       -- The lock by which a process shows that it lives while its event loop is blocked.
       exists (
         select from pg_catalog.pg_locks l
         where l.locktype = 'advisory' and l.objsubid = 1 and l.granted
           and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
           and ((l.classid::bigint << 32) | l.objid::bigint) = w.session_key)::boolean
     from ${n.process} w where w.expires_at < pg_catalog.now() - pg_catalog.make_interval(secs => $1::float8)
     order by w.expires_at, w.id limit $2::int4`,
    [patienceSecs, AT_MOST],
  );
  return rows.map((row): Finding => {
    const [id, since, jobs] = [asText(row[0]), lasting(asNumber(row[1])), asNumber(row[2])];
    if (asBoolean(row[3])) {
      return {
        kind: 'worker-blocked',
        severity: 'warning',
        subject: `worker ${id}`,
        message: `the lease of the worker process ${id} ran out ${since} ago, but it holds its connection, with ${jobs} running jobs: its event loop is blocked`,
        remedy: 'find out what blocks that process, or end it: its jobs then go to others',
      };
    }
    return {
      kind: 'worker-dead',
      severity: jobs > 0 ? 'error' : 'warning',
      subject: `worker ${id}`,
      message: `the lease of the worker process ${id} ran out ${since} ago, and nobody has given its ${jobs} running jobs back to the queue`,
      remedy: 'start a worker or an orchestrator on this schema: each of them does that',
    };
  });
};

/** Jobs that a process has run and whose outcome it gave up: it notes that with the job, which goes on being held. */
export const checkUnrecorded: Check = async (at) => {
  const { tables: n } = at;
  const rows = await ask(
    at,
    'unrecorded',
    `select j.id::text, j.name::text, j.process_id::text, j.last_error::text
     from ${n.job} j
     where j.state = 'running' and j.last_error like 'the outcome of claim ' || j.fence || ' could not be recorded: %'
     order by j.id limit $1::int4`,
    [AT_MOST],
  );
  return rows.map((row): Finding => {
    const [id, name, process, why] = [asText(row[0]), JSON.stringify(asText(row[1])), asText(row[2]), asText(row[3])];
    return {
      kind: 'job-unrecorded',
      severity: 'error',
      subject: `job ${id}`,
      message: `the job ${id} (${name}) has ended, but counts as running for the worker process ${process}: ${why}`,
      remedy: `fix what refuses it (a trigger, a constraint or a policy on ${n.finalizedJob}, perhaps), then restart that process: the job runs again if it has an attempt left, else it is entered as failed`,
    };
  });
};

/**
 * Jobs that wait while no worker process has a lease. Looks at the first thousand by id, which are the oldest (ids rise
 * with time), and at the first that is due: an index each, however many jobs there are.
 */
export const checkWaiting: Check = async (at) => {
  const { tables: n, patienceSecs } = at;
  const [row] = await ask(
    at,
    'waiting',
    `select w.id::text, w.name::text, w.channel::text,
       extract(epoch from pg_catalog.now() - greatest(w.since, 'epoch'))::float8
     from (
       (select j.id, j.name, j.channel, j.enqueued_at as since
        from (select * from ${n.job} order by id limit 1000) j where j.state = 'ready' order by j.enqueued_at limit 1)
       union all
       (select j.id, j.name, j.channel, j.run_at
        from ${n.job} j where j.state = 'scheduled' order by j.run_at limit 1)
     ) w
     where w.since < pg_catalog.now() - pg_catalog.make_interval(secs => $1::float8)
       and not exists (select from ${n.process} x where x.expires_at >= pg_catalog.now())
     order by w.since limit 1`,
    [patienceSecs],
  );
  if (row === undefined) return [];
  const [id, name, channel] = [asText(row[0]), JSON.stringify(asText(row[1])), JSON.stringify(asText(row[2]))];
  return [
    {
      kind: 'jobs-waiting',
      severity: 'error',
      subject: `job ${id}`,
      message: `the job ${id} (${name}, channel ${channel}) has been waiting for ${lasting(asNumber(row[3]))}, and no worker process is there`,
      remedy: 'start a program with a Worker on this schema; if one runs, look at its DAEMON_ERROR events',
    },
  ];
};

/**
 * Schedules whose next tick is long overdue. Orchestrators enqueue them where their definition is registered: so none is
 * there, or it fails, or their definition is nowhere.
 */
export const checkSchedules: Check = async (at) => {
  const { tables: n, patienceSecs } = at;
  const rows = await ask(
    at,
    'schedules',
    `select s.job_name::text, s.key::text, extract(epoch from pg_catalog.now() - s.next_at)::float8,
       extract(epoch from pg_catalog.now() - s.last_at)::float8, (s.origin = 'repeat')::boolean
     from ${n.schedule} s where s.paused_at is null and s.next_at < pg_catalog.now() - pg_catalog.make_interval(secs => $1::float8)
     order by s.next_at, s.job_name limit $2::int4`,
    [patienceSecs, AT_MOST],
  );
  return rows.map((row): Finding => {
    const [name, key, late] = [asText(row[0]), asText(row[1]), lasting(asNumber(row[2]))];
    const [last, isRepeat] = [asNullable(row[3], asNumber), asBoolean(row[4])];
    const what = isRepeat
      ? `the repeating job ${JSON.stringify(name)}`
      : `the schedule ${JSON.stringify(key)} of ${JSON.stringify(name)}`;
    return {
      kind: 'schedule-late',
      severity: 'error',
      subject: isRepeat ? `schedule ${name}` : `schedule ${name} ${key}`,
      message: `${what} is ${late} overdue, ${last === null ? 'and was never enqueued' : `and was last enqueued ${lasting(last)} ago`}`,
      remedy: `start an Orchestrator on this schema, with a context in which that definition is registered; if it is no longer wanted: delete from ${n.schedule} where (job_name, key) = ('${name.replaceAll("'", "''")}', '${key.replaceAll("'", "''")}');`,
    };
  });
};
