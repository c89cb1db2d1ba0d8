// What the pages about operating it say, where no other test of this package says it.

import type { Driver } from '@bearmq/core/driver';
import { describe, expect, it } from '@jest/globals';
import { type Context, JobDefinition, pgDriver } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { directUrl, useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { gate } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();

/** Enqueues jobs with and without a group, and runs them with all that BearMQ has. */
async function runAll(context: Context, name: string): Promise<void> {
  const events = logEvents(context);
  const job = new JobDefinition({
    context,
    name,
    numAttempts: 2,
    timeoutSecs: 0,
    workFunction: (payload: { n: number }, { attempt }) => {
      if (payload.n % 10 === 0 && attempt === 1) throw new Error('once');
    },
    jobGroupGenerator: ({ n }) => `${name} ${n % 7}`,
  });
  const tick = new JobDefinition({ context, name: `${name} tick`, repeatSecs: 3600, workFunction: () => {} });
  await job.register();
  await tick.register();
  const worker = daemons.worker(context, { concurrency: 5 });
  const orchestrator = daemons.orchestrator(context, { cleanUpPollSecs: 0.1 });
  await Promise.all(Array.from({ length: 100 }, (_, n) => job.enqueue({ n })));
  await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 101 });
  await Promise.all([worker.stop(), orchestrator.stop()]);
  expect(events.of('DAEMON_ERROR')).toEqual([]);
}

describe('connections', () => {
  it('of a pool may be one', async () => {
    await runAll(schema.context({}, { driver: schema.newDriver({ max: 1 }) }), 'POOL_OF_ONE');
  });

  it.each(['auto', 'always', 'never'] as const)('may have their statements prepared: %s', async (prepare) => {
    const pool = schema.newPool({ connectionString: directUrl() });
    await runAll(schema.context({}, { driver: pgDriver({ pool, prepare }) }), `PREPARED ${prepare}`);
  });
});

it('a newer schema is no error: processes of the old version say so once, and go on', async () => {
  await schema.rows("insert into {s}.migration (version, name) values (1000, 'from the future')");
  const context = schema.context();
  const events = logEvents(context);
  await runAll(context, 'OLD_CODE');
  expect(events.of('WARNING').map(({ message }) => message)).toEqual([
    expect.stringContaining('is at version 1000, and this BearMQ is made for version 1:'),
  ]);
  await schema.rows('delete from {s}.migration where version = 1000');
});

it('no job is taken under another isolation, and an event says why', async () => {
  const driver = schema.newDriver({ options: '-c default_transaction_isolation=serializable' });
  const context = schema.context({}, { driver });
  const events = logEvents(context);
  const job = new JobDefinition({ context, name: 'SERIALIZABLE', workFunction: () => {} });
  await job.register();
  await job.enqueue();
  const worker = daemons.worker(context);
  const [failure] = await events.waitFor('DAEMON_ERROR');
  expect(failure).toMatchObject({
    daemon: 'claimer',
    error: { message: 'BearMQ needs transaction isolation "read committed", this session uses "serializable"' },
  });
  await worker.stop();
  expect(await schema.rows("select state::text, attempt from {s}.job where name = 'SERIALIZABLE'")).toEqual([
    { state: 'ready', attempt: 0 },
  ]);
});

it('a repeating job is enqueued at its registration, though the orchestrator looked just before its schedule was there', async () => {
  const looked = gate();
  const driver = schema.driver();
  const held: Driver = {
    name: driver.name,
    transaction: (work) => driver.transaction(work),
    listen: (channel, listener) => driver.listen(channel, listener),
    close: () => driver.close(),
    run: async (statement) => {
      if (statement.name === 'bearmq_upsert_schedule') await looked.opened;
      const rows = await driver.run(statement);
      if (statement.name === 'bearmq_fire_schedules') looked.open();
      return rows;
    },
  };
  const context = schema.context({}, { driver: held });
  const events = logEvents(context);
  daemons.orchestrator(context, { jobSchedulePollSecs: 3_600 });
  await new JobDefinition({ context, name: 'AT_ONCE', repeatSecs: 3_600, workFunction: () => {} }).register();
  await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE');
});
