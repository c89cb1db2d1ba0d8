import { rejectionOf } from '@bearmq/test-support';
import { describe, expect, it } from '@jest/globals';
import { JobDefinition } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { gate, until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();

interface Numbered {
  readonly group: string;
  readonly n: number;
}

describe('a job group', () => {
  it('has one job run at a time in the whole database, first enqueued first, however many workers compete', async () => {
    const running = new Map<string, number>();
    const order = new Map<string, number[]>();
    let done = 0;
    let worst = 0;
    const work = async ({ group, n }: Numbered) => {
      running.set(group, (running.get(group) ?? 0) + 1);
      worst = Math.max(worst, running.get(group) ?? 0);
      order.set(group, [...(order.get(group) ?? []), n]);
      for (let i = 0; i < n % 4; i += 1) await new Promise((next) => setImmediate(next));
      running.set(group, (running.get(group) ?? 0) - 1);
      done += 1;
    };
    const settings = { jobGroupGenerator: ({ group }: Numbered) => group };
    const contexts = [0, 1, 2].map(() => schema.context({ pollSecs: 0.05 }));
    const jobs = await Promise.all(contexts.map((context) => notedJob(context, 'COMPETE', work, settings)));
    for (const context of contexts) daemons.worker(context, { concurrency: 5 });
    const groups = ['a', 'b', 'c', 'd'];
    for (let n = 0; n < 60; n += 1) await Promise.all(groups.map((group) => jobs[0]?.definition.enqueue({ group, n })));
    await until('all are done', () => done === 240);
    expect(worst).toBe(1);
    for (const group of groups) expect(order.get(group)).toEqual(Array.from({ length: 60 }, (_, n) => n));
  });

  it('is named by the generator, which sees the payload, or by enqueue', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition, runs } = await notedJob<{ user: number }>(context, 'GENERATED', () => {}, {
      jobGroupGenerator: ({ user }) => `user ${user}`,
    });
    daemons.worker(context);
    await definition.enqueue({ user: 7 });
    await definition.enqueue({ user: 7 }, { jobGroup: 'MY_CUSTOM_JOB_GROUP' });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 2 });
    expect(runs.map(({ metadata }) => metadata.jobGroup)).toEqual(['user 7', 'MY_CUSTOM_JOB_GROUP']);
  });

  it('of a generator that throws, or gives what is no group, is refused, and nothing enqueued', async () => {
    const groups: Record<string, unknown> = {
      empty: '',
      number: 7,
      nul: 'a\0',
      half: '\ud83d',
      long: 'x'.repeat(1_025),
    };
    const definition = new JobDefinition<string>({
      context: schema.context(),
      name: 'BAD_GROUP',
      jobGroupGenerator: (payload) => {
        if (payload === 'throw') throw new Error('no group today');
        return groups[payload] as string;
      },
      workFunction: () => {},
    });
    for (const payload of Object.keys(groups)) {
      const error = await rejectionOf(definition.enqueue(payload));
      expect(error).toMatchObject({ name: 'InvalidOptionError', message: expect.stringContaining('BAD_GROUP') });
    }
    expect(await rejectionOf(definition.enqueue('throw'))).toMatchObject({ message: 'no group today' });
    expect(await schema.value(`select count(*)::int from {s}.job where name = 'BAD_GROUP'`)).toBe(0);
    await definition.enqueue('throw', { jobGroup: 'said by hand' }); // the generator is not asked then
  });

  it('spans job names and channels', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const first = gate();
    const one = await notedJob<null>(context, 'ONE', () => first.opened);
    const other = await notedJob<null>(context, 'OTHER', () => {}, { channel: 'ELSEWHERE' });
    const control = await notedJob<null>(context, 'CONTROL', () => {}, { channel: 'ELSEWHERE' });
    daemons.worker(context, { channels: ['DEFAULT'] });
    daemons.worker(context, { channels: ['ELSEWHERE'], concurrency: 2 });
    await one.definition.enqueue(null, { jobGroup: 'shared' });
    await until('the first runs', () => one.runs.length === 1);
    const blocked = await other.definition.enqueue(null, { jobGroup: 'shared' });
    await control.definition.enqueue();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS');
    expect(control.runs).toHaveLength(1);
    expect(other.runs).toHaveLength(0);
    first.open();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: blocked });
  });

  it('is released after a failed attempt: a job that waits for its retry holds up nobody', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition, runs } = await notedJob<string>(
      context,
      'RETRIED',
      (payload, { attempt }) => {
        if (payload === 'fails' && attempt === 1) throw new Error('later');
      },
      { numAttempts: 2, timeoutSecs: 1_000, jobGroupGenerator: () => 'with a failure' },
    );
    daemons.worker(context);
    await definition.enqueue('fails');
    await definition.enqueue('passes');
    await events.waitFor('WORKER_JOB_RUN_SUCCESS');
    expect(runs.map(({ payload }) => payload)).toEqual(['fails', 'passes']);
    await schema.age(1_001, 'job');
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 2 });
    expect(runs.map(({ payload }) => payload)).toEqual(['fails', 'passes', 'fails']);
  });

  it('is released after the last failed attempt, too', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition } = await notedJob<number>(
      context,
      'GIVEN_UP',
      (n) => n === 0 && Promise.reject(new Error('0')),
    );
    daemons.worker(context, { concurrency: 3 });
    for (const n of [0, 1]) await definition.enqueue(n, { jobGroup: 'given up' });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS');
    await until('nobody holds it', async () => (await lock('given up')) === 0);
  });

  it('goes on with its next job at once, not when somebody looks', async () => {
    const context = schema.context({ pollSecs: 3_600 });
    const events = logEvents(context);
    const work = (n: number) => n % 10 === 0 && until('ten milliseconds passed', () => undefined, 10).catch(() => {});
    const slow = await notedJob<number>(context, 'SLOW_ONE', work, { channel: 'A' });
    const other = await notedJob<number>(context, 'OTHER_ONE', work, { channel: 'B' });
    daemons.worker(context, { channels: ['A'] });
    daemons.worker(context, { channels: ['B'], concurrency: 2 });
    for (let n = 0; n < 60; n += 1) {
      await (n % 7 < 4 ? slow : other).definition.enqueue(n, { jobGroup: 'at once' });
    }
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 60 });
  });

  it('is not held up by a job that waits for its delay', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition, runs } = await notedJob<string>(context, 'DELAYED', () => {}, {
      jobGroupGenerator: () => 'slow',
    });
    daemons.worker(context);
    await definition.enqueue('delayed', { delaySecs: 1_000 });
    await definition.enqueue('now');
    await events.waitFor('WORKER_JOB_RUN_SUCCESS');
    expect(runs.map(({ payload }) => payload)).toEqual(['now']);
  });

  it('is not held up by an older job of a name that is not registered here', async () => {
    const stranger = new JobDefinition({ context: schema.context(), name: 'STRANGER', workFunction: () => {} });
    await stranger.enqueue(null, { jobGroup: 'mixed' });
    const context = schema.context();
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'ACQUAINTANCE');
    daemons.worker(context);
    const jobId = await definition.enqueue(null, { jobGroup: 'mixed' });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(await schema.value(`select fence from {s}.job where name = 'STRANGER'`)).toBe(0);
  });

  it('with thousands of waiting jobs holds up nobody else, nor itself', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const first = gate();
    const { definition, runs } = await notedJob<Numbered>(
      context,
      'HOT',
      ({ group, n }) => group === 'hot' && n === 0 && first.opened,
      {
        jobGroupGenerator: ({ group }) => group,
      },
    );
    await Promise.all(Array.from({ length: 4_000 }, (_, n) => definition.enqueue({ group: 'hot', n })));
    const cold = await definition.enqueue({ group: 'cold', n: 0 });
    const worker = daemons.worker(context, { concurrency: 2 });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: cold });
    const late = await definition.enqueue({ group: 'another', n: 0 });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: late });
    expect(runs.filter(({ payload }) => payload.group === 'hot')).toHaveLength(1);
    first.open();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 1_002 });
    await worker.stop();
    const hot = runs.filter(({ payload }) => payload.group === 'hot').map(({ payload }) => payload.n);
    expect(hot).toEqual(Array.from({ length: hot.length }, (_, n) => n));
  });
});

