import { Context, type ContextSettings, generateMigrationSql, Worker } from 'bearmq';
import pg from 'pg';

/** What a scenario is given: a pool and a freshly migrated schema of its own. */
export interface Bench {
  readonly pool: pg.Pool;
  readonly schema: string;
  context(settings?: ContextSettings): Context;
}

/** One figure. */
export interface Measurement {
  readonly what: string;
  readonly value: number;
  readonly unit: 'jobs/s' | 'ms' | 'statements/s' | 'connections';
}

export interface Scenario {
  readonly name: string;
  /** Measures, and throws when a job did not run exactly once: such a figure is worth nothing. */
  run(bench: Bench): Promise<readonly Measurement[]>;
}

export async function withBench<T>(url: string, schema: string, work: (bench: Bench) => Promise<T>): Promise<T> {
  const pool = new pg.Pool({ connectionString: url, max: 10 });
  try {
    await pool.query(`drop schema if exists ${schema} cascade`);
    for (const sql of generateMigrationSql(schema)) await pool.query(sql);
    return await work({ pool, schema, context: (settings = {}) => new Context({ pool, schema, ...settings }) });
  } finally {
    await pool.query(`drop schema if exists ${schema} cascade`);
    await pool.end();
  }
}

export interface Payload {
  readonly userId: number;
  readonly template: string;
  readonly message: string;
  readonly tags: readonly string[];
}

/** About a hundred bytes, as jobs usually have. */
export const PAYLOAD: Payload = {
  userId: 12_345,
  template: 'welcome',
  message: 'hello world, this is a payload',
  tags: ['a', 'b'],
};

/** Enqueues `count` jobs, a few thousand calls in flight at a time. */
export async function fill(
  count: number,
  enqueue: (i: number) => Promise<string>,
  inFlight: number = 5_000,
): Promise<void> {
  for (let i = 0; i < count; i += inFlight) {
    await Promise.all(Array.from({ length: Math.min(inFlight, count - i) }, (_, k) => enqueue(i + k)));
  }
}

/** Counts runs, and resolves when the last is over. */
export function countRuns(count: number): { readonly finished: Promise<void>; readonly add: () => void } {
  let runs = 0;
  let finish: () => void = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  return {
    finished,
    add: () => {
      runs += 1;
      if (runs === count) finish();
    },
  };
}

/** Runs all jobs that wait, and returns how many a second. The clock starts with the first Worker. */
export async function drain(
  bench: Bench,
  context: Context,
  jobs: { readonly count: number; readonly workers: number; readonly finished: Promise<void> },
): Promise<number> {
  const start = performance.now();
  const workers = Array.from({ length: jobs.workers }, () => new Worker({ context }));
  await jobs.finished;
  const secs = (performance.now() - start) / 1000;
  await Promise.all(workers.map((worker) => worker.stop()));
  await expectOnce(bench, jobs.count);
  return jobs.count / secs;
}

/** @throws Error unless exactly `count` jobs were finalized, each at its first attempt, and none is left. */
export async function expectOnce({ pool, schema }: Bench, count: number): Promise<void> {
  const { rows } = await pool.query<{ left: number; done: number }>(
    `select (select count(*)::int from ${schema}.job) as left,
      (select count(*)::int from ${schema}.finalized_job where outcome = 'succeeded' and claims = 1) as done`,
  );
  const found = rows[0];
  if (found?.left !== 0 || found.done !== count) {
    throw new Error(`invalid: ${found?.done} of ${count} jobs ran exactly once, ${found?.left} are left`);
  }
}
