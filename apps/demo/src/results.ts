import type pg from 'pg';
import type { MeasuredFile } from './files.ts';

/** The schema of the demo: BearMQ's tables, and one of the demo's own. */
export const SCHEMA = 'bearmq_demo';

/** The queue's unfinished jobs: ready or behind another of their group, running, or due later. */
export interface Queue {
  readonly waiting: number;
  readonly running: number;
  readonly later: number;
}

/** What the work functions write to the database, and read from it. */
export class Results {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** Makes the table. */
  async prepare(): Promise<void> {
    await this.#pool.query(`create table ${SCHEMA}.measured_file (
      job_id uuid primary key, path text not null, folder text not null, kind text not null, bytes bigint not null,
      lines bigint, words bigint, sha256 text, problem text, ms float8 not null)`);
  }

  /** Delivery is at least once, so a job that runs again writes over what it wrote. */
  async save(jobId: string, file: MeasuredFile): Promise<void> {
    const { path, folder, kind, bytes, lines, words, sha256, problem, ms } = file;
    await this.#pool.query({
      name: 'save',
      text: `insert into ${SCHEMA}.measured_file values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        on conflict (job_id) do update set (bytes, lines, words, sha256, problem, ms) =
          (excluded.bytes, excluded.lines, excluded.words, excluded.sha256, excluded.problem, excluded.ms)`,
      values: [jobId, path, folder, kind, bytes, lines, words, sha256, problem, ms],
    });
  }

  /** The hash that was found for a path; `undefined` when it has not been measured. */
  async hashOf(path: string): Promise<string | null | undefined> {
    const text = `select sha256 from ${SCHEMA}.measured_file where path = $1`;
    return (await this.#pool.query<{ sha256: string | null }>(text, [path])).rows[0]?.sha256;
  }

  /** What is in the queue, but for jobs of these names. */
  async queue(...except: readonly string[]): Promise<Queue> {
    const { rows } = await this.#pool.query<Queue>(
      `select count(*) filter (where state in ('ready', 'blocked'))::float8 as waiting,
        count(*) filter (where state = 'running')::float8 as running,
        count(*) filter (where state = 'scheduled')::float8 as later
       from ${SCHEMA}.job where name <> all($1)`,
      [except],
    );
    return rows[0] ?? { waiting: 0, running: 0, later: 0 };
  }
}
