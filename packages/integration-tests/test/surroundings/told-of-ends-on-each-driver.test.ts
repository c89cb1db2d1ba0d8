import { describe, expect, it } from '@jest/globals';
import { JobDefinition } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { logEvents } from '../support/events.ts';
import { gate } from '../support/until.ts';
import { watchedWaiter } from '../support/watched-waiter.ts';
import { PATIENCE_MS, useWays, WAYS, type WayName } from './support/ways.ts';

const daemons = useDaemons();
const opened = useWays();

/** A Worker whose jobs end once `go` is open; and the same definition in a context that waits, on a watched driver. */
async function waiting(name: WayName) {
  const { driver, newContext } = await opened(name);
  const waiter = watchedWaiter(driver);
  const [here, there] = [newContext(), newContext({}, waiter.driver)];
  const go = gate();
  const [own, others] = [here, there].map(
    (context) =>
      new JobDefinition<number, number, number>({
        context,
        name: 'AWAITED',
        result: 'keep',
        workFunction: async (n) => {
          await go.opened;
          if (n < 0) throw new Error('not below 0');
          return n;
        },
      }),
  ) as [JobDefinition<number, number, number>, JobDefinition<number, number, number>];
  await own.register();
  daemons.worker(here, { concurrency: 10 });
  return { waiter, there, definition: others, events: logEvents(there), go };
}

describe.each(WAYS)('who waits on %s for a job that another process runs', (name) => {
  it(
    'is told of its end, and looks at once, where it runs no jobs itself',
    async () => {
      const { waiter, definition, events, go } = await waiting(name);
      const told = definition.enqueueAndWait(7);
      await waiter.connected;
      go.open();
      expect(await told).toBe(7);
      expect(waiter.followed).toEqual([1]);
      await expect(definition.enqueueAndWait(-1, { numAttempts: 1 })).rejects.toMatchObject({
        code: 'BEAR_JOB_FAILED',
      });
      expect(waiter.begun).toEqual({ listen: 0, listenLazily: 1 });
      expect([...events.of('WARNING'), ...events.of('DAEMON_ERROR')]).toEqual([]);
    },
    PATIENCE_MS,
  );

  it(
    'is told by the connection on which its own Workers hear of jobs, and listens on no other',
    async () => {
      const { waiter, there, definition, go } = await waiting(name);
      daemons.worker(there, { channels: ['ANOTHER'] });
      await waiter.connected;
      const told = definition.enqueueAndWait(7);
      go.open();
      expect(await told).toBe(7);
      expect(waiter.followed).toEqual([1]);
      expect(waiter.begun).toEqual({ listen: 1, listenLazily: 0 });
    },
    PATIENCE_MS,
  );
});
