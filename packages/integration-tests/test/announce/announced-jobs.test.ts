// An idle worker is told which job became ready, and takes that one without a scan for any.
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

/** The connections of other processes. */
const elsewhere = schema.newDriver();

/** Another process, by default one that has sent no notification yet: so its first job is told of at once. */
function producerOf<T>(name: string, context: Context = schema.context({}, { driver: elsewhere })) {
  return new JobDefinition<T>({ context, name, workFunction: () => {} } as never);
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
const asked = (counts: Counts) => ({ looks: counts.of('bearmq_claim'), byName: counts.of('bearmq_claim_announced') });

describe('an idle worker', () => {
  it.each([['of another process'], ['of its own']])(
    'claims a single job %s by its id, without a scan',
    async (whose) => {
      const name = `TOLD ${whose}`;
      const { counts, context, events } = await idleWorkers(name);
      const own = producerOf<number>(name, context);
      await listening(schema);
      // Until it knows that there is no more it looks; and of its own jobs only one after a pause is told of at once.
      let inTurn = 0;
      await until('it took five in turn by their names, and looked for none', async () => {
        const before = asked(counts);
        const producer = whose === 'of its own' ? own : producerOf<number>(name);
        await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: await producer.enqueue(inTurn) });
        const { looks, byName } = asked(counts);
        inTurn = looks === before.looks && byName === before.byName + 1 ? inTurn + 1 : 0;
        return inTurn === 5;
      });
    },
  );

  it('asks for no job that it does not take', async () => {
    const { counts, events } = await idleWorkers('MINE');
    await listening(schema);
    await until('it took one by its name, and looked for none', async () => {
      const { looks } = asked(counts);
      await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: await producerOf<number>('MINE').enqueue(0) });
      return asked(counts).looks === looks;
    });
    const before = asked(counts);
    await producerOf<number>('NOT MINE').enqueue(1);
    // Told after it: by the time that this one has run, the other would have been asked for.
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: await producerOf<number>('MINE').enqueue(2) });
    expect(asked(counts)).toEqual({ looks: before.looks, byName: before.byName + 1 });
    expect(await schema.value(`select state::text from {s}.job where name = 'NOT MINE'`)).toBe('ready');
  });

  it('that is busy when jobs are announced runs them all when it is done, in order', async () => {
    const counts = counted(schema.newDriver());
    const context = schema.context(HARDLY_POLLING, { driver: counts.driver });
    const events = logEvents(context);
    const finish = gate();
    const { runs } = await notedJob<number>(context, 'BUSY', (n) => (n === 0 ? finish.opened : undefined));
    daemons.worker(context);
    await listening(schema);
    await producerOf<number>('BUSY').enqueue(0);
    await until('it is busy', () => runs.length === 1);
    for (let n = 1; n <= 5; n += 1) await producerOf<number>('BUSY').enqueue(n);
    finish.open();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 6 });
    expect(runs.map(({ payload }) => payload)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('and another one of another process run an announced job once between them', async () => {
    const [one, two] = [await idleWorkers('SHARED'), await idleWorkers('SHARED')];
    await listening(schema, 2);
    for (let n = 0; n < 30; n += 1) {
      await producerOf<number>('SHARED').enqueue(n);
      await until('it has run', () => one.runs.length + two.runs.length > n);
    }
    const runs = [...one.runs, ...two.runs].map(({ payload }) => payload).sort((a, b) => a - b);
    expect(runs).toEqual(Array.from({ length: 30 }, (_, n) => n));
  });

  it('hears of a job of a program that wraps each statement in a transaction', async () => {
    const { events } = await idleWorkers('WRAPPED');
    const counts = counted(wrapping(schema.newDriver()));
    const producer = producerOf<number>('WRAPPED', schema.context({}, { driver: counts.driver }));
    await listening(schema);
    // One after the other, so that any of them might be the first after a pause.
    for (let n = 0; n < 10; n += 1) {
      await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: await producer.enqueue(n) });
    }
    expect(ENQUEUES.map((name) => counts.of(name))).toEqual([10, 0, 1]);
    expect(await schema.value(`select count(*)::int from {s}.finalized_job where name = 'WRAPPED'`)).toBe(10);
  });

  it('goes on, whatever strangers send on its channel', async () => {
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
