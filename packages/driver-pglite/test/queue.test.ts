import { Context, JobDefinition, Orchestrator, Worker } from '@bearmq/core';
import { tablesOf } from '@bearmq/core/driver';
import { migrate, migrationStatus } from '@bearmq/migrations';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, describe, expect, it } from '@jest/globals';
import { fromPglite, pgliteDriver } from '../src/index.ts';
import { eventually, oneValue, rejectionOf, statement } from './support.ts';
import { enqueueAll } from './two-hundred-jobs.ts';

const db = await PGlite.create();
afterAll(() => db.close());
const driver = pgliteDriver({ db });

describe('a queue on PGlite', () => {
  it('runs 200 jobs: plain ones, in groups, after a failure, after a delay', async () => {
    const schema = 'queue "schéma"';
    const { job, finalizedJob } = tablesOf(schema);
    await migrate({ driver, schema });
    await migrate({ driver, schema });
    expect((await migrationStatus({ driver, schema })).pending).toEqual([]);

    const context = new Context({ driver, schema });
    const troubles: unknown[] = [];
    const succeeded = new Set<string>();
    context.addEventHandler((event) => {
      if (event.eventType === 'WORKER_JOB_RUN_SUCCESS') succeeded.add(event.jobId);
      if (event.eventType === 'DAEMON_ERROR' || event.eventType === 'WARNING') troubles.push(event);
    });
    const runs = await enqueueAll(context);
    const daemons = [
      new Worker({ context, concurrency: 6 }),
      new Worker({ context, channels: ['DEFAULT', 'OTHER'], concurrency: 2 }),
      new Orchestrator({ context }),
    ];
    await eventually('200 successes', () => succeeded.size === 200);
    await Promise.all(daemons.map((daemon) => daemon.stop()));

    runs.check();
    expect(troubles).toEqual([]);
    expect(await oneValue(driver, `select count(*)::int4 as n from ${job}`)).toBe(0);
    const outcomes = `select outcome::text, count(*)::int4 as n from ${finalizedJob} group by 1`;
    expect(await driver.run(statement(outcomes))).toEqual([['succeeded', 200]]);
  });

  it('takes jobs in a transaction of the caller, or of the driver, if it commits', async () => {
    const schema = '_job';
    await migrate({ driver, schema });
    const context = new Context({ driver, schema });
    const seen: number[] = [];
    const job = new JobDefinition({
      context,
      name: 'COUNT',
      workFunction: ({ n }: { n: number }) => void seen.push(n),
    });
    await job.register();
    const worker = new Worker({ context });
    const undone = db.transaction(async (tx) => {
      await job.enqueue({ n: 1 }, { tx: fromPglite(tx) });
      throw new RangeError('on purpose');
    });
    expect(await rejectionOf(undone)).toBeInstanceOf(RangeError);
    await db.transaction(async (tx) => {
      await job.enqueueMany([{ payload: { n: 2 } }, { payload: { n: 3 } }], { tx: fromPglite(tx) });
    });
    await driver.transaction(async (tx) => {
      expect(await rejectionOf(job.enqueue({ n: 4 }))).toMatchObject({ sqlState: '25001' });
      await job.enqueue({ n: 5 }, { tx });
    });
    await eventually('three runs', () => seen.length === 3);
    await worker.stop();
    expect([...seen].sort()).toEqual([2, 3, 5]);
  });
});
