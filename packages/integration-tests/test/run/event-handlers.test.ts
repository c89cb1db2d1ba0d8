import { describe, expect, it, jest } from '@jest/globals';
import { type BearEvent, JobDefinition } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { gate, until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();

describe('an event handler', () => {
  it('hears every event of its context until it is removed, and none of another', async () => {
    const [context, other] = [schema.context(), schema.context()];
    const heard: string[] = [];
    const count = (event: BearEvent) => heard.push(event.eventType);
    const remove = context.addEventHandler(count);
    const removeSecond = context.addEventHandler(count);
    const definition = new JobDefinition({ context, name: 'HEARD', workFunction: () => {} });
    await definition.enqueue();
    expect(heard).toHaveLength(2);
    removeSecond();
    removeSecond();
    await definition.enqueue();
    expect(heard).toHaveLength(3);
    await new JobDefinition({ context: other, name: 'HEARD', workFunction: () => {} }).enqueue();
    remove();
    await definition.enqueue();
    expect(heard).toHaveLength(3);
  });

  it('of one type hears those alone, until it is removed; what nobody hears of is not made', async () => {
    const context = schema.context();
    const heard: BearEvent[] = [];
    const remove = context.on('WORKER_JOB_EXPIRE', (event) => heard.push(event));
    const finished = gate();
    const { definition } = await notedJob<null>(context, 'ONE TYPE', () => Promise.reject(new Error('told')));
    const worker = daemons.worker(context);
    const jobId = await definition.enqueue(null, { channel: 'C', jobGroup: 'g' });
    await until('it has expired', () => heard.length === 1);
    expect(heard).toEqual([
      {
        eventType: 'WORKER_JOB_EXPIRE',
        jobId,
        jobName: 'ONE TYPE',
        workerId: worker.id,
        processId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        channel: 'C',
        jobGroup: 'g',
        attempt: 1,
        numAttempts: 1,
        error: new Error('told'),
        failureJobId: null,
      },
    ]);
    remove();
    context.on('WORKER_JOB_RUN_ERROR', finished.open);
    await definition.enqueue();
    await finished.opened;
    await worker.stop();
    expect(heard).toHaveLength(1);
  });

  it('of a type that there is not, or that is none, is refused', () => {
    const on =
      (...given: readonly unknown[]) =>
      () =>
        (schema.context().on as (...given: unknown[]) => unknown)(...given);
    expect(on('WORKER_JOB_EXPIRED', () => {})).toThrow(
      'Context.on.eventType must be one of JOB_DEFINITION_JOB_ENQUEUE',
    );
    expect(on(undefined, () => {})).toThrow('Context.on.eventType must be one of');
    expect(on('WARNING')).toThrow('Context.on.handler must be a function, got undefined');
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('bad handler');
      },
    ],
    ['rejects', () => Promise.reject(new Error('bad handler'))],
  ])('that %s disturbs no job and no other handler, and is reported', async (title, bad) => {
    const context = schema.context();
    context.addEventHandler((event) => (event.eventType === 'EVENT_HANDLER_ERROR' ? undefined : bad()));
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, `DISTURBED ${title}`);
    daemons.worker(context);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    await events.waitFor('EVENT_HANDLER_ERROR', { count: 4 });
    // Workers may be told of a job before the enqueue that put it there has its answer.
    const types = ['JOB_DEFINITION_JOB_ENQUEUE', 'WORKER_JOB_DEQUEUE', 'WORKER_JOB_RUN', 'WORKER_JOB_RUN_SUCCESS'];
    expect([...events.types(jobId)].sort()).toEqual(types);
    const reports = events.of('EVENT_HANDLER_ERROR');
    expect(reports.map(({ handledEventType }) => handledEventType).sort()).toEqual(types);
    expect(reports.every(({ error }) => (error as Error).message === 'bad handler')).toBe(true);
  });

  it('that fails on everything, its own reports included, ends with a warning of the process', async () => {
    const context = schema.context();
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    context.addEventHandler(() => {
      throw new Error('hopeless');
    });
    await new JobDefinition({ context, name: 'HOPELESS', workFunction: () => {} }).enqueue();
    expect(warn.mock.calls).toEqual([['an event handler failed: hopeless', 'BearMQ']]);
    warn.mockRestore();
  });

  it('is never waited for', async () => {
    const context = schema.context();
    const never = gate();
    context.addEventHandler(() => never.opened);
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'UNHURRIED');
    const worker = daemons.worker(context);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    await worker.stop();
  });

  it('may enqueue, and may stop the worker that tells it', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition } = await notedJob<number>(context, 'CHAIN');
    const worker = daemons.worker(context);
    const stopped = gate();
    context.addEventHandler(async (event) => {
      if (event.eventType !== 'WORKER_JOB_RUN_SUCCESS') return;
      const done = events.of('WORKER_JOB_RUN_SUCCESS').length;
      if (done < 3) await definition.enqueue(done);
      else await worker.stop().then(stopped.open);
    });
    await definition.enqueue(0);
    await stopped.opened;
    expect(events.of('WORKER_JOB_RUN_SUCCESS')).toHaveLength(3);
  });
});
