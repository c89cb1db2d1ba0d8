import { describe, expect, it } from '@jest/globals';
import { JobDefinition } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';

const schema = useSchema();
const daemons = useDaemons();

const TOO_LATE = 'must call next() before it returns';

// A hook that returned, or threw, and called its next only then was told that it had not called it, and so was the caller;
// and yet the job was enqueued, a second time where the caller had tried again, or was run beside its next attempt.
describe('a hook that calls next when it is over', () => {
  it('enqueues nothing: the call has been refused', async () => {
    const context = schema.context();
    const definition = new JobDefinition({ context, name: 'LATE_ENQUEUE', workFunction: () => {} });
    let callNext: () => Promise<unknown> = () => Promise.resolve();
    context.use({
      name: 'late',
      enqueue: async (_jobs, next) => {
        callNext = next;
      },
    });
    await expect(definition.enqueue()).rejects.toThrow('must call next(), but did not');
    await expect(callNext()).rejects.toThrow(TOO_LATE);
    expect(await schema.value('select count(*)::int from {s}.job')).toBe(0);
  });

  it('runs nothing: the attempt has failed', async () => {
    const context = schema.context();
    const events = logEvents(context);
    let callNext: () => Promise<unknown> = () => Promise.resolve();
    context.use({
      name: 'late',
      run: (_run, next) => {
        callNext = next;
        throw new Error('not now');
      },
    });
    const { definition, runs } = await notedJob<null>(context, 'LATE_RUN');
    daemons.worker(context);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_EXPIRE', { jobId });
    await expect(callNext()).rejects.toThrow(TOO_LATE);
    expect(runs).toEqual([]);
  });
});
