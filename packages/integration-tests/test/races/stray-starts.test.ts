import { describe, expect, it } from '@jest/globals';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { intercepted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { gate, until } from '../support/until.ts';

describe('a process whose renewals do not get through', () => {
  const schema = useSchema();
  const daemons = useDaemons();

  it.each([
    ['are not sent', 'before'],
    ['are not answered', 'after'],
  ])('starts none of the jobs in its hands once its lease may have run out: they %s', async (_, heldUp) => {
    const [held, renewals] = [gate(), gate()];
    let areHeldUp = false;
    const driver = intercepted(schema.driver(), async (statement, send) => {
      const isHeldUp = areHeldUp && statement.name === 'bearmq_renew_lease';
      if (isHeldUp && heldUp === 'before') await renewals.opened;
      const rows = await send();
      if (isHeldUp && heldUp === 'after') await renewals.opened;
      return rows;
    });
    // It polls seldom, or it would find its own lease run out, and know.
    const context = schema.context({ leaseSecs: 3, wakeUp: 'poll', pollSecs: 60 }, { driver });
    const events = logEvents(context);
    const { definition, runs } = await notedJob<string>(context, `IN_DOUBT_${heldUp}`, async (payload, { attempt }) => {
      if (payload === 'held' && attempt === 1) await held.opened;
    });
    const enqueue = (payload: string): Promise<string> =>
      definition.enqueue(payload, { jobGroup: heldUp, numAttempts: 2 });
    // Fast jobs first: only then does the process take several jobs of a group at once.
    await Promise.all(Array.from({ length: 200 }, () => enqueue('fast')));
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 200 });
    const [heldId] = await Promise.all(['held', 'next', 'last'].map(enqueue));
    await events.waitFor('WORKER_JOB_RUN', { jobId: heldId as string });
    const inHand = `select count(*) from {s}.job where state = 'running'`;
    expect(Number(await schema.value(inHand))).toBe(3);

    areHeldUp = true;
    // The answer of a renewal that was sent before is as old as its question, however late it comes.
    await until('the lease has run out, and the job is taken back', async () => {
      await schema.rows('select {s}.rescue_v1(null, 10800, 10800, 0)');
      return Number(await schema.value('select fence from {s}.job where id = $1', [heldId])) > 1;
    });
    held.open();
    renewals.open();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 203 });
    const order = runs.slice(200).map(({ payload, metadata }) => `${payload} ${metadata.attempt}`);
    expect(order).toEqual(['held 1', 'held 2', 'next 1', 'last 1']);
  });
});
