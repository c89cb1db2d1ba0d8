import { type NotificationListener, quoteIdentifier, type Subscription, toDatabaseError } from '@bearmq/core/driver';
import type { PgliteDatabase } from './pglite-types.ts';
import { fetchRows } from './query.ts';
import { backoffMs, pause } from './timers.ts';

/** What a subscription needs; see `Driver.listen`. */
export interface SubscriptionOptions {
  readonly db: PgliteDatabase;
  readonly channel: string;
  readonly listener: NotificationListener;
}

/**
 * Starts to listen, and goes on to until closed.
 *
 * What LISTEN was said for is never undone: the connection is everybody's, so somebody else may be listening to the
 * same channel, and a notification that nobody hears costs nothing.
 */
export function subscribe({ db, channel, listener }: SubscriptionOptions): Subscription {
  const closing = new AbortController();
  const { signal } = closing;
  let isListening = false;
  const stopHearing = db.onNotification((from, payload) => {
    if (isListening && from === channel && !signal.aborted) call(() => listener.onNotification(payload));
  });
  const start = async (): Promise<void> => {
    const text = `listen ${quoteIdentifier(channel)}`;
    for (let failures = 0; !isListening && !signal.aborted; failures += 1) {
      try {
        await fetchRows(db, { name: 'bearmq_listen', text, values: [] });
        if (signal.aborted) return;
        isListening = true;
        call(() => listener.onConnected(null));
      } catch (error) {
        if (signal.aborted) return;
        call(() => listener.onDisconnected(toDatabaseError(error)));
        await pause(backoffMs(failures), signal);
      }
    }
  };
  void start();
  return {
    close: async () => {
      closing.abort();
      stopHearing();
    },
  };
}

/** A listener's own failure, at once or in a promise it returns, is a warning: it must not end the subscription. */
function call(callback: () => unknown): void {
  try {
    Promise.resolve(callback()).catch(warn);
  } catch (error) {
    warn(error);
  }
}

function warn(error: unknown): void {
  const { stack } = (error ?? {}) as { stack?: unknown };
  const text = `a notification listener failed: ${typeof stack === 'string' ? stack : String(error)}`;
  const { process } = globalThis as { process?: Partial<NodeJS.Process> };
  if (process?.emitWarning !== undefined) process.emitWarning(text, 'BearMQWarning');
  // A browser has no such thing, but writes down what nobody catches.
  else queueMicrotask(() => Promise.reject(error));
}
