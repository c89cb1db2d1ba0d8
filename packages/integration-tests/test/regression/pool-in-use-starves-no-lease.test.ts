// The lease was renewed over the pool alone. Where work functions hold all of its connections for longer than the lease,
// the renewal waited behind them, and their jobs were run a second time elsewhere.
import { DatabaseError } from '@bearmq/core/driver';
import { describe, expect, it } from '@jest/globals';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { intercepted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { gate, listening, registered, until } from '../support/until.ts';

describe('a pool whose connections are all in use for longer than the lease', () => {
  const schema = useSchema();
  const direct = useSchema({ way: 'direct' });
  const daemons = useDaemons();

  it.each([
    ['poll', schema, [/^no connection of the pool has answered for 0.8 s, .* over a connection.*make the pool larger/]],
    ['auto', direct, []],
  ] as const)('does not keep its process from renewing it (wakeUp: %s)', async (wakeUp, of, said) => {
    const driver = of.newDriver({ max: 2 });
    const context = of.context({ wakeUp, leaseSecs: 3 }, { driver });
    const events = logEvents(context);
    const finish = gate();
    const { definition, runs } = await notedJob<null>(context, 'IN_USE', () => driver.transaction(() => finish.opened));
    daemons.worker(context, { concurrency: 2 });
    await (wakeUp === 'auto' ? listening(of) : registered(of));
    await definition.enqueueMany([{ payload: null }, { payload: null }]);
    await until('both hold a connection', () => runs.length === 2);
    const expiry = async () => Number(await of.value('select extract(epoch from expires_at)::float8 from {s}.process'));
    const before = await expiry();
    await until('the lease lasts for more than another lease', async () => (await expiry()) > before + 3.2);
    finish.open();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 2 });
    const warnings = events.of('WARNING').map(({ message }) => message);
    expect(warnings).toEqual(said.map((text) => expect.stringMatching(text)));
  });

  it('is told of where the server has no connection to spare, and what will come of it', async () => {
    const back = gate();
    const refusing = intercepted(schema.driver(), async ({ name }, send) => {
      if (name === 'bearmq_renew_lease') await back.opened;
      return await send();
    });
    const openSession = async () => {
      throw new DatabaseError('sorry, too many clients already', { sqlState: '53300', constraint: null }, undefined);
    };
    const context = schema.context({ wakeUp: 'poll', leaseSecs: 3 }, { driver: { ...refusing, openSession } });
    const events = logEvents(context);
    daemons.worker(context);
    const [warning] = await events.waitFor('WARNING');
    expect(warning?.message).toMatch(/the server refuses another one.*jobs of this process are run elsewhere; if your/);
    expect(warning?.error).toMatchObject({ sqlState: '53300' });
    expect(await events.waitFor('DAEMON_ERROR')).toMatchObject([{ daemon: 'lease-keeper', failures: 1 }]);
    back.open();
  });
});
