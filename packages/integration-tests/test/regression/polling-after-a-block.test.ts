// A process that was blocked for some seconds just after it began to listen took the notification that it had sent to
// itself for lost: the timer ran out during the block, and fired before the socket was read. It was then deaf for good.
import { describe, expect, it } from '@jest/globals';
import { blockThread } from '../support/block-thread.ts';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { intercepted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { listening, until } from '../support/until.ts';

const schema = useSchema({ way: 'direct' });
const daemons = useDaemons();

describe('the notification that a process sends to itself', () => {
  it('is not taken for lost because the event loop was blocked while it came', async () => {
    let [isBlocked, isBlockOver] = [false, false];
    const driver = intercepted(schema.newDriver(), async ({ name }, send) => {
      if (name !== 'bearmq_notify' || isBlocked) return await send();
      isBlocked = true;
      // Answered at once, so that the time for it runs, and sent just before the block.
      setImmediate(() => {
        send().catch(() => {}); // its answer may come too late as well: what counts is that it was sent
        setImmediate(() => {
          blockThread(5_500);
          isBlockOver = true;
        });
      });
      return [];
    });
    const context = schema.context({}, { driver });
    const events = logEvents(context);
    daemons.worker(context);
    await until('the block is over', () => isBlockOver);
    await listening(schema);
    expect(events.of('WARNING')).toEqual([]);
  });

  it('may come late: the process hears from then on', async () => {
    const late: (() => void)[] = [];
    const driver = schema.newDriver();
    const context = schema.context(
      {},
      {
        driver: {
          ...intercepted(driver, (_, send) => send()),
          listen: (channel, listener) =>
            driver.listen(channel, {
              onConnected: (session, isDirect) => listener.onConnected(session, isDirect),
              onDisconnected: (error) => listener.onDisconnected(error),
              onNotification: (payload) => void late.push(() => listener.onNotification(payload)),
            }),
        },
      },
    );
    const events = logEvents(context);
    daemons.worker(context);
    await events.waitFor('WARNING');
    const key = () => schema.value('select session_key from {s}.process order by started_at desc limit 1');
    await until('it relies on no lock', async () => (await key()) === null);
    for (const tell of late) tell();
    await until('it holds a lock', async () => (await key()) !== null);
  });
});