describe('a job without a group of its own choosing', () => {
  it('has a random UUID for one: version 4 in form, its own, and the same in each attempt', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition, runs } = await notedJob<null>(context, 'NO_GROUP', () => Promise.reject(new Error('again')), {
      numAttempts: 2,
      timeoutSecs: 0,
    });
    daemons.worker(context);
    await Promise.all(Array.from({ length: 10 }, () => definition.enqueue()));
    await events.waitFor('WORKER_JOB_EXPIRE', { count: 10 });
    const groups = new Map<string, Set<string>>();
    for (const { metadata } of runs) {
      expect(metadata.jobGroup).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      groups.set(metadata.jobId, (groups.get(metadata.jobId) ?? new Set()).add(metadata.jobGroup));
    }
    expect([...groups.values()].every((own) => own.size === 1)).toBe(true);
    expect(new Set([...groups.values()].flatMap((own) => [...own])).size).toBe(10);
    expect(runs.every(({ metadata }) => metadata.jobGroup !== metadata.jobId)).toBe(true);
  });

  it('has no row for it, and takes no lock', async () => {
    await schema.rows('delete from {s}.job_group');
    const context = schema.context();
    const finish = gate();
    const { definition, runs } = await notedJob<null>(context, 'NO_LOCK', () => finish.opened);
    daemons.worker(context);
    await definition.enqueue();
    await until('it runs', () => runs.length === 1);
    expect(await schema.value('select count(*)::int from {s}.job_group')).toBe(0);
    finish.open();
  });
});

const lock = (group: string) => schema.value('select running from {s}.job_group where name = $1', [group]);
