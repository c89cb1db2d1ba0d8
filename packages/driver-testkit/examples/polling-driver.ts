import type { Driver } from '@bearmq/core/driver';
import type { Pool } from 'pg';
import { smallDriver } from './small-driver.ts';

/** The small driver, as it would be on a client that cannot listen. */
export function pollingDriver(pool: Pool): Driver {
  return {
    ...smallDriver(pool),
    name: 'polling',
    listen: (_channel, listener) => {
      const closed = new AbortController();
      queueMicrotask(() => {
        if (closed.signal.aborted) return;
        listener.onDisconnected(new Error("this client cannot listen: make the Context with wakeUp: 'poll'"));
      });
      return { close: async () => closed.abort() };
    },
  };
}
