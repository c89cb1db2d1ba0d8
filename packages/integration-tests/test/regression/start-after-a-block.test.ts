import { expect, it } from '@jest/globals';
import { blockThread } from '../support/block-thread.ts';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { intercepted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { registered } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();

const LEASE_SECS = 3;

// A process whose event loop was blocked past its lease renews it before it starts what it holds. All jobs that waited
// for that went on together: if the first of them blocked once more, past the renewed lease, the next ones started all
// the same, though by then others may have had them. (The torture found it, where the server had crashed meanwhile.)
it('of the jobs that waited for one renewal, none starts when another has blocked past that', async () => {
  let renewals = 0;
  const driver = intercepted(schema.newDriver(), async (statement, send) => {
    const rows = await send();
    if (statement.name === 'bearmq_renew_lease') renewals += 1;
    return rows;
  });
  const context = schema.context({ leaseSecs: LEASE_SECS, wakeUp: 'poll' }, { driver });
  const events = logEvents(context);
  const renewalsAt: number[] = [];
  const { definition } = await notedJob<number>(context, 'BLOCKS', (nth) => {
    renewalsAt.push(renewals);
    if (nth < 2) blockThread(LEASE_SECS * 1000 + 200);
  });
  daemons.worker(context, { concurrency: 3 });
  await registered(schema);
  await definition.enqueueMany([0, 1, 2].map((payload) => ({ payload })));
  await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 3 });
  const [first = 0, second = 0, third = 0] = renewalsAt;
  expect({ second: second > first, third: third > second }).toEqual({ second: true, third: true });
});
