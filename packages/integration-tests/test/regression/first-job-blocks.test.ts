// Claims began before the session lock was taken, and a job that blocked the event loop from the first moment on had it
// taken late: its process was taken for dead, and the job run twice.
import { describe, expect, it } from '@jest/globals';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { deaf } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';

describe('the first job of a process', () => {
  const schema = useSchema({ way: 'direct' });
  const daemons = useDaemons();
  const HELD = `select count(*)::int from {s}.process w join pg_locks l on l.locktype = 'advisory' and l.granted
    and (l.classid::bigint << 32 | l.objid::bigint) = w.session_key`;

  it('starts when the session lock is held that stands for the process', async () => {
    for (let n = 0; n < 5; n += 1) {
      const context = schema.context({}, { driver: schema.newDriver() });
      const events = logEvents(context);
      let held: unknown;
      const { definition } = await notedJob<null>(context, 'FIRST', async () => {
        held = await schema.value(HELD);
      });
      await definition.enqueue();
      const worker = daemons.worker(context);
      await events.waitFor('WORKER_JOB_RUN_SUCCESS');
      expect(held).toBe(1);
      await worker.stop();
    }
  });

  it('does not wait for long for a proof that does not come', async () => {
    const inner = deaf(schema.newDriver());
    const driver = {
      ...inner,
      listen: (channel: string, listener: Parameters<typeof inner.listen>[1]) =>
        inner.listen(channel, { ...listener, onConnected: (session) => listener.onConnected(session, false) }),
    };
    const context = schema.context({}, { driver });
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'UNPROVEN');
    await definition.enqueue();
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS');
    expect(events.of('WARNING')).toEqual([]); // which comes when a notification has not come back for seconds
  });
});
