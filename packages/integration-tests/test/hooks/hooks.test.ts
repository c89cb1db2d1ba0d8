import { AsyncLocalStorage } from 'node:async_hooks';
import { rejectionOf } from '@bearmq/test-support';
import { describe, expect, it } from '@jest/globals';
import { fromPg, type Hook, JobDefinition, type JobDraft, PayloadError } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();

const extrasOf = (jobId: string) => schema.value('select extras from {s}.job where id = $1', [jobId]);
const waiting = (name: string) => schema.value('select count(*)::int from {s}.job where name = $1', [name]);

/** A hook that notes what it sees of enqueues, and does no more. */
function noting(): { readonly hook: Hook; readonly calls: (readonly JobDraft[])[] } {
  const calls: (readonly JobDraft[])[] = [];
  const hook: Hook = {
    name: 'noting',
    enqueue: async (jobs, next) => {
      calls.push(jobs);
      await next();
    },
  };
  return { hook, calls };
}

describe('a hook around enqueues', () => {
  it('sees each call with all of its jobs, as they will be, before they are there', async () => {
    const context = schema.context();
    const { hook, calls } = noting();
    context.use(hook);
    const definition = new JobDefinition({
      context,
      name: 'SEEN',
      channel: 'mail',
      priority: 3,
      jobGroupGenerator: ({ to }: { to: string }) => to,
      workFunction: () => {},
    });
    const one = await definition.enqueue({ to: 'ada' }, { headers: { a: '1' } });
    const many = await definition.enqueueMany([{ payload: { to: 'bob' } }, { payload: { to: 'eve' }, jobGroup: 'g' }]);
    const draft = { jobName: 'SEEN', channel: 'mail', priority: 3, origin: 'enqueue' };
    expect(calls).toEqual([
      [{ ...draft, jobId: one, jobGroup: 'ada', payload: { to: 'ada' }, headers: { a: '1' } }],
      [
        { ...draft, jobId: many[0], jobGroup: 'bob', payload: { to: 'bob' }, headers: {} },
        { ...draft, jobId: many[1], jobGroup: 'g', payload: { to: 'eve' }, headers: {} },
      ],
    ]);
  });

  it('adds headers to those that a job has, which reach its run beside all else that goes with it', async () => {
    const context = schema.context();
    const events = logEvents(context);
    context.use({
      name: 'tenant',
      enqueue: (jobs, next) => {
        for (const { headers } of jobs) headers['tenant'] = 'acme';
        return next();
      },
    });
    const { definition, runs } = await notedJob<null>(context, 'HEADED');
    const jobId = await definition.enqueue(null, { headers: { trace: 'x' }, maxRunSecs: 9 });
    expect(await extrasOf(jobId)).toEqual({ headers: { trace: 'x', tenant: 'acme' }, maxRunSecs: 9 });
    const plain = await definition.enqueue();
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: plain });
    expect(runs.map(({ metadata }) => metadata.headers)).toEqual([{ trace: 'x', tenant: 'acme' }, { tenant: 'acme' }]);
  });

  it('that throws refuses the call, and nothing is enqueued; likewise one that makes headers what they cannot be', async () => {
    const context = schema.context();
    const definition = new JobDefinition({ context, name: 'REFUSED', workFunction: () => {} });
    const refused = new Error('not today');
    const remove = context.use({ name: 'refusing', enqueue: () => Promise.reject(refused) });
    expect(await rejectionOf(definition.enqueue())).toBe(refused);
    expect(await rejectionOf(definition.enqueueMany([{}, {}]))).toBe(refused);
    remove();
    const spoil = context.use({
      name: 'spoiling',
      enqueue: (jobs, next) => {
        for (const { headers } of jobs) headers['n'] = 7 as never;
        return next();
      },
    });
    await expect(definition.enqueue()).rejects.toThrow('hook.headers["n"] must be a string');
    spoil();
    expect(await waiting('REFUSED')).toBe(0);
    await definition.enqueue();
    expect(await waiting('REFUSED')).toBe(1);
  });

  it('is around the insert in a transaction of the caller too, and sees what the database refuses', async () => {
    const context = schema.context();
    const seen: unknown[] = [];
    context.use({
      name: 'witness',
      enqueue: async (_jobs, next) => {
        await next().catch((error: unknown) => {
          seen.push(error);
          throw error;
        });
        seen.push(await waiting('WITHIN'));
      },
    });
    const definition = new JobDefinition({ context, name: 'WITHIN', workFunction: () => {} });
    const client = await schema.pool.connect();
    try {
      await client.query('begin');
      await definition.enqueue(null, { tx: fromPg(client) });
      expect(seen).toEqual([0]); // it is not committed
      await client.query('rollback');
      await client.query('begin read only');
      const error = await rejectionOf(definition.enqueue(null, { tx: fromPg(client) }));
      expect(seen).toEqual([0, error]);
      await client.query('rollback');
    } finally {
      client.release();
    }
  });

  it('is not asked about payloads that could not be stored', async () => {
    const context = schema.context();
    const { hook, calls } = noting();
    context.use(hook);
    const definition = new JobDefinition<unknown>({ context, name: 'UNSTORABLE', workFunction: () => {} });
    await expect(definition.enqueue(Number.NaN)).rejects.toThrow(PayloadError);
    await definition.enqueueMany([]);
    expect(calls).toEqual([]);
  });
});

