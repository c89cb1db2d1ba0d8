import { describe, expect, it } from '@jest/globals';
import type { JobMetadata } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { until } from '../support/until.ts';
import { future, migrateWith } from './support/future.ts';
import { fillJobs, ledgerOf, noting } from './support/upgrades.ts';

const schema = useSchema({ database: 'own' });
const daemons = useDaemons();

describe('a migration under workers of the version before it', () => {
  it('loses no job, refuses none, runs each once, and is never in their way', async () => {
    await fillJobs(schema);
    const runs = new Map<string, number>();
    const work = (_payload: number, { jobId }: JobMetadata) => runs.set(jobId, (runs.get(jobId) ?? 0) + 1);
    const groups = { jobGroupGenerator: (n: number) => `group ${n % 7}` };
    const contexts = [schema.context(), schema.context({}, { driver: schema.newDriver({ max: 5 }) })];
    const logs = contexts.map(logEvents);
    const definitions = await Promise.all(
      contexts.flatMap((context) => [
        notedJob<number>(context, 'FREE', work),
        notedJob<number>(context, 'GROUPED', work, groups),
      ]),
    );
    for (const context of contexts) {
      daemons.worker(context, { concurrency: 10 });
      daemons.orchestrator(context, { cleanUpPollSecs: 0.1 });
    }

    const enqueued: string[] = [];
    let isLoadOn = true;
    const load = definitions.map(async ({ definition }) => {
      for (let n = 0; isLoadOn; n += 1) enqueued.push(await definition.enqueue(n));
    });
    const moreRuns = (count: number) => {
      const wanted = runs.size + count;
      return until(`${wanted} jobs have run`, () => runs.size >= wanted);
    };

    await moreRuns(200);
    const { driver, texts } = noting(schema.newDriver({ max: 1 }));
    for (let upTo = 2; upTo <= future.length; upTo += 1) {
      await migrateWith(future.slice(0, upTo), { driver, schema: schema.name });
      await moreRuns(200); // with what this step left
    }
    isLoadOn = false;
    await Promise.all(load);
    await until('all jobs have run', () => runs.size === enqueued.length);
    await until('all jobs are over', async () => {
      return (await schema.value(`select count(*)::int from {s}.job where name <> 'NOBODY KNOWS'`)) === 0;
    });

    expect(await ledgerOf(schema)).toEqual(future.map(({ version }) => version));
    expect(texts.filter((text) => text.startsWith('create index concurrently')).length).toBe(1);
    expect([...runs.keys()].sort()).toEqual(enqueued.sort());
    expect([...runs.values()].filter((count) => count !== 1)).toEqual([]);
    const outcomes = await schema.rows('select outcome::text, count(*)::int from {s}.finalized_job group by outcome');
    expect(outcomes).toEqual([{ outcome: 'succeeded', count: enqueued.length }]);
    for (const log of logs) {
      expect(log.of('DAEMON_ERROR')).toEqual([]);
      expect(log.of('WORKER_JOB_RUN_ERROR')).toEqual([]);
    }
  });
});
