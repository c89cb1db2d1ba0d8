import type { Driver } from '@bearmq/core/driver';
import { expect } from '@jest/globals';
import { JobDefinition, pgDriver } from 'bearmq';
import type { useDaemons } from './daemons.ts';
import type { TestSchema } from './database.ts';
import { logEvents } from './events.ts';
import { notedJob } from './jobs.ts';
import { until } from './until.ts';

const ROUNDS = 5;
const JOBS_A_ROUND = 40;

/** A worker's way to the database. */
export interface CutWay {
  readonly driver: Driver;
  /** What the server's connections of that driver are called, and those of nobody else. */
  readonly applicationName: string;
}

/**
 * Has a worker on a way of its own run jobs while the server ends its connections, all at once and again and again;
 * expects that each job succeeds, and is told so, once. The jobs are enqueued on connections that are not cut.
 */
export async function expectWorkThroughCuts(
  schema: TestSchema,
  daemons: ReturnType<typeof useDaemons>,
  { driver, applicationName }: CutWay,
): Promise<void> {
  const context = schema.context({ pollSecs: 0.1 }, { driver });
  const events = logEvents(context);
  const { definition } = await notedJob<number>(context, applicationName);
  const safely = schema.context({}, { driver: pgDriver({ pool: schema.direct }) });
  const producer = new JobDefinition<number>({ context: safely, name: definition.name, workFunction: () => {} });
  const worker = daemons.worker(context, { concurrency: 5 });
  const ids: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    ids.push(...(await Promise.all(Array.from({ length: JOBS_A_ROUND }, (_, n) => producer.enqueue(n)))));
    await schema.rows('select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1', [
      applicationName,
    ]);
  }
  await until('all are finalized', async () => {
    const left = await schema.value('select count(*)::int from {s}.job where name = $1', [definition.name]);
    return left === 0;
  });
  const outcomes = await schema.rows(
    'select outcome::text, count(*)::int from {s}.finalized_job where name = $1 group by 1',
    [definition.name],
  );
  expect(outcomes).toEqual([{ outcome: 'succeeded', count: ids.length }]);
  for (const jobId of ids) expect(events.of('WORKER_JOB_RUN_SUCCESS', jobId)).toHaveLength(1);
  await worker.stop();
}
