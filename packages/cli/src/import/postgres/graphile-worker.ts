import { type SqlSession, type SqlValue, toArrayLiteral } from '@bearmq/core/driver';
import type { JobMap, MapEntry, MapRules } from '../job-map.ts';
import type { OldJob } from '../old-job.ts';
import type { Candidate, PgSystem } from './scope.ts';
import { columnsOf, momentOf, mostBytesOf, msOf, query, tableOf } from './sql.ts';

export const graphileRules: MapRules = { groups: [], drops: ['flags', 'jobKey'] };

interface Row {
  readonly task: string;
  readonly queue: string | null;
  readonly priority: number;
  readonly attempts: number;
  readonly max_attempts: number;
  readonly run_at: string;
  readonly key: string | null;
  readonly flags: Readonly<Record<string, true>> | null;
  readonly is_delayed: boolean;
  /** Whether a worker of its own runs a job of its queue. */
  readonly is_held: boolean;
}

/**
 * Graphile Worker, release 0.16 or later, in a schema of this database.
 *
 * @throws {CliError} where there is none, or an older one.
 */
export async function openGraphileWorker(session: SqlSession, schema: string, map: JobMap): Promise<PgSystem> {
  await columnsOf(session, schema, '_private_jobs');
  const [jobs, queues, tasks] = ['_private_jobs', '_private_job_queues', '_private_tasks'].map((table) =>
    tableOf(schema, table),
  );
  const found = await query(
    session,
    'tasks',
    `select t.id::float8, t.identifier::text,
       (select pg_catalog.count(*) from ${jobs} j where j.task_id = t.id and j.is_available)::float8
     from ${tasks} t order by t.identifier`,
  );
  const [[startedAt] = []] = await query(session, 'now', `select ${momentOf('pg_catalog.now()')}`);
  const mapped = new Map<string, { readonly id: number; readonly entry: MapEntry }>();
  const unmapped: { readonly queue: string; readonly jobs: number }[] = [];
  for (const [id, identifier, waiting] of found) {
    const entry = map.get(String(identifier));
    if (entry !== undefined) mapped.set(String(identifier), { id: Number(id), entry });
    else if (Number(waiting) > 0) unmapped.push({ queue: String(identifier), jobs: Number(waiting) });
  }
  const ids = toArrayLiteral([...mapped.values()].map(({ id }) => id));
  return {
    name: 'graphile-worker',
    unmapped,
    scopes: [
      {
        lock: async (tx, after, limit) => {
          const rows = await query(
            tx,
            'lock_graphile',
            `select j.id::text, ${mostBytesOf('j.payload')},
               (select pg_catalog.to_jsonb(o) from (select t.identifier as task, q.queue_name as queue, j.priority,
                  j.attempts, j.max_attempts, j.run_at, j.key, j.flags, j.run_at > pg_catalog.now() as is_delayed,
                  coalesce(not q.is_available, false) as is_held) o)::text
             from ${jobs} j join ${tasks} t on t.id = j.task_id left join ${queues} q on q.id = j.job_queue_id
             where j.is_available and j.task_id = any($1::text::int[]) and j.created_at <= $2::timestamptz
               ${after === undefined ? '' : 'and j.id > $4::bigint'}
             order by j.id limit $3::int for update of j skip locked`,
            [ids, String(startedAt), limit, ...(after === undefined ? [] : [after[0]])],
          );
          return rows.flatMap((row) => candidateOf(row, map));
        },
        payloads: async (tx, wanted) => {
          const rows = await query(
            tx,
            'graphile_payloads',
            `select j.id::text, j.payload::text from ${jobs} j where j.id = any($1::text::bigint[])`,
            [toArrayLiteral(wanted)],
          );
          return new Map(rows.map(([id, payload]) => [String(id), String(payload)]));
        },
        remove: async (tx, gone) => {
          await query(tx, 'remove_graphile', `delete from ${jobs} j where j.id = any($1::text::bigint[])`, [
            toArrayLiteral(gone),
          ]);
        },
      },
    ],
    running: async (on) => {
      const [[count] = []] = await query(
        on,
        'running',
        `select pg_catalog.count(*)::float8 from ${jobs} j
         where j.locked_at is not null and j.task_id = any($1::text::int[])`,
        [ids],
      );
      return Number(count);
    },
  };
}

function candidateOf([id, bytes, json]: readonly SqlValue[], map: JobMap): readonly Candidate[] {
  const row = JSON.parse(String(json)) as Row;
  const entry = map.get(row.task);
  if (entry === undefined) return [];
  return [
    {
      id: String(id),
      queue: row.task,
      place: [String(id), ''],
      mostBytes: Number(bytes ?? 0),
      entry,
      job: oldJobOf(String(id), row, entry),
      unique: entry.unique === undefined ? null : row.key,
    },
  ];
}

function oldJobOf(id: string, row: Row, entry: MapEntry): OldJob | string {
  const reason = reasonToStay(row, entry);
  if (reason !== undefined) return reason;
  return {
    origin: { system: 'graphile-worker', queue: row.task, id, key: row.key, attempts: row.attempts },
    overrides: {
      priority: -row.priority, // there, the lowest number goes first
      numAttempts: row.max_attempts - row.attempts,
      backoff: pauseAfter(row.attempts + 1),
      ...(row.is_delayed ? { runAt: new Date(msOf(row.run_at)) } : {}),
      ...(row.queue === null ? {} : { jobGroup: row.queue }),
    },
  };
}

function reasonToStay(row: Row, { unique, drop }: MapEntry): string | undefined {
  if (row.is_held) return 'its queue runs a job there: run the import again';
  if (row.is_delayed && msOf(row.run_at) === Number.POSITIVE_INFINITY) return 'has a start that never comes';
  if (row.key !== null && unique === undefined && !drop.includes('jobKey')) {
    return 'has a job key: give the map "unique": "started", or "drop": ["jobKey"]';
  }
  if (row.flags !== null && !drop.includes('flags')) return 'has flags: give the map "drop": ["flags"]';
  return undefined;
}

/** It waits for e to the power of the attempts, up to the tenth. We double, from where it was and up to the same. */
function pauseAfter(attempt: number): NonNullable<OldJob['overrides']['backoff']> {
  const maxSecs = Math.exp(10);
  return { type: 'exponential', delaySecs: Math.min(Math.exp(attempt), maxSecs), maxSecs, jitter: 'none' };
}
