import { Context, JobDefinition, Orchestrator, Worker } from '@bearmq/core';
import { tablesOf } from '@bearmq/core/driver';
import { migrate, migrationStatus } from '@bearmq/migrations';
import { describe, expect, it } from '@jest/globals';
import postgres from 'postgres';
import { fromPostgresJs } from '../src/index.ts';
import { type ClientOptions, eventually, oneValue, rejectionOf, statement, unique, withDriver } from './support.ts';
import { enqueueAll } from './two-hundred-jobs.ts';

const clients: Readonly<Record<string, ClientOptions>> = {
  'as it comes': {},
  'with camel, few connections and nothing prepared': { transform: postgres.camel, max: 3, prepare: false },
};

describe.each(Object.entries(clients))('a queue on a client %s', (_, client) => {
  it('runs 200 jobs: plain ones, in groups, after a failure, after a delay', async () => {
    await withDriver(client, {}, async (driver) => {
      const schema = `${unique('queue')} "schéma"`;
      const { schema: quoted, job, finalizedJob } = tablesOf(schema);
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
      await driver.run(statement(`drop schema ${quoted} cascade`));
    });
  });

  it('takes jobs in a transaction of the caller, or of the driver, if it commits', async () => {
    await withDriver(client, {}, async (driver, sql) => {
      const schema = unique('queue');
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
      const undone = sql.begin(async (tx) => {
        await job.enqueue({ n: 1 }, { tx: fromPostgresJs(tx) });
        throw new RangeError('on purpose');
      });
      expect(await rejectionOf(undone)).toBeInstanceOf(RangeError);
      await sql.begin(async (tx) => {
        await job.enqueueMany([{ payload: { n: 2 } }, { payload: { n: 3 } }], { tx: fromPostgresJs(tx) });
      });
      await driver.transaction((tx) => job.enqueue({ n: 4 }, { tx }));
      await eventually('three runs', () => seen.length === 3);
      await worker.stop();
      expect([...seen].sort()).toEqual([2, 3, 4]);
      await driver.run(statement(`drop schema ${tablesOf(schema).schema} cascade`));
    });
  });
});
