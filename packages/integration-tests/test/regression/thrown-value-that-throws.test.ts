import { expect, it } from '@jest/globals';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';

const schema = useSchema();
const daemons = useDaemons();

// The worker reads the stack of what was thrown, to keep it with the job. Where reading it threw, that rejected in the
// middle of the worker, with nobody to catch it: the process died, and so did the next one that took the job.
it.each<[string, string, () => unknown]>([
  [
    'an object that throws when its stack is read',
    '[object Object]',
    () => ({
      get stack(): string {
        throw new Error('nobody may look at this');
      },
    }),
  ],
  [
    'a revoked proxy',
    'a thrown object that cannot be turned into text',
    () => {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      return proxy;
    },
  ],
])('a work function that throws %s fails like any other, and its worker goes on', async (name, text, thrown) => {
  const context = schema.context();
  const events = logEvents(context);
  const { definition } = await notedJob<'bites' | 'works'>(context, name, (payload) => {
    if (payload === 'bites') throw thrown();
  });
  daemons.worker(context);
  const jobId = await definition.enqueue('bites');
  await events.waitFor('WORKER_JOB_EXPIRE', { jobId });
  expect(await schema.value('select error from {s}.finalized_job where id = $1', [jobId])).toBe(text);
  const next = await definition.enqueue('works');
  await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: next });
});
