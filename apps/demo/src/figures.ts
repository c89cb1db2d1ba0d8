import type pg from 'pg';
import { LOOK_AGAIN } from './jobs.ts';
import { SCHEMA } from './results.ts';

/** What the jobs of one name have come to. */
export interface JobCounts {
  readonly name: string;
  readonly succeeded: number;
  readonly failed: number;
  /** Failed attempts that were, or will be, followed by another. */
  readonly retries: number;
  /** Still in the queue; a retry that is due later counts. */
  readonly left: number;
  /** Of those, held by a worker. */
  readonly running: number;
}

/** Files of one kind or folder, and what they add up to. */
export interface FileSum {
  readonly name: string;
  readonly files: number;
  readonly bytes: number;
  readonly lines: number;
}

/** Everything that the final tables show, as the database has it. */
export interface Figures {
  readonly jobs: readonly JobCounts[];
  /** Worker processes that have not left. */
  readonly workers: number;
  readonly measured: number;
  readonly total: FileSum;
  readonly kinds: readonly FileSum[];
  readonly folders: readonly FileSum[];
  readonly slowest: readonly { readonly path: string; readonly ms: number; readonly bytes: number }[];
  readonly unreadable: readonly { readonly path: string; readonly problem: string }[];
  /** Files with the same bytes as another one, beyond the first of each group. */
  readonly duplicates: { readonly groups: number; readonly copies: number; readonly bytes: number };
  /** How long the delayed job was held back, by the database's clock, in milliseconds. */
  readonly delayMs: number | undefined;
  readonly failures: readonly { readonly name: string; readonly attempts: number; readonly error: string }[];
}

const TOP = 4;

/** Asks the database, once nothing runs any more. */
export async function readFigures(pool: pg.Pool): Promise<Figures> {
  const rows = async <T extends pg.QueryResultRow>(sql: string): Promise<T[]> =>
    (await pool.query<T>(sql.replaceAll('{s}', SCHEMA))).rows;
  const sums = (by: string): Promise<FileSum[]> =>
    rows(`select ${by} as name, count(*)::float8 as files, sum(bytes)::float8 as bytes,
        coalesce(sum(lines), 0)::float8 as lines
      from {s}.measured_file where problem is null group by 1 order by 3 desc, 1 limit ${TOP}`);
  const [workers] = await rows<{ n: number }>('select count(*)::float8 as n from {s}.process');
  const [measured] = await rows<{ n: number }>('select count(*)::float8 as n from {s}.measured_file');
  const [total] = await sums(`'all'`);
  const [delay] = await rows<{ ms: number }>(`
    select (extract(epoch from claimed_at - enqueued_at) * 1000)::float8 as ms
    from {s}.finalized_job where name = '${LOOK_AGAIN}'`);
  const [duplicates] = await rows<Figures['duplicates']>(`
    select count(*)::float8 as groups, coalesce(sum(files - 1), 0)::float8 as copies,
      coalesce(sum((files - 1) * bytes), 0)::float8 as bytes
    from (select count(*) as files, bytes from {s}.measured_file where bytes > 0 group by sha256, bytes) as same
    where files > 1`);
  return {
    jobs: await rows(`
      select name, count(*) filter (where outcome = 'succeeded')::float8 as succeeded,
        count(*) filter (where outcome = 'failed')::float8 as failed,
        sum(case when outcome is null then attempt else attempt - 1 end)::float8 as retries,
        count(*) filter (where outcome is null)::float8 as left,
        count(*) filter (where is_running)::float8 as running
      from (select name, attempt, outcome, false as is_running from {s}.finalized_job
        union all select name, attempt, null, state = 'running' from {s}.job) as all_jobs
      group by name`),
    workers: workers?.n ?? 0,
    measured: measured?.n ?? 0,
    total: total ?? { name: 'all', files: 0, bytes: 0, lines: 0 },
    kinds: await sums('kind'),
    folders: await sums('folder'),
    slowest: await rows(
      `select path, ms, bytes::float8 from {s}.measured_file where problem is null order by ms desc limit ${TOP}`,
    ),
    unreadable: await rows(`select path, problem from {s}.measured_file where problem is not null order by path`),
    duplicates: duplicates ?? { groups: 0, copies: 0, bytes: 0 },
    delayMs: delay?.ms,
    failures: await rows(`
      select name, attempt as attempts, split_part(coalesce(error, ''), e'\\n', 1) as error
      from {s}.finalized_job where outcome = 'failed' order by seq`),
  };
}
