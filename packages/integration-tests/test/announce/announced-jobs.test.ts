// An idle worker is told which job became ready, and takes that one without looking for any.
import type { Driver } from '@bearmq/core/driver';
import { describe, expect, it } from '@jest/globals';
import { type Context, JobDefinition } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { type Counts, counted, ENQUEUES, intercepted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { gate, listening, until } from '../support/until.ts';

const schema = useSchema({ way: 'direct' });
const daemons = useDaemons();

/** Polling would find a job only after an hour: whatever runs in time was told of. */
const HARDLY_POLLING = { pollSecs: 3_600 } as const;

function producerOf<T>(name: string, context: Context = schema.context({}, { driver: schema.newDriver() })) {
  return new JobDefinition<T>({ context, name, workFunction: () => {} } as never);
}

/** Longer than the least time between two notifications of a process. */
async function quietMoment(): Promise<void> {
  const from = performance.now();
  await until('nothing was enqueued for a moment', () => performance.now() > from + 20);
}

/** Workers that have looked and found nothing, with no reason to look again. */
async function idleWorkers(name: string, options: { readonly concurrency?: number } = {}) {
  const counts: Counts = counted(schema.newDriver());
  const context = schema.context(HARDLY_POLLING, { driver: counts.driver });
  const events = logEvents(context);
  const job = await notedJob<number>(context, name);
  daemons.worker(context, options);
  return { counts, context, events, ...job };
}

/** As of a program whose pool sets something for each statement, in a transaction around it. */
function wrapping(driver: Driver): Driver {
  return intercepted(driver, ({ name, text, values }) => driver.transaction((tx) => tx.run({ name, text, values })));
}

/** What a worker asks for jobs with. */
const asked = (counts: Counts) => ({ looks: counts.of('bearmq_claim'), byName: counts.of('bearmq_claim_told') });

describe('an idle worker', () => {
  it.each([['of another process'], ['of its own']])('takes a single job %s by its name', async (whose) => {
    const name = `TOLD ${whose}`;
    const { counts, context, events } = await idleWorkers(name);
    const producer = producerOf<number>(name, whose === 'of its own' ? context : undefined);
    // Until it knows that there is no more it looks.
    await listening(schema);
    await until('it took one by its name', async () => {
      await quietMoment();
      await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: await producer.enqueue(0) });
      return counts.of('bearmq_claim_told') > 0;
    });
    const before = asked(counts);
    for (let n = 1; n <= 5; n += 1) {
      await quietMoment();
      await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: await producer.enqueue(n) });
    }
    expect(asked(counts)).toEqual({ looks: before.looks, byName: before.byName + 5 });
  });

  it('is not bothered by a job that it does not take', async () => {
    const { counts, events } = await idleWorkers('MINE');
    const [mine, others] = [producerOf<number>('MINE'), producerOf<number>('NOT MINE')];
    await listening(schema);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: await mine.enqueue(0) });
    await quietMoment();
    const before = asked(counts);
    await others.enqueue(1);
    await quietMoment();
    // Told after it: by the time that this one has run, the other would have been asked for.
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: await mine.enqueue(2) });
    expect(asked(counts)).toEqual({ looks: before.looks, byName: before.byName + 1 });
    expect(await schema.value(`select state::text from {s}.job where name = 'NOT MINE'`)).toBe('ready');
  });

  it('that is busy by the time looks for it when it is done, and for what else there is, in order', async () => {
    const counts = counted(schema.newDriver());
    const context = schema.context(HARDLY_POLLING, { driver: counts.driver });
    const events = logEvents(context);
    const finish = gate();
    const { runs } = await notedJob<number>(context, 'BUSY', (n) => (n === 0 ? finish.opened : undefined));
    daemons.worker(context);
    const producer = producerOf<number>('BUSY');
    await listening(schema);
    await producer.enqueue(0);
    await until('it is busy', () => runs.length === 1);
    for (let n = 1; n <= 5; n += 1) {
      await quietMoment();
      await producer.enqueue(n);
    }
    finish.open();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 6 });
    expect(runs.map(({ payload }) => payload)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('that two processes compete with runs the job once', async () => {
    const [one, two] = [await idleWorkers('SHARED'), await idleWorkers('SHARED')];
    const producer = producerOf<number>('SHARED');
    await listening(schema, 2);
    for (let n = 0; n < 30; n += 1) {
      await quietMoment();
      await producer.enqueue(n);
      await until('it has run', () => one.runs.length + two.runs.length > n);
    }
    const runs = [...one.runs, ...two.runs].map(({ payload }) => payload).sort((a, b) => a - b);
    expect(runs).toEqual(Array.from({ length: 30 }, (_, n) => n));
  });

  it('is told of a job of a program that wraps each statement in a transaction', async () => {
    const { events } = await idleWorkers('WRAPPED');
    const counts = counted(wrapping(schema.newDriver()));
    const producer = producerOf<number>('WRAPPED', schema.context({}, { driver: counts.driver }));
    await listening(schema);
    for (let n = 0; n < 3; n += 1) {
      await quietMoment();
      await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: await producer.enqueue(n) });
    }
    expect(ENQUEUES.map((name) => counts.of(name))).toEqual([3, 0, 1]);
    expect(await schema.value(`select count(*)::int from {s}.finalized_job where name = 'WRAPPED'`)).toBe(3);
  });

  it('does not mind what strangers say on its channel', async () => {
    const { events } = await idleWorkers('HOSTILE');
    const producer = producerOf<number>('HOSTILE');
    await listening(schema);
    const id = '0190a6f4-7c1e-7d0e-9c43-0b8f5a6d7e21';
    const channel = `bearmq:${schema.name}`;
    for (const payload of ['', 'x', 'x {', 'x [1]', `x ["${id}","DEFAULT","HOSTILE"]`, `x ["${id}","'","HOSTILE"]`]) {
      await schema.rows('select pg_notify($1, $2)', [channel, payload]);
    }
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: await producer.enqueue(1) });
    expect(events.of('DAEMON_ERROR')).toEqual([]);
  });
});
