import { dateIn } from '../model/job-record.ts';
import { asText } from '../schema/index.ts';
import { defineStatement, type Statement } from './statement.ts';

/** A program that runs Workers, for as long as it holds one lease. Times are by the database's clock. */
export interface ProcessRecord {
  readonly processId: string;
  readonly host: string | null;
  readonly pid: number | null;
  /** The `release` of its context. */
  readonly release: string | null;
  readonly startedAt: Date | null;
  readonly renewedAt: Date | null;
  readonly leaseExpiresAt: Date | null;
  /** `silent`: half of its lease is over, and it was not renewed; `dead`: all of it, and its jobs are put back. */
  readonly state: 'alive' | 'silent' | 'dead';
  /** Whether a connection of its own stands for it, should its event loop be blocked. */
  readonly hasSessionLock: boolean;
  /**
   * Which channels (`null`: all) and names its Workers take, with how many slots. `versions`: up to which `payloadVersion`, of
   * the names for which that is not 1.
   */
  readonly takes: readonly {
    readonly channels: readonly string[] | null;
    readonly slots: number;
    readonly names: readonly string[];
    readonly versions?: Readonly<Record<string, number>>;
  }[];
  /** How many jobs it has claimed. */
  readonly running: number;
  /** Of these the first claim. */
  readonly longestRunSince: Date | null;
}

/** The most processes that are told of. */
const MAX_PROCESSES = 10_000;

/** The processes that have a lease, the oldest first. A rescue asks likewise who is overdue. */
export const listProcesses: Statement<null, readonly ProcessRecord[]> = defineStatement({
  name: 'bearmq_list_processes',
  plan: 'anew',
  mayBeRepeated: true,
  text: ({ process, job }) => `
    select pg_catalog.json_build_object('processId', p.id, 'host', p.host, 'pid', p.pid, 'release', p.release,
      'startedAt', extract(epoch from p.started_at)::float8 * 1000, 'renewedAt', extract(epoch from p.renewed_at)::float8 * 1000,
      'leaseExpiresAt', extract(epoch from p.expires_at)::float8 * 1000,
      'state', case when p.expires_at <= pg_catalog.now() then 'dead'
        when extract(epoch from p.renewed_at)::float8 + extract(epoch from p.expires_at)::float8
          < 2 * extract(epoch from pg_catalog.now())::float8 then 'silent' else 'alive' end,
      'hasSessionLock', p.session_key is not null, 'takes', p.takes, 'running', coalesce(r.running, 0),
      'longestRunSince', extract(epoch from r.since)::float8 * 1000)::text as process
    from (
      select w.id, w.host, w.pid, w.release, w.started_at, w.renewed_at, w.expires_at, w.session_key, w.takes from ${process} w
      order by w.started_at, w.id limit $1::int4) p
    left join lateral (
      select j.process_id, pg_catalog.count(*) as running, pg_catalog.min(j.claimed_at) as since from ${job} j
      where j.state = 'running' group by j.process_id) r on r.process_id = p.id
    order by p.started_at, p.id`,
  encode: () => [MAX_PROCESSES],
  decode: (rows) => rows.map(([row]) => processIn(JSON.parse(asText(row)))),
});

function processIn(told: ProcessRecord & { readonly [time: string]: unknown }): ProcessRecord {
  return {
    ...told,
    startedAt: dateIn(told['startedAt']),
    renewedAt: dateIn(told['renewedAt']),
    leaseExpiresAt: dateIn(told['leaseExpiresAt']),
    longestRunSince: dateIn(told['longestRunSince']),
    takes: Array.isArray(told.takes) ? told.takes : [],
  };
}
