// Only claims looked for dead processes, and only the process that rescued a job looked for it then. With a long pollSecs
// both waited: an idle process did not look for minutes, and those that could run the job were not told of it.
import { expect, it } from '@jest/globals';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { intercepted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { lapse } from '../support/lapse.ts';
import { gate, listening, until } from '../support/until.ts';

const schema = useSchema({ way: 'direct' });
const daemons = useDaemons();

it('a dead process is noticed by renewals, and its jobs are told of, where nobody polls', async () => {
  const finish = gate();
  // It neither renews nor rescues: those whose leases have run out with its own would be told of that, and look.
  const silent = intercepted(schema.driver(), async ({ name }, send) => {
    if (name === 'bearmq_renew_lease' || name === 'bearmq_rescue') await finish.opened;
    return await send();
  });
  const loser = schema.context({ wakeUp: 'poll', leaseSecs: 600 }, { driver: silent });
  const lost = await notedJob<null>(loser, 'LEFT', () => finish.opened, { numAttempts: 2 });
  daemons.worker(loser);
  const jobId = await lost.definition.enqueue();
  await until('it runs', () => lost.runs.length === 1);
  // One that renews often and cannot run the job, and one that can, and renews seldom.
  const [watchful, able] = [
    schema.context({ pollSecs: 3_600, leaseSecs: 3 }),
    schema.context({ pollSecs: 3_600, leaseSecs: 3_600 }),
  ];
  const [seen, done] = [logEvents(watchful), logEvents(able)];
  await notedJob<null>(watchful, 'ANOTHER');
  await notedJob<null>(able, 'LEFT');
  daemons.worker(able);
  daemons.worker(watchful);
  await listening(schema, 2);
  await lapse(schema, 700);
  // The poll would be in an hour. On a machine that stands still for seconds the watch begins anew, and takes six.
  await until('it has run', () => done.of('WORKER_JOB_RUN_SUCCESS', jobId).length > 0, 60_000);
  const rescues = [...seen.of('WORKER_JOB_RESCUE', jobId), ...done.of('WORKER_JOB_RESCUE', jobId)];
  expect(rescues).toHaveLength(1); // by whoever was told first
  finish.open();
}, 100_000);
