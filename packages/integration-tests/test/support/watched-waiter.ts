import type { Driver, NotificationListener } from '@bearmq/core/driver';
import { intercepted } from './drivers.ts';
import { gate } from './until.ts';

/** What a process that waits for the ends of jobs does, on the driver that it is given. */
export interface WatchedWaiter {
  readonly driver: Driver;
  /** Resolves once it listens. */
  readonly connected: Promise<void>;
  /** How often it began to listen, for a Notifier, and just to wait. */
  readonly begun: { listen: number; listenLazily: number };
  /** How many looks at the ends of jobs it has sent. */
  readonly looks: number;
  /** For each notification of ends, in turn: how many looks were sent at once when it was delivered. */
  readonly followed: readonly number[];
}

/**
 * Looks that are sent before a notification of ends is delivered find no job over, as if they had been sent a moment before.
 * And a notification of ends is delivered when no look is under way.
 */
export function watchedWaiter(inner: Driver): WatchedWaiter {
  const connected = gate();
  const begun = { listen: 0, listenLazily: 0 };
  const followed: number[] = [];
  let [looks, underWay, isTold] = [0, 0, false];
  const held: (() => void)[] = [];
  const watched = (listener: NotificationListener): NotificationListener => {
    const deliver = (payload: string): void => {
      if (underWay > 0) {
        held.push(() => deliver(payload));
        return;
      }
      isTold = true;
      const before = looks;
      listener.onNotification(payload);
      followed.push(looks - before);
    };
    return {
      onNotification: (payload) => (payload.includes('{"over":') ? deliver(payload) : listener.onNotification(payload)),
      onConnected: (session, isDirect) => {
        connected.open();
        listener.onConnected(session, isDirect);
      },
      onDisconnected: (error) => listener.onDisconnected(error),
    };
  };
  const driver: Driver = {
    ...intercepted(inner, async ({ name }, send) => {
      if (name !== 'bearmq_read_outcomes') return await send();
      looks += 1;
      underWay += 1;
      const isHidden = !isTold;
      try {
        const rows = await send();
        return isHidden ? rows.map(([id = null]) => [id, null, null, null]) : rows;
      } finally {
        underWay -= 1;
        // Once whoever asked has its answer.
        setImmediate(() => {
          for (const go of held.splice(0)) go();
        });
      }
    }),
    listen: (channel, listener) => {
      begun.listen += 1;
      return inner.listen(channel, watched(listener));
    },
    listenLazily: (channel, listener) => {
      begun.listenLazily += 1;
      return (inner.listenLazily ?? inner.listen).call(inner, channel, watched(listener));
    },
  };
  return {
    driver,
    connected: connected.opened,
    begun,
    get looks() {
      return looks;
    },
    followed,
  };
}
