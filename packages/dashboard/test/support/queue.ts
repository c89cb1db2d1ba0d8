import { randomBytes } from 'node:crypto';
import { Context, JobDefinition, type JobState, Worker, type WorkerOptions } from '@bearmq/core';
import type { Driver } from '@bearmq/core/driver';
import type { DashboardContext } from '@bearmq/dashboard';
import { examine } from '@bearmq/doctor';
import { pgDriver } from '@bearmq/driver-pg';
import { generateMigrationSql } from '@bearmq/migrations';
import { until } from '@bearmq/test-support';
import { afterAll, beforeAll } from '@jest/globals';
import pg from 'pg';

/** A schema of one test file, with a context on it that can tell of its health. */
export interface Queue {
  readonly context: DashboardContext;
  readonly driver: Driver;
  readonly schema: string;
  readonly pool: pg.Pool;
  /** Does nothing when its jobs run, or what `work` does. */
  define(name: string, work?: (payload: never) => unknown, options?: object): JobDefinition<unknown>;
  /** Starts a Worker, which is stopped when the file is done. */
  work(options?: Partial<WorkerOptions>): Worker;
  /** Waits until a job is in a state. */
  reaches(id: string, state: JobState): Promise<void>;
}

export function useQueue(): Queue {
  const url = process.env['BEARMQ_TEST_URL'];
  if (url === undefined) throw new Error('BEARMQ_TEST_URL is not set: these tests run with a database');
  const schema = `dash ${randomBytes(6).toString('hex')}`;
  const pool = new pg.Pool({ connectionString: url, max: 10 });
  const driver = pgDriver({ pool });
  const core = new Context({ driver, schema });
  const health = async () => await examine({ driver, schema }, async () => await core.stats.queue());
  const context = Object.assign(core, { health });
  const workers: Worker[] = [];
  beforeAll(async () => {
    for (const sql of generateMigrationSql(schema)) await pool.query(sql);
  });
  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.stop({ waitSecs: 0 })));
    await driver.close();
    await pool.query(`drop schema if exists "${schema}" cascade`);
    await pool.end();
  });
  return {
    context,
    driver,
    schema,
    pool,
    define: (name, work = () => {}, options = {}) =>
      new JobDefinition<unknown>({ context, name, workFunction: work as (payload: unknown) => void, ...options }),
    work: (options = {}) => {
      const worker = new Worker({ context, ...options });
      workers.push(worker);
      return worker;
    },
    reaches: async (id, state) => {
      await until(`job ${id} is ${state}`, async () => (await context.jobs.get(id))?.state === state);
    },
  };
}
