import { rejectionOf, thrownBy } from '@bearmq/test-support';
import { describe, expect, it } from '@jest/globals';
import { type FailedJob, InvalidOptionError, JobDefinition, JobFailure, JobSnooze } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { intercepted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { gate, until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();

interface Order {
  readonly orderId: number;
}

/** A definition whose jobs tell of failed orders, and one whose jobs fail as they are told. */
async function failing(
  work: (payload: Order) => unknown,
  settings: object = {},
  told: { readonly work?: (failed: FailedJob<Order>) => unknown; readonly settings?: object } = {},
) {
  const context = schema.context({ pollSecs: 3_600 });
  const events = logEvents(context);
  const name = `ORDER ${Math.random()}`;
  const tell = await notedJob<FailedJob<Order>>(context, `TELL ${name}`, told.work, told.settings ?? {});
  const order = await notedJob<Order>(context, name, work, { ...settings, onFailure: tell.definition });
  return { context, events, name, tell, order };
}
const count = (name: string) =>
  schema.value(
    `select count(*)::int from (select name from {s}.job union all select name from {s}.finalized_job) j where name = $1`,
    [name],
  );

describe('onFailure', () => {
  it('enqueues a job when the last attempt has failed, and none before', async () => {
    const { context, events, name, tell, order } = await failing(() => Promise.reject(new Error('no stock')), {
      numAttempts: 2,
      timeoutSecs: 0,
    });
    daemons.worker(context);
    const jobId = await order.definition.enqueue({ orderId: 7 }, { headers: { trace: 't-1' } });
    await until('it is told of', () => tell.runs.length === 1);
    const [{ payload, metadata } = { payload: null, metadata: null }] = tell.runs;
    expect(payload).toEqual({
      jobId,
      jobName: name,
      payload: { orderId: 7 },
      error: expect.stringMatching(/^Error: no stock\n +at /),
      attempt: 2,
      enqueuedAtMs: order.runs[0]?.metadata.enqueuedAt.getTime(),
    });
    expect(metadata?.headers).toEqual({ trace: 't-1' });
    const [expired] = await events.waitFor('WORKER_JOB_EXPIRE', { jobId });
    expect(expired).toMatchObject({ attempt: 2, numAttempts: 2, error: { message: 'no stock' } });
    expect(expired?.failureJobId).toBe(metadata?.jobId);
    expect(await count(`TELL ${name}`)).toBe(1);
  });

  it('enqueues one for a job that was given up, with attempts left', async () => {
    const { context, tell, order } = await failing(
      () => {
        throw new JobFailure('never');
      },
      { numAttempts: 5 },
    );
    daemons.worker(context);
    await order.definition.enqueue({ orderId: 1 });
    await until('it is told of', () => tell.runs.length === 1);
    expect(tell.runs[0]?.payload).toMatchObject({ attempt: 1, error: expect.stringContaining('never') });
  });

  it('enqueues one for a job whose process died in its last attempt', async () => {
    const { context, events, name, tell, order } = await failing(() => {});
    const jobId = await order.definition.enqueue({ orderId: 1 });
    await schema.rows('update {s}.job set attempt = 1, suspect = true where id = $1', [jobId]);
    daemons.worker(context);
    await until('it is told of', () => tell.runs.length === 1);
    expect(tell.runs[0]?.payload).toMatchObject({
      jobId,
      payload: { orderId: 1 },
      attempt: 1,
      error: 'the worker process died during attempt 1, the last',
    });
    expect(order.runs).toEqual([]);
    const [expired] = await events.waitFor('WORKER_JOB_EXPIRE', { jobId });
    expect(expired).toMatchObject({
      attempt: 1,
      error: { name: 'ProcessDiedError', code: 'BEAR_PROCESS_DIED', jobId },
    });
    expect(await count(`TELL ${name}`)).toBe(1);
  });

  it('enqueues none for a job that succeeds, puts itself off, or is released', async () => {
    const hold = gate();
    const { context, events, name, order } = await failing(async ({ orderId }) => {
      if (orderId === 2) throw new JobSnooze(1_000);
      if (orderId === 3) {
        await hold.opened;
        throw new Error('told to end');
      }
    });
    const worker = daemons.worker(context, { concurrency: 3 });
    const ids = await Promise.all([1, 2, 3].map((orderId) => order.definition.enqueue({ orderId })));
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: ids[0] as string });
    await events.waitFor('WORKER_JOB_SNOOZE', { jobId: ids[1] as string });
    await until('the third runs', () => order.runs.length === 3);
    order.runs[2]?.metadata.signal.addEventListener('abort', hold.open);
    await worker.stop({ waitSecs: 0 });
    await events.waitFor('WORKER_JOB_RELEASE', { jobId: ids[2] as string });
    expect(await count(`TELL ${name}`)).toBe(0);
    await schema.rows('delete from {s}.job where id = any ($1::uuid[])', [ids]);
  });

  it('is not asked for a job that it has enqueued itself; but for one of that definition that you enqueue', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const last = await notedJob<FailedJob<FailedJob<null>>>(context, 'LAST');
    const middle = await notedJob<FailedJob<null>>(context, 'MIDDLE', () => Promise.reject(new Error('too')), {
      onFailure: last.definition,
    });
    const first = await notedJob<null>(context, 'FIRST', () => Promise.reject(new Error('first')), {
      onFailure: middle.definition,
    });
    daemons.worker(context);
    const firstId = await first.definition.enqueue();
    const [expired] = await events.waitFor('WORKER_JOB_EXPIRE', { jobId: firstId });
    const middleId = expired?.failureJobId ?? '';
    const [ended] = await events.waitFor('WORKER_JOB_EXPIRE', { jobId: middleId });
    expect(ended?.failureJobId).toBe(null);
    expect(await count('LAST')).toBe(0);
    await middle.definition.enqueue(middle.runs[0]?.payload as never);
    await until('that one is told of', () => last.runs.length === 1);
    expect(last.runs[0]?.payload.payload).toEqual(middle.runs[0]?.payload);
  });

  it('enqueues once, though the answer to the settle is lost', async () => {
    let lost = 0;
    const driver = intercepted(schema.driver(), async ({ name }, send) => {
      const rows = await send();
      if (name !== 'bearmq_settle' || lost > 1) return rows;
      lost += 1;
      throw new Error('the connection was lost');
    });
    const context = schema.context({}, { driver });
    const events = logEvents(context);
    const tell = await notedJob<FailedJob<null>>(context, 'TELL ONCE');
    const fails = await notedJob<null>(context, 'FAILS', () => Promise.reject(new Error('no')), {
      onFailure: tell.definition,
    });
    daemons.worker(context);
    const jobId = await fails.definition.enqueue();
    await events.waitFor('WORKER_JOB_EXPIRE', { jobId });
    await until('it is told of', () => tell.runs.length === 1);
    expect(lost).toBe(2);
    expect(await count('TELL ONCE')).toBe(1);
  });

  it('goes by the settings of the other definition, its group among them', async () => {
    const { context, tell, order } = await failing(
      () => Promise.reject(new Error('no')),
      {},
      {
        settings: {
          channel: 'TOLD',
          priority: 3,
          numAttempts: 4,
          jobGroupGenerator: (f: FailedJob<Order>) => f.error.slice(0, 9),
        },
      },
    );
    daemons.worker(context);
    await order.definition.enqueue({ orderId: 1 }, { channel: 'OTHER', jobGroup: 'own' });
    await until('it is told of', () => tell.runs.length === 1);
    expect(tell.runs[0]?.metadata).toMatchObject({
      channel: 'TOLD',
      priority: 3,
      numAttempts: 4,
      jobGroup: 'Error: no',
    });
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('bad generator');
      },
    ],
    ['gives no group', () => ''],
    ['gives a promise', () => Promise.reject(new Error('async'))],
  ])('enqueues a job without a group where the generator %s, and warns', async (_how, jobGroupGenerator) => {
    const told = { settings: { jobGroupGenerator } };
    const { context, events, tell, order } = await failing(() => Promise.reject(new Error('no')), {}, told);
    daemons.worker(context);
    await order.definition.enqueue({ orderId: 1 });
    await until('it is told of', () => tell.runs.length === 1);
    expect(tell.runs[0]?.metadata.jobGroup).toMatch(/^[0-9a-f-]{36}$/);
    expect(events.of('WARNING').map(({ message }) => message)).toEqual([
      `the jobGroupGenerator of "${tell.definition.name}" failed: its failure jobs have no group`,
    ]);
  });

  it('retries the job that tells of it like any other', async () => {
    const { context, tell, order } = await failing(
      () => Promise.reject(new Error('no')),
      {},
      {
        work: () => {
          if (tell.runs.length === 1) throw new Error('the mail server is away');
        },
        settings: { numAttempts: 2, timeoutSecs: 0 },
      },
    );
    daemons.worker(context);
    await order.definition.enqueue({ orderId: 1 });
    await until('it is told of', () => tell.runs.length === 2);
    expect(tell.runs.map(({ payload }) => payload.jobId)).toEqual([
      tell.runs[0]?.payload.jobId,
      tell.runs[0]?.payload.jobId,
    ]);
  });

  it('is a definition of the same context', async () => {
    const context = schema.context();
    const make = (onFailure: unknown) => () =>
      new JobDefinition({ context, name: 'A', workFunction: () => {}, onFailure: onFailure as never });
    const other = new JobDefinition({
      context: schema.context(),
      name: 'B',
      workFunction: (_: FailedJob<null>) => {},
    });
    for (const [given, problem] of [
      [other, 'must be of the same context, and "B" is of another one'],
      [{ name: 'B' }, 'must be a JobDefinition, got an object'],
      [null, 'must be a JobDefinition, got null'],
      [() => {}, 'must be a JobDefinition, got a function'],
    ] as const) {
      const error = thrownBy(make(given));
      expect(error).toBeInstanceOf(InvalidOptionError);
      expect((error as Error).message).toBe(`JobDefinition.onFailure ${problem}`);
    }
    const enqueue = new JobDefinition({ context, name: 'A', workFunction: () => {} }).enqueue(null, {
      onFailure: other,
    } as never);
    expect(await rejectionOf(enqueue)).toBeInstanceOf(InvalidOptionError);
  });
});
