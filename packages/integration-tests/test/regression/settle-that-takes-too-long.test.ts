import { beforeAll, expect, it } from '@jest/globals';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { gate, until } from '../support/until.ts';

// A settle that could not be done within the statement's timeout was sent again as it was, and never got through.

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
