import { toArrayLiteral } from '../driver/index.ts';
import { dateIn } from '../model/job-record.ts';
import { asText } from '../schema/index.ts';
import { defineStatement, type Statement } from './statement.ts';

/** A number of jobs, counted up to 1,000. */
export interface Count {
  readonly value: number;
  readonly isAtLeast: boolean;
}

/** A job that holds its group. */
export interface GroupHolder {
  readonly jobId: string;
  readonly jobName: string;
  readonly attempt: number;
  readonly processId: string;
  readonly host: string | null;
  readonly pid: number | null;
  /** When it was claimed, or started. */
  readonly since: Date | null;
  readonly leaseExpiresAt: Date | null;
}

/** A job group: who holds it, and what waits for it. */
export interface GroupRecord {
  readonly jobGroup: string;
  /** How many jobs hold it; none while it is open. */
  readonly running: number;
  /** When the latest job took it. */
  readonly lockedAt: Date | null;
  readonly waiting: Count;
  /** Of those that wait the enqueue of the next. */
  readonly nextEnqueuedAt: Date | null;
  /** Jobs whose delay, or pause, is not over. */
  readonly scheduled: Count;
  /** At most ten of those that run. */
  readonly holders: readonly GroupHolder[];
}

const COUNTED = 1_000;
const MAX_HOLDERS = 10;

/**
 * What there is to tell of some groups, by their names: those that have jobs which wait, or had some that ran lately. What
 * it costs follows how many are named, not what waits.
 */
export const readGroups: Statement<{ readonly names: readonly string[] }, readonly GroupRecord[]> = defineStatement({
  name: 'bearmq_read_groups',
  plan: 'anew',
  mayBeRepeated: true,
  text: ({ job, jobGroup, process }) => `
    with page as materialized (
      select u.name from (select distinct t.name from pg_catalog.unnest($1::text::text[]) as t (name)) u
      where exists (select from ${jobGroup} g where g.name = u.name)
        or exists (select from ${job} j where j.state in ('ready', 'blocked') and j.job_group = u.name)
        or exists (select from ${job} j where j.state = 'scheduled' and j.job_group = u.name)
    ),
    holder as materialized (
      select j.job_group, pg_catalog.json_build_object('jobId', j.id, 'jobName', j.name, 'attempt', j.attempt,
          'processId', j.process_id, 'host', p.host, 'pid', p.pid, 'since', extract(epoch from j.claimed_at)::float8 * 1000,
          'leaseExpiresAt', extract(epoch from p.expires_at)::float8 * 1000) as told,
        pg_catalog.row_number() over (partition by j.job_group order by j.claimed_at, j.seq) as nth
      from ${job} j left join ${process} p on p.id = j.process_id
      where j.state = 'running' and j.job_group in (select name from page)
    )
    select pg_catalog.json_build_object('jobGroup', n.name, 'running', coalesce(g.running, 0),
      'lockedAt', extract(epoch from g.locked_at)::float8 * 1000,
      'waiting', (select pg_catalog.count(*) from (
        select 1 from ${job} j where j.state in ('ready', 'blocked') and j.job_group = n.name limit $2::int4 + 1) c),
      'nextEnqueuedAt', (select extract(epoch from j.enqueued_at)::float8 * 1000 from ${job} j
        where j.state in ('ready', 'blocked') and j.job_group = n.name
        order by j.job_group, j.channel, j.name, j.priority desc, j.seq limit 1),
      'scheduled', (select pg_catalog.count(*) from (
        select 1 from ${job} j where j.state = 'scheduled' and j.job_group = n.name limit $2::int4 + 1) c),
      'holders', coalesce((select pg_catalog.json_agg(h.told order by h.nth) from holder h
        where h.job_group = n.name and h.nth <= $3::int4), '[]'))::text as told
    from page n left join ${jobGroup} g on g.name = n.name order by n.name`,
  encode: ({ names }) => [toArrayLiteral(names), COUNTED, MAX_HOLDERS],
  decode: (rows) => rows.map(([row]) => groupIn(JSON.parse(asText(row)))),
});

interface Told extends Record<string, unknown> {
  readonly jobGroup: string;
  readonly running: number;
  readonly waiting: number;
  readonly scheduled: number;
  readonly holders: readonly (GroupHolder & Record<string, unknown>)[];
}

function groupIn({ jobGroup, running, waiting, scheduled, holders, ...times }: Told): GroupRecord {
  return {
    jobGroup,
    running,
    lockedAt: dateIn(times['lockedAt']),
    waiting: countIn(waiting),
    nextEnqueuedAt: dateIn(times['nextEnqueuedAt']),
    scheduled: countIn(scheduled),
    holders: holders.map((one) => ({
      ...one,
      since: dateIn(one['since']),
      leaseExpiresAt: dateIn(one['leaseExpiresAt']),
    })),
  };
}

function countIn(told: number): Count {
  return { value: Math.min(told, COUNTED), isAtLeast: told > COUNTED };
}