describe('a hook around runs', () => {
  it('gives the work function an async context, and is told what that is told', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const tenants = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    context.use({
      name: 'tenant',
      run: ({ metadata, payload }, next) => {
        seen.push([metadata.jobName, payload]);
        return tenants.run(metadata.headers['tenant'] ?? 'none', next);
      },
    });
    const { definition } = await notedJob<string>(context, 'TENANT', async () => {
      await Promise.resolve();
      seen.push(tenants.getStore());
    });
    daemons.worker(context);
    const jobId = await definition.enqueue('payload', { headers: { tenant: 'acme' } });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(seen).toEqual([['TENANT', 'payload'], 'acme']);
  });

  it('may turn an outcome around: a throw into a success, a return into a failure', async () => {
    const context = schema.context();
    const events = logEvents(context);
    context.use({
      name: 'contrary',
      run: async (_run, next) => {
        const isOver = await next().then(
          () => true,
          () => false,
        );
        if (isOver) throw new Error('it returned');
      },
    });
    const { definition } = await notedJob<boolean>(context, 'TURNED', (isToThrow) => {
      if (isToThrow) throw new Error('it threw');
    });
    daemons.worker(context);
    const [threw, returned] = await definition.enqueueMany([{ payload: true }, { payload: false }]);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: threw as string });
    expect(await events.waitFor('WORKER_JOB_EXPIRE', { jobId: returned as string })).toHaveLength(1);
    expect(events.of('WORKER_JOB_RUN_ERROR', returned)).toMatchObject([{ error: new Error('it returned') }]);
  });

  it('that forgets its next fails the run with its name, and the work function is not called', async () => {
    const context = schema.context();
    const events = logEvents(context);
    context.use({ name: 'forgetful', run: () => {} });
    const { definition, runs } = await notedJob<null>(context, 'FORGOTTEN');
    daemons.worker(context);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_EXPIRE', { jobId });
    expect(runs).toEqual([]);
    expect(events.of('WORKER_JOB_RUN_ERROR', jobId)[0]?.error).toMatchObject({
      message: 'run of the hook "forgetful" must call next(), but did not',
    });
  });
});

describe('a hook around passes in the background', () => {
  it('is around those of Workers and orchestrators, and around no job', async () => {
    const store = new AsyncLocalStorage<string>();
    const context = schema.context();
    const events = logEvents(context);
    const tasks = new Set<string>();
    const seen: (string | undefined)[] = [];
    context.use({
      name: 'passes',
      background: (task, next) => {
        tasks.add(task);
        return store.run(task, next);
      },
    });
    const { definition } = await notedJob(context, 'AROUND', () => void seen.push(store.getStore()));
    daemons.worker(context, { concurrency: 2 });
    daemons.orchestrator(context);
    await definition.enqueueMany([1, 2, 3, 4, 5].map((payload) => ({ payload })));
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 5 });
    expect(seen).toEqual(Array(5).fill(undefined));
    const expected = ['claimer', 'settler', 'lease-keeper', 'scheduler', 'job-pruner'];
    await until('each has had a pass', () => expected.every((task) => tasks.has(task)));
  });

  it('that throws is told of as a failure of the task, which is tried again', async () => {
    const context = schema.context();
    const events = logEvents(context);
    let left = 2;
    context.use({
      name: 'fails',
      background: (task, next) => {
        if (task !== 'claimer' || left === 0) return next();
        left -= 1;
        throw new Error('not now');
      },
    });
    const { definition } = await notedJob(context, 'AFTER_FAILURES');
    daemons.worker(context);
    await definition.enqueue(null);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS');
    const failures = events.of('DAEMON_ERROR').map(({ daemon, error }) => [daemon, (error as Error).message]);
    expect(failures).toEqual([
      ['claimer', 'not now'],
      ['claimer', 'not now'],
    ]);
  });
});
