import { afterEach, describe, expect, it } from '@jest/globals';
import { type Context, JobDefinition, type JobDefinitionOptions } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { gate, until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();

afterEach(() => schema.rows('truncate {s}.job, {s}.job_limit, {s}.job_group, {s}.job_turn'));

const define = (context: Context, name: string, options: Partial<JobDefinitionOptions<null>> = {}) =>
  new JobDefinition<null>({ context, name, workFunction: () => {}, ...options } as JobDefinitionOptions<null>);

describe('limits', () => {
  it('are what was set last, as a whole, until they are set to null', async () => {
    const { limits } = schema.context();
    const target = { jobName: 'N' };
    expect(await limits.get(target)).toBeNull();
    await limits.set(target, { concurrency: 3, rateLimit: { max: 10, perSecs: 0.5 } });
    expect(await limits.get(target)).toEqual({
      ...target,
      concurrency: 3,
      rateLimit: { max: 10, perSecs: 0.5 },
      origin: 'api',
    });
    await limits.set(target, { groupConcurrency: 2, groupRateLimit: { max: 1, perSecs: 60 } });
    expect(await limits.get(target)).toEqual({
      ...target,
      groupConcurrency: 2,
      groupRateLimit: { max: 1, perSecs: 60 },
      origin: 'api',
    });
    await limits.set(target, null);
    expect(await limits.get(target)).toBeNull();
    await limits.set(target, null);
    expect(await limits.list()).toEqual({ limits: [], next: null });
  });

  it('of a name, a channel and a group that are called alike are three', async () => {
    const { limits } = schema.context();
    await limits.set({ jobName: 'X' }, { concurrency: 1 });
    await limits.set({ channel: 'X' }, { concurrency: 2 });
    await limits.set({ jobGroup: 'X' }, { weight: 3 });
    expect(await limits.get({ jobName: 'X' })).toEqual({ jobName: 'X', concurrency: 1, origin: 'api' });
    expect(await limits.get({ channel: 'X' })).toEqual({ channel: 'X', concurrency: 2, origin: 'api' });
    expect(await limits.get({ jobGroup: 'X' })).toEqual({ jobGroup: 'X', weight: 3, origin: 'api' });
    await limits.set({ channel: 'X' }, null);
    expect((await limits.list()).limits).toHaveLength(2);
  });

  it('are listed in pages, each of them once', async () => {
    const { limits } = schema.context();
    const names = ['é', 'a', 'B', '🐻', 'a:b'];
    for (const name of names) {
      await limits.set({ jobName: name }, { concurrency: 1 });
      await limits.set({ channel: name }, { concurrency: 1 });
      await limits.set({ jobGroup: name }, { weight: 1 });
    }
    const all = (await limits.list()).limits;
    expect(all).toHaveLength(15);
    for (const limit of [1, 4, 15]) {
      const seen: unknown[] = [];
      for (let after: string | null | undefined; after !== null; ) {
        const page = await limits.list({ limit, ...(after === undefined ? {} : { after }) });
        expect(page.limits.length).toBeLessThanOrEqual(limit);
        seen.push(...page.limits);
        after = page.next;
      }
      expect(seen).toEqual(all);
    }
  });

  it('of a group outlive its jobs, and the clean-up', async () => {
    const context = schema.context();
    const events = logEvents(context);
    await context.limits.set({ jobGroup: 'kept' }, { groupConcurrency: 4 });
    const definition = define(context, 'CLEANED');
    await definition.register();
    daemons.worker(context);
    daemons.orchestrator(context, { cleanUpPollSecs: 0.1 });
    await definition.enqueue(null, { jobGroup: 'kept' });
    await definition.enqueue(null, { jobGroup: 'gone' });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 2 });
    await events.waitFor('ORCHESTRATOR_JOB_GROUP_DELETE');
    const groups = await schema.rows('select name, max_running from {s}.job_group');
    expect(groups).toEqual([{ name: 'kept', max_running: 4 }]);
    expect(await context.limits.get({ jobGroup: 'kept' })).toMatchObject({ groupConcurrency: 4 });
  });
});

describe('the limits of a definition', () => {
  it('are written when it is registered, and again when they have changed', async () => {
    const { limits } = schema.context();
    const register = (options: Partial<JobDefinitionOptions<null>>) =>
      define(schema.context(), 'N', options).register();
    await register({ concurrency: 5, groupConcurrency: 2 });
    const target = { jobName: 'N' };
    expect(await limits.get(target)).toEqual({ ...target, concurrency: 5, groupConcurrency: 2, origin: 'definition' });
    const version = () => schema.value(`select xmin::text from {s}.job_limit where name = 'N'`);
    const before = await version();
    await register({ concurrency: 5, groupConcurrency: 2 });
    expect(await version()).toBe(before);
    await register({ rateLimit: { max: 7, perSecs: 2 } });
    expect(await limits.get(target)).toEqual({ ...target, rateLimit: { max: 7, perSecs: 2 }, origin: 'definition' });
    await register({}); // says nothing of limits
    expect(await limits.get(target)).toMatchObject({ rateLimit: { max: 7, perSecs: 2 } });
  });

  it('give way to those of a call, until these are set to null and it is registered again', async () => {
    const { limits } = schema.context();
    const register = () => define(schema.context(), 'N', { concurrency: 5 }).register();
    const origin = async () => (await limits.get({ jobName: 'N' }))?.origin;
    await register();
    await limits.set({ jobName: 'N' }, { concurrency: 2 });
    await register();
    expect(await limits.get({ jobName: 'N' })).toEqual({ jobName: 'N', concurrency: 2, origin: 'api' });
    await limits.set({ jobName: 'N' }, null);
    expect(await origin()).toBeUndefined();
    await register();
    expect(await origin()).toBe('definition');
  });

  it('are there before its first job starts', async () => {
    const context = schema.context();
    const opened = gate();
    let running = 0;
    const options = {
      concurrency: 2,
      workFunction: async () => {
        running += 1;
        await opened.opened;
      },
    };
    daemons.worker(context, { concurrency: 10 });
    const definition = define(context, 'FIRST', options);
    await definition.enqueueMany(Array.from({ length: 10 }, () => ({})));
    await definition.register();
    await until('as many run as may', () => running === 2);
    await define(schema.context(), 'FIRST').enqueue();
    expect(await schema.value(`select count(*)::int from {s}.job where state = 'running'`)).toBe(2);
    opened.open();
    await until('all are over', async () => (await schema.value('select count(*)::int from {s}.job')) === 0);
    expect(running).toBe(11);
  });

  it('cost one that has none no statement', async () => {
    const context = schema.context();
    await define(context, 'PLAIN').register();
    expect(await schema.value('select count(*)::int from {s}.job_limit')).toBe(0);
  });
});
