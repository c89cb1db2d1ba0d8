import { describe, expect, it } from '@jest/globals';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { counted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { gate, listening, registered, until } from '../support/until.ts';

const schema = useSchema();
const direct = useSchema({ way: 'direct' });
const daemons = useDaemons();

describe('concurrency', () => {
  it('is one for a Worker that says nothing', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { most, work } = atATime();
    const { definition } = await notedJob<null>(context, 'ONE', work);
    daemons.worker(context);
    await Promise.all(Array.from({ length: 30 }, () => definition.enqueue()));
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 30 });
    expect(most()).toBe(1);
  });

  it.each([
    ['of one Worker', [4]],
    ['of Workers together', [1, 1, 1, 1]],
    ['of unlike Workers together', [3, 1]],
  ])('is reached and never passed: %s', async (title, concurrencies) => {
    const context = schema.context();
    const events = logEvents(context);
    const first = gate();
    let running = 0;
    const { most, work } = atATime(async () => {
      running += 1;
      if (running <= 4) await first.opened;
    });
    const { definition, runs } = await notedJob<null>(context, `FOUR ${title}`, work);
    const workers = concurrencies.map((concurrency) => daemons.worker(context, { concurrency }));
    await Promise.all(Array.from({ length: 60 }, () => definition.enqueue()));
    await until('four run', () => runs.length === 4);
    for (const [i, worker] of workers.entries()) {
      expect(runs.filter(({ metadata }) => metadata.workerId === worker.id)).toHaveLength(concurrencies[i] ?? 0);
    }
    first.open();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 60 });
    expect(most()).toBe(4);
  });
});

describe('a hundred Workers of a context', () => {
  /** What 1,000 jobs cost with the given Workers, in statements that a worker process sends. */
  async function cost(name: string, workers: number, concurrency: number): Promise<number> {
    const counts = counted(schema.driver());
    const context = schema.context({}, { driver: counts.driver });
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, name);
    await Promise.all(Array.from({ length: 1_000 }, () => definition.enqueue()));
    counts.reset();
    const made = Array.from({ length: workers }, () => daemons.worker(context, { concurrency }));
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 1_000 });
    const { total } = counts;
    await Promise.all(made.map((worker) => worker.stop()));
    return total;
  }

  it('cost about as many statements as one with a concurrency of a hundred', async () => {
    const one = await cost('BY_ONE', 1, 100);
    const hundred = await cost('BY_HUNDRED', 100, 1);
    expect(hundred).toBeLessThanOrEqual(2 * one + 10);
    expect(hundred).toBeLessThanOrEqual(300);
  });

  it('use two connections when idle, and less than a statement a second', async () => {
    const counts = counted(direct.newDriver({ max: 20, idleSecs: 1, applicationName: 'a hundred workers' }));
    const context = direct.context({}, { driver: counts.driver });
    await notedJob<null>(context, 'NEVER');
    for (let i = 0; i < 100; i += 1) daemons.worker(context);
    await listening(direct);
    const connections = () =>
      direct.value(`select count(*)::int from pg_stat_activity where application_name = 'a hundred workers'`);
    await until('they have settled down', async () => Number(await connections()) <= 2);
    counts.reset();
    await until('they have looked once', () => counts.of('bearmq_claim') >= 1);
    counts.reset();
    const start = performance.now();
    await until('they have looked twice more', () => counts.of('bearmq_claim') >= 2);
    expect(counts.total / ((performance.now() - start) / 1_000)).toBeLessThan(1);
    expect(await connections()).toBeLessThanOrEqual(2);
    expect(await direct.value('select count(*)::int from {s}.process')).toBe(1);
  });

  it('of several contexts each have a lease of their own', async () => {
    const contexts = [schema.context(), schema.context()];
    for (const context of contexts) for (let i = 0; i < 5; i += 1) daemons.worker(context);
    await registered(schema, 2);
    expect(await schema.value('select count(*)::int from {s}.process')).toBe(2);
  });
});

describe('a Worker', () => {
  it('has an id of its own, which metadata and events name', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition, runs } = await notedJob<null>(context, 'WHO');
    const workers = Array.from({ length: 3 }, () => daemons.worker(context));
    expect(new Set(workers.map(({ id }) => id)).size).toBe(3);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    const [run] = runs;
    expect(workers.map(({ id }) => id)).toContain(run?.metadata.workerId);
    for (const type of ['WORKER_JOB_DEQUEUE', 'WORKER_JOB_RUN', 'WORKER_JOB_RUN_SUCCESS'] as const) {
      expect(events.of(type, jobId)[0]?.workerId).toBe(run?.metadata.workerId);
    }
  });
});

/** A work function that notes how many of its kind ran at a time. */
function atATime(inner: () => Promise<void> = async () => {}): { most(): number; work(): Promise<void> } {
  let now = 0;
  let most = 0;
  return {
    most: () => most,
    work: async () => {
      now += 1;
      most = Math.max(most, now);
      await inner();
      await new Promise((next) => setImmediate(next));
      now -= 1;
    },
  };
}
