// A worker tests by a notification to itself whether it is told of jobs. That it takes long, or fails, is no answer.
import { describe, expect, it } from '@jest/globals';
import { JobDefinition } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { connectionLost, deaf, intercepted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { gate, listening, until } from '../support/until.ts';

describe('the notification by which a worker tests whether it is told of jobs', () => {
  const schema = useSchema({ way: 'direct' });
  const daemons = useDaemons();

  it('may wait for a connection for however long: the worker hears of jobs after all, without a warning', async () => {
    const connection = gate();
    let isWaiting = false;
    const driver = intercepted(schema.driver(), async ({ name }, send) => {
      if (name === 'bearmq_notify') {
        isWaiting = true;
        await connection.opened;
      }
      return send();
    });
    const context = schema.context({}, { driver });
    const events = logEvents(context);
    daemons.worker(context);
    await until('it waits', () => isWaiting);
    const other = schema.context({}, { driver: deaf(schema.driver()) });
    daemons.worker(other);
    await logEvents(other).waitFor('WARNING'); // what had been sent at the time would be given up by now
    connection.open();
    await listening(schema);
    expect(events.of('WARNING')).toEqual([]);
    expect(events.of('DAEMON_ERROR')).toEqual([]);
  });

  it('is not sent by a driver that refuses to listen: that is reported, and jobs are found by polling', async () => {
    const inner = schema.driver();
    const driver = {
      ...intercepted(inner, (_, send) => send()),
      listen: () => {
        throw new Error('it is closed');
      },
    };
    const context = schema.context({}, { driver });
    const events = logEvents(context);
    await notedJob<null>(context, 'POLLED');
    daemons.worker(context);
    expect(await events.waitFor('DAEMON_ERROR')).toMatchObject([{ daemon: 'notifier', failures: 1 }]);
    const elsewhere = schema.context({}, { pool: schema.newPool() });
    const jobId = await new JobDefinition({ context: elsewhere, name: 'POLLED', workFunction: () => {} }).enqueue();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
  });

  it('is sent again when that failed', async () => {
    let failures = 0;
    const driver = intercepted(schema.driver(), async ({ name }, send) => {
      if (name !== 'bearmq_notify' || failures === 2) return send();
      failures += 1;
      throw connectionLost();
    });
    const context = schema.context({}, { driver });
    const events = logEvents(context);
    daemons.worker(context);
    await listening(schema);
    expect(await events.waitFor('DAEMON_ERROR', { count: 2 })).toMatchObject([
      { daemon: 'notifier', failures: 1 },
      { daemon: 'notifier', failures: 2 },
    ]);
    expect(events.of('WARNING')).toEqual([]);
  });
});
