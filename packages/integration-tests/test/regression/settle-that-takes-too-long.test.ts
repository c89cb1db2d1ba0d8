import type { Driver } from '@bearmq/core/driver';
import { beforeAll, expect, it } from '@jest/globals';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { intercepted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { gate, until } from '../support/until.ts';

// A settle that could not be done within the statement's timeout was sent again as it was, and never got through. Then it
// was halved, but so was each next one from its full size on, so that nine tenths of the time went into what failed; and as
// many jobs were claimed meanwhile as if all were recorded at once.

const schema = useSchema({ way: 'direct' });
const daemons = useDaemons();
const JOBS = 64;

beforeAll(async () => {
  await schema.rows(`create function {s}.slow() returns trigger language plpgsql as
    $$ begin perform pg_catalog.pg_sleep(0.02); return new; end $$`);
  await schema.rows('create trigger slow before insert on {s}.finalized_job for each row execute function {s}.slow()');
});

it('is divided until it gets through, at once', async () => {
  const driver = schema.newDriver({ options: '-c statement_timeout=500' }); // some twenty of them
  const context = schema.context({}, { driver });
  const events = logEvents(context);
  const finish = gate();
  const { definition, runs } = await notedJob<null>(context, 'AT_ONCE', () => finish.opened);
  const worker = daemons.worker(context, { concurrency: JOBS });
  await definition.enqueueMany(Array.from({ length: JOBS }, () => ({ payload: null })));
  await until('all run', () => runs.length === JOBS);
  finish.open();
  await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: JOBS });
  expect(events.of('DAEMON_ERROR').length).toBeLessThanOrEqual(2); // told of once for a batch, however often divided
  await worker.stop();
});

/** A driver under which some seven rows get through at a time, and how many settles failed. */
function hurried(): { readonly driver: Driver; failed(): number } {
  let failed = 0;
  const driver = intercepted(schema.newDriver({ options: '-c statement_timeout=150' }), async ({ name }, send) => {
    try {
      return await send();
    } catch (error) {
      if (name === 'bearmq_settle') failed += 1;
      throw error;
    }
  });
  return { driver, failed: () => failed };
}

it('is not tried again with what was too much a moment ago', async () => {
  const { driver, failed } = hurried();
  const context = schema.context({}, { driver });
  const events = logEvents(context);
  const finish = gate();
  const { definition, runs } = await notedJob<null>(context, 'NOT_AGAIN', () => finish.opened);
  daemons.worker(context, { concurrency: JOBS });
  await definition.enqueueMany(Array.from({ length: JOBS }, () => ({ payload: null })));
  await until('all run', () => runs.length === JOBS);
  finish.open();
  await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: JOBS });
  expect(failed()).toBeGreaterThan(0);
  expect(failed()).toBeLessThanOrEqual(8); // 15 and more, when each part was halved anew
});

it('is followed by no more jobs than can be recorded soon: others should have them', async () => {
  const { driver, failed } = hurried();
  const context = schema.context({}, { driver });
  const events = logEvents(context);
  const { definition } = await notedJob<null>(context, 'NO_MORE');
  daemons.worker(context, { concurrency: 10 });
  const enqueue = (count: number) => definition.enqueueMany(Array.from({ length: count }, () => ({ payload: null })));
  await enqueue(20);
  await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 20 });
  expect(failed()).toBeGreaterThan(0);
  await enqueue(400);
  await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 60 });
  const claimed = `select count(*)::int from {s}.job where name = 'NO_MORE' and state = 'running'`;
  expect(await schema.value(claimed)).toBeLessThan(200);
  await schema.rows('alter table {s}.finalized_job disable trigger slow'); // the last of these tests
  await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 420 });
});
