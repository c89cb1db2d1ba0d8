// While an old snapshot is held, claims leave out what their process knows to be over. What becomes ready there all the
// same must be found: at the latest by a full scan, which is made every three seconds.
import { describe, expect, it } from '@jest/globals';
import { fromPg, JobDefinition } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { intercepted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { useHeldSnapshot } from '../support/held-snapshot.ts';
import { notedJob } from '../support/jobs.ts';
import { empty, statementsOf } from '../support/statements.ts';
import { until } from '../support/until.ts';

const schema = useSchema();
const statements = statementsOf(schema);
const daemons = useDaemons();
const snapshot = useHeldSnapshot(schema);

/** So many dead entries that a full scan takes more than a millisecond, whatever the machine. */
const WORKED_OFF = 20_000;

/** A worker that leaves out what is over, since it has worked off many jobs while a snapshot was held. */
async function onwards() {
  await empty(schema);
  let leftOut = 0;
  const driver = intercepted(schema.driver(), ({ name, values }, send) => {
    if (name === 'bearmq_claim' && values[4] !== null) leftOut += 1;
    return send();
  });
  const context = schema.context({}, { driver });
  const events = logEvents(context);
  const { definition: many, runs } = await notedJob<null>(context, 'MANY');
  await snapshot.hold();
  daemons.worker(context, { concurrency: 20 });
  let done = 0;
  const workOff = async (jobs: number) => {
    await many.enqueueMany(Array.from({ length: jobs }, () => ({ payload: null })));
    done += jobs;
    await until('they have run', () => runs.length >= done, 45_000); // asked here, not of a table of dead rows
    await until('they are worked off', async () => {
      const left = await schema.value(`select count(*)::int from {s}.finalized_job where name = 'MANY'`);
      return Number(left) >= done;
    });
  };
  await workOff(WORKED_OFF);
  leftOut = 0;
  await workOff(1);
  await workOff(1);
  await until('claims leave out what is over', () => leftOut > 0);
  return { context, events, workOff };
}

const SUCCESS = 'WORKER_JOB_RUN_SUCCESS';

describe('while an old snapshot is held, a worker runs soon', () => {
  it('a job that failed and is to be tried again, though others passed it', async () => {
    const { context, events, workOff } = await onwards();
    let runs = 0;
    const settings = { numAttempts: 3, timeoutSecs: 0.3 };
    const work = () => {
      runs += 1;
      if (runs < 3) throw new Error('not yet');
    };
    const { definition } = await notedJob<null>(context, 'RETRIED', work, settings);
    const jobId = await definition.enqueue(null);
    await events.waitFor('WORKER_JOB_RUN_ERROR', { jobId });
    await workOff(1_500);
    await events.waitFor(SUCCESS, { jobId });
    expect(runs).toBe(3);
  });

  it('a job whose delay is over, though others passed it', async () => {
    const { context, events, workOff } = await onwards();
    const { definition } = await notedJob<null>(context, 'DELAYED');
    const jobId = await definition.enqueue(null, { delaySecs: 1 });
    await workOff(1_500);
    await events.waitFor(SUCCESS, { jobId });
  });

  it('a job that another process released', async () => {
    const { events, workOff } = await onwards();
    const [jobId = ''] = await statements.insert({ name: 'MANY', delaySecs: 1_000 });
    await workOff(1_500);
    await schema.rows(`update {s}.job set state = 'ready', run_at = null where id = $1`, [jobId]);
    await events.waitFor(SUCCESS, { jobId });
  });

  it('a job whose transaction was committed late', async () => {
    const { events, workOff } = await onwards();
    const client = await schema.pool.connect();
    await client.query('begin');
    const elsewhere = new JobDefinition({ context: schema.context(), name: 'MANY', workFunction: () => {} });
    const jobId = await elsewhere.enqueue(undefined, { tx: fromPg(client) });
    await workOff(1_500);
    await client.query('commit');
    client.release();
    await events.waitFor(SUCCESS, { jobId });
  });

  it('the first jobs of a lane and of a priority', async () => {
    const { context, events } = await onwards();
    const { definition } = await notedJob<null>(context, 'NEW');
    const ids = [await definition.enqueue(null), await definition.enqueue(null, { channel: 'ANOTHER' })];
    const [urgent = '', idle = ''] = await statements.insert(
      { name: 'MANY', delaySecs: 1_000, priority: 5 },
      { name: 'MANY', delaySecs: 1_000, priority: -5 },
    );
    await schema.age(1_000, 'job');
    for (const jobId of [...ids, urgent, idle]) await events.waitFor(SUCCESS, { jobId });
  });
});
