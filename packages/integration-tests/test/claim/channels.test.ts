import { describe, expect, it } from '@jest/globals';
import { type Context, JobDefinition } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { counted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { gate, until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();

/** One definition that is enqueued once into each channel. */
async function oneJobInEach(context: Context, name: string, channels: readonly string[]) {
  const job = await notedJob<string>(context, name);
  for (const channel of channels) await job.definition.enqueue(channel, { channel });
  return job;
}

describe('a Worker', () => {
  const all = ['A', 'B', 'DEFAULT', 'größer "x"'];
  const cases: readonly [string, readonly string[] | undefined, readonly string[]][] = [
    ['without channels takes the jobs of all', undefined, all],
    ['with one takes those of that one', ['A'], ['A']],
    ['with several takes those of these', ['B', 'A'], ['A', 'B']],
    ['with DEFAULT takes those that named none', ['DEFAULT'], ['DEFAULT']],
    ['may name one twice', ['A', 'A', 'DEFAULT'], ['A', 'DEFAULT']],
    ['takes any name', ['größer "x"', 'with no jobs'], ['größer "x"']],
  ];

  it.each(cases)('%s', async (title, channels, taken) => {
    const counts = counted(schema.driver());
    const context = schema.context({ pollSecs: 0.02, wakeUp: 'poll' }, { driver: counts.driver });
    const events = logEvents(context);
    const { runs } = await oneJobInEach(context, title, all);
    const worker = daemons.worker(context, channels === undefined ? {} : { channels });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: taken.length });
    counts.reset();
    await until('it has looked five times more', () => counts.of('bearmq_claim') >= 5);
    await worker.stop();
    expect(runs.map(({ payload }) => payload).sort()).toEqual(taken);
    expect(runs.every(({ payload, metadata }) => payload === metadata.channel)).toBe(true);
    expect(
      (await schema.rows('select channel from {s}.job where name = $1 order by channel collate "C"', [title])).map(
        ({ channel }) => channel,
      ),
    ).toEqual(all.filter((channel) => !taken.includes(channel)));
  });
});

describe('Workers of one context with different channels', () => {
  it('each take their own, and those without take from all', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const finish = gate();
    const { definition, runs } = await notedJob<null>(context, 'SORTED', () => finish.opened);
    const a = daemons.worker(context, { channels: ['A'], concurrency: 2 });
    const b = daemons.worker(context, { channels: ['B'], concurrency: 2 });
    for (const channel of ['A', 'A', 'B', 'B']) await definition.enqueue(null, { channel });
    await until('four run', () => runs.length === 4);
    const any = daemons.worker(context, { concurrency: 3 });
    for (const channel of ['A', 'B', 'C']) await definition.enqueue(null, { channel });
    await until('seven run', () => runs.length === 7);
    const places = (id: string) =>
      runs.filter(({ metadata }) => metadata.workerId === id).map(({ metadata }) => metadata.channel);
    expect(places(a.id)).toEqual(['A', 'A']);
    expect(places(b.id)).toEqual(['B', 'B']);
    expect(places(any.id).sort()).toEqual(['A', 'B', 'C']);
    finish.open();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 7 });
  });

  it('take high-priority work at once, whatever waits in the other channels', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const finish = gate();
    const low = await notedJob<null>(context, 'LOW', () => finish.opened);
    const high = await notedJob<null>(context, 'HIGH', () => {}, { channel: 'HIGH_PRIORITY' });
    const dedicated = daemons.worker(context, { channels: ['HIGH_PRIORITY'] });
    daemons.worker(context);
    daemons.worker(context);
    await Promise.all(Array.from({ length: 20 }, () => low.definition.enqueue()));
    await until('the others are busy', () => low.runs.length === 2);
    const jobId = await high.definition.enqueue();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    const moved = await low.definition.enqueue(null, { channel: 'HIGH_PRIORITY' });
    await until('the low one that was moved runs', () => low.runs.length === 3);
    expect(high.runs[0]?.metadata.workerId).toBe(dedicated.id);
    expect(low.runs[2]?.metadata).toMatchObject({ jobId: moved, workerId: dedicated.id, channel: 'HIGH_PRIORITY' });
    finish.open();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 22 });
  });
});

describe('jobs whose name no worker of the context has registered', () => {
  it('stay where they are, untouched, until one has', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const producer = schema.context();
    const unknown = new JobDefinition({ context: producer, name: 'UNKNOWN', workFunction: () => {} });
    const delayed = new JobDefinition({
      context: producer,
      name: 'UNKNOWN_TOO',
      delaySecs: 60,
      workFunction: () => {},
    });
    const ids = await Promise.all(Array.from({ length: 50 }, () => unknown.enqueue(null, { jobGroup: 'theirs' })));
    ids.push(...(await Promise.all(Array.from({ length: 50 }, () => unknown.enqueue()))));
    await delayed.enqueue();
    const known = await notedJob<null>(context, 'KNOWN');
    daemons.worker(context, { concurrency: 4 });
    const touched = `select id::text, attempt, fence, process_id, state::text from {s}.job
      where name = 'UNKNOWN' and (attempt <> 0 or fence <> 0 or process_id is not null or state not in ('ready', 'blocked'))`;
    await Promise.all(Array.from({ length: 20 }, () => known.definition.enqueue()));
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 20 });
    expect(await schema.rows(touched)).toEqual([]);
    expect(await schema.value(`select count(*)::int from {s}.job where name like 'UNKNOWN%'`)).toBe(101);
    expect(await schema.value(`select count(*)::int from {s}.job_group`)).toBe(0);
    const { runs } = await notedJob<null>(context, 'UNKNOWN');
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 120 });
    expect(runs.map(({ metadata }) => metadata.jobId).sort()).toEqual(ids.sort());
  });

  it('never keep a job of a known name waiting, though they came first and are many', async () => {
    const producer = schema.context();
    const foreign = new JobDefinition({ context: producer, name: 'FOREIGN', workFunction: () => {} });
    await Promise.all(Array.from({ length: 3_000 }, () => foreign.enqueue()));
    const context = schema.context();
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'MINE');
    daemons.worker(context);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(await schema.value(`select count(*)::int from {s}.job where name = 'FOREIGN' and fence = 0`)).toBe(3_000);
  });
});
