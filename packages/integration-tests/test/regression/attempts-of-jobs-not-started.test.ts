import { expect, it } from '@jest/globals';
import { type ChildTask, useChildren } from '../support/children.ts';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();
const child = useChildren(schema);

/**
 * All jobs that were claimed for free slots counted as started, though their work functions start one after the other: a
 * process that died in the first took the only attempt of all others, which were finalized as failed and never ran.
 */
it('a process that dies in the first of the jobs it claimed spends the attempt of that one only', async () => {
  const context = schema.context({ pollSecs: 0.1 });
  const events = logEvents(context);
  const { definition, runs } = await notedJob<ChildTask>(context, 'ONE_ATTEMPT');
  const grouped = { jobGroup: 'some group' };
  const [first, ...others] = await definition.enqueueMany([
    { payload: { does: 'die' } },
    ...Array.from({ length: 10 }, (_, n) => ({
      payload: { does: 'finish' } as const,
      ...(n % 2 === 0 ? grouped : {}),
    })),
  ]);
  const victim = await child({ names: ['ONE_ATTEMPT'], worker: { concurrency: 20 } });
  await until('it has died', () => victim.hasEnded);
  expect(await schema.value(`select count(*)::int from {s}.job where state = 'running'`)).toBeGreaterThan(1);
  await schema.age(31, 'process');
  daemons.worker(context, { concurrency: 20 });
  for (const jobId of others) await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
  await events.waitFor('WORKER_JOB_EXPIRE', { jobId: first ?? '' });
  expect(runs.map(({ metadata }) => metadata.attempt)).toEqual(others.map(() => 1));
});
