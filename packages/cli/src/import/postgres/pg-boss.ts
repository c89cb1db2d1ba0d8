import { type SqlSession, type SqlValue, toArrayLiteral } from '@bearmq/core/driver';
import { usageError } from '../../cli-error.ts';
import type { JobMap, MapEntry } from '../job-map.ts';
import { type BossJob, type BossQueue, keyOf, oldJobOf, readBossJob } from './pg-boss-job.ts';
import type { Candidate, PgSystem, Place, Scope } from './scope.ts';
import { columnsOf, momentOf, mostBytesOf, query, tableOf } from './sql.ts';

/** Queues that pg-boss keeps for itself. */
const OWN = '__pgboss__%';

/** Columns that only some releases have. */
const LATER = ['blocked', 'blocking', 'group_id', 'retry_delay_max', 'expire_seconds'] as const;

/**
 * pg-boss, release 10 or later, in a schema of this database.
 *
 * @throws {CliError} where there is none, or an older one.
 */
export async function openPgBoss(session: SqlSession, schema: string, map: JobMap): Promise<PgSystem> {
  const columns = await columnsOf(session, schema, 'job');
  if (!columns.has('start_after') || !columns.has('policy')) {
    throw usageError(
      `--from: ${JSON.stringify(schema)}: is no schema of pg-boss 10 or later: upgrade pg-boss first, or let it work off what it has`,
    );
  }
  const job = tableOf(schema, 'job');
  const queues = await query(
    session,
    'queues',
    `select q.name::text, q.policy::text,
       (select pg_catalog.count(*) from ${job} j where j.name = q.name and j.state < 'active')::float8
     from ${tableOf(schema, 'queue')} q where q.name not like $1::text order by q.name`,
    [OWN],
  );
  const [[startedAt] = []] = await query(session, 'now', `select ${momentOf('pg_catalog.now()')}`);
  const found = queues.map(([name, policy, jobs]) => ({
    queue: { name: String(name), policy: String(policy) },
    jobs: Number(jobs),
    entry: map.get(String(name)),
  }));
  const mapped = found.flatMap(({ queue, entry }) => (entry === undefined ? [] : [{ queue, entry }]));
  return {
    name: 'pg-boss',
    scopes: mapped.map(({ queue, entry }) => scopeOf(job, queue, entry, { columns, startedAt: String(startedAt) })),
    unmapped: found.flatMap(({ queue, jobs, entry }) =>
      entry === undefined && jobs > 0 ? [{ queue: queue.name, jobs }] : [],
    ),
    running: async (on) => {
      const [[jobs] = []] = await query(
        on,
        'running',
        `select pg_catalog.count(*)::float8 from ${job} j where j.state = 'active' and j.name = any($1::text::text[])`,
        [toArrayLiteral(mapped.map(({ queue }) => queue.name))],
      );
      return Number(jobs);
    },
  };
}

interface Table {
  readonly columns: ReadonlySet<string>;
  /** Jobs that come later are left out, so that it ends. */
  readonly startedAt: string;
}

function scopeOf(job: string, queue: BossQueue, entry: MapEntry, { columns, startedAt }: Table): Scope {
  const later = LATER.filter((column) => columns.has(column));
  // Before release 11 it was an interval.
  const expire = columns.has('expire_seconds') ? '' : ', extract(epoch from j.expire_in)::float8 as expire_seconds';
  return {
    lock: async (tx, after, limit) => {
      const rows = await query(
        tx,
        'lock_boss',
        `select j.id::text, ${momentOf('j.start_after')}, ${mostBytesOf('j.data')},
           (select pg_catalog.to_jsonb(o) from (select j.priority, j.state, j.retry_limit, j.retry_count, j.retry_delay,
              j.retry_backoff, j.singleton_key, j.singleton_on, j.start_after, j.keep_until, j.dead_letter,
              j.start_after > pg_catalog.now() as is_delayed, j.keep_until < pg_catalog.now() as is_expired
              ${later.map((column) => `, j.${column}`).join('')}${expire}) o)::text
         from ${job} j
         where j.name = $1::text and j.state < 'active' and j.created_on <= $2::timestamptz
           ${after === undefined ? '' : 'and (j.start_after, j.id) > ($4::timestamptz, $5::uuid)'}
         order by j.start_after, j.id limit $3::int for update of j skip locked`,
        [queue.name, startedAt, limit, ...(after ?? [])],
      );
      return rows.map((row) => candidateOf(row, queue, entry));
    },
    payloads: async (tx, ids) => {
      const rows = await query(
        tx,
        'boss_payloads',
        `select j.id::text, j.data::text from ${job} j
         where j.name = $1::text and j.id = any($2::text::uuid[]) and j.data is not null`,
        [queue.name, toArrayLiteral(ids)],
      );
      return new Map(rows.map(([id, data]) => [String(id), String(data)]));
    },
    remove: async (tx, ids) => {
      await query(tx, 'remove_boss', `delete from ${job} j where j.name = $1::text and j.id = any($2::text::uuid[])`, [
        queue.name,
        toArrayLiteral(ids),
      ]);
    },
  };
}

function candidateOf([id, startAfter, bytes, json]: readonly SqlValue[], queue: BossQueue, entry: MapEntry): Candidate {
  const job: BossJob = readBossJob(String(id), String(json));
  const place: Place = [String(startAfter), String(id)];
  return {
    id: job.id,
    queue: queue.name,
    place,
    mostBytes: Number(bytes ?? 0),
    entry,
    job: oldJobOf(job, queue, entry),
    unique: keyOf(job, queue, entry),
  };
}
