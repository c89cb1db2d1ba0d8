import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, it } from '@jest/globals';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';

// Timers and promises carry on the context in which they were made: a Worker made while a request was handled ran all
// jobs in that request's, and one job's was seen by the next.

const schema = useSchema();
const daemons = useDaemons();
const request = new AsyncLocalStorage<string>();

it('jobs and event handlers run in no context of anybody, not even of the job before', async () => {
  const seen: (string | undefined)[] = [];
  const context = schema.context();
  const events = logEvents(context);
  await request.run('ada', async () => {
    context.addEventHandler(() => void seen.push(request.getStore()));
    const { definition } = await notedJob<null>(context, 'CONTEXT', async () => {
      seen.push(request.getStore());
      request.enterWith('a job'); // as careless code does
      await new Promise(setImmediate);
    });
    daemons.worker(context);
    daemons.orchestrator(context);
    for (let n = 0; n < 3; n += 1) await request.run('bob', () => definition.enqueue());
  });
  await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 3 });
  expect(seen.length).toBeGreaterThanOrEqual(6);
  expect(new Set(seen)).toEqual(new Set([undefined]));
});
