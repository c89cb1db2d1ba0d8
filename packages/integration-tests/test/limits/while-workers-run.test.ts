import { afterEach, describe, expect, it } from '@jest/globals';
import { type Context, JobDefinition, type JobDefinitionOptions, type Limits, type LimitTarget } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { intercepted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { statementsOf } from '../support/statements.ts';
import { gate, until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();

afterEach(() => schema.rows('truncate {s}.job, {s}.finalized_job, {s}.job_limit, {s}.job_group, {s}.job_turn'));

/** Jobs that run until the gate is opened. */
function held(context: Context, name: string, options: Partial<JobDefinitionOptions<null>> = {}) {
  const { opened, open } = gate();
  let running = 0;
  const definition = new JobDefinition<null>({
    ...options,
    context,
    name,
    workFunction: async () => {
      running += 1;
      await opened;
    },
  } as JobDefinitionOptions<null>);
  return { definition, open, running: () => running };
}

const inDatabase = async (): Promise<number> =>
  Number(await schema.value(`select count(*) from {s}.job where state = 'running'`));
const items = (count: number, jobGroup?: string) =>
  Array.from({ length: count }, () => (jobGroup === undefined ? {} : { jobGroup }));

/** No poll is to come to the rescue. */
const PATIENT = { pollSecs: 3_600 };

describe('a limit that is changed while workers run', () => {
  it.each<[string, LimitTarget, (max: number) => Limits, string | undefined]>([
    ['a name', { jobName: 'MOVED' }, (max) => ({ concurrency: max }), undefined],
    ['a channel', { channel: 'DEFAULT' }, (max) => ({ concurrency: max }), undefined],
    ['a group', { jobGroup: 'g' }, (max) => ({ groupConcurrency: max }), 'g'],
    ['all groups of a name', { jobName: 'MOVED' }, (max) => ({ groupConcurrency: max }), 'g'],
    ['all groups of a channel', { channel: 'DEFAULT' }, (max) => ({ groupConcurrency: max }), 'g'],
  ])('of %s lets more start at once when it is raised', async (_what, target, limitsOf, jobGroup) => {
    const context = schema.context(PATIENT);
    const { definition, open, running } = held(context, 'MOVED');
    await context.limits.set(target, limitsOf(2));
    await definition.register();
    daemons.worker(context, { concurrency: 10 });
    await definition.enqueueMany(items(9, jobGroup));
    await until('two run', () => running() === 2);
    expect(await inDatabase()).toBe(2);
    await context.limits.set(target, limitsOf(5));
    await until('five run', () => running() === 5);
    expect(await inDatabase()).toBe(5);
    await context.limits.set(target, limitsOf(1));
    expect(await inDatabase()).toBe(5);
    await context.limits.set(target, limitsOf(7));
    await until('seven run', () => running() === 7);
    expect(await inDatabase()).toBe(7);
    open();
    await until('all are over', async () => (await schema.value('select count(*)::int from {s}.job')) === 0);
    expect(running()).toBe(9);
  });

  it('is taken away by null', async () => {
    const context = schema.context(PATIENT);
    const { definition, open, running } = held(context, 'FREED', { concurrency: 1 });
    await definition.register();
    daemons.worker(context, { concurrency: 10 });
    await definition.enqueueMany(items(9));
    await until('one runs', () => running() === 1);
    await context.limits.set({ jobName: 'FREED' }, null);
    await until('all run', () => running() === 9);
    open();
  });

  it('of starts holds up nobody who stays below it, however fast jobs are', async () => {
    const context = schema.context(PATIENT);
    let runs = 0;
    const definition = new JobDefinition<null>({
      context,
      name: 'PACED',
      rateLimit: { max: 100_000, perSecs: 3_600 },
      workFunction: () => {
        runs += 1;
      },
    } as JobDefinitionOptions<null>);
    await definition.register();
    await definition.enqueueMany(items(500));
    daemons.worker(context, { concurrency: 3 });
    await until('all have run', () => runs === 500);
  });

  it('of a channel is told, once it lets more start, to a process whose jobs have another name', async () => {
    const contexts = [schema.context(PATIENT), schema.context(PATIENT)] as const;
    await contexts[0].limits.set({ channel: 'NARROW' }, { concurrency: 1 });
    const [first, second] = [held(contexts[0], 'FIRST'), held(contexts[1], 'SECOND')];
    await Promise.all([first.definition.register(), second.definition.register()]);
    for (const context of contexts) daemons.worker(context);
    await first.definition.enqueue(null, { channel: 'NARROW' });
    await until('the first runs', () => first.running() === 1);
    // Nobody is told of this one.
    await statementsOf(schema).insert({ name: 'SECOND', channel: 'NARROW' });
    first.open();
    await until('the second runs', () => second.running() === 1);
    second.open();
  });

  it('holds up nothing else, and what it held starts as soon as another ends', async () => {
    const context = schema.context(PATIENT);
    const events = logEvents(context);
    const narrow = held(context, 'NARROW', { concurrency: 1 });
    const wide = new JobDefinition<null>({ context, name: 'WIDE', workFunction: () => {} });
    await narrow.definition.register();
    await wide.register();
    await narrow.definition.enqueueMany(items(3));
    daemons.worker(context, { concurrency: 2 });
    await until('one runs', () => narrow.running() === 1);
    const jobId = await wide.enqueue();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(narrow.running()).toBe(1);
    narrow.open();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 4 });
  });
});

describe('work that is limited by a rate', () => {
  it.each<[string, Partial<JobDefinitionOptions<null>>, string | undefined]>([
    ['of its name', { rateLimit: { max: 3, perSecs: 0.4 } }, undefined],
    ['of its group', { groupRateLimit: { max: 3, perSecs: 0.4 }, groupConcurrency: 9 }, 'g'],
  ])('%s starts when it may, and is not asked for before', async (_what, options, jobGroup) => {
    let claims = 0;
    const driver = intercepted(schema.driver(), ({ name }, send) => {
      if (name === 'bearmq_claim') claims += 1;
      return send();
    });
    const context = schema.context(PATIENT, { driver });
    const events = logEvents(context);
    const definition = new JobDefinition<null>({
      ...options,
      context,
      name: 'PACED',
      workFunction: () => {},
    } as JobDefinitionOptions<null>);
    await definition.register();
    await definition.enqueueMany(items(12, jobGroup));
    daemons.worker(context, { concurrency: 10 });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 12 });
    // A claim for each start that is due, one for the slots that it leaves, and a few for news: no loop.
    expect(claims).toBeLessThan(40);
    const spans = await schema.rows(`select extract(epoch from at - lag(at, 3) over (order by at))::float8 as secs
      from (select claimed_at as at from {s}.finalized_job) f order by at offset 3`);
    for (const { secs } of spans) expect(secs).toBeGreaterThanOrEqual(0.4);
    expect(spans).toHaveLength(9);
  });
});
