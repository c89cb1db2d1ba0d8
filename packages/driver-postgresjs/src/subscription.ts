import { type NotificationListener, type Subscription, toDatabaseError } from '@bearmq/core/driver';
import { listenUntilLost } from './listening.ts';
import type { PostgresJsClient } from './postgres-js-types.ts';
import { backoffMs, elapsedMs, pause } from './timers.ts';

/** A connection that lasted this long was a good one: after it, the pauses between attempts start small again. */
const STABLE_MS = 10_000;

/** What a subscription needs; see `Driver.listen`. */
export interface SubscriptionOptions {
  readonly sql: PostgresJsClient;
  readonly channel: string;
  readonly heartbeatSecs: number;
  readonly listener: NotificationListener;
}

/** Starts to listen, and goes on to until closed, over as many connections as it takes. */
export function subscribe(options: SubscriptionOptions): Subscription {
  const closing = new AbortController();
  const finished = keepListening(options, closing.signal);
  return {
    close: () => {
      closing.abort();
      return finished;
    },
  };
}

/**
 * ```
 *            connected             lost, or no connection
 * connecting ────────► listening   ┌──────────► pausing
 *     ▲  └──────────────────┴──────┘               │
 *     └────────────────────────────────────────────┘
 * ```
 */
async function keepListening(options: SubscriptionOptions, signal: AbortSignal): Promise<void> {
  const { listener, ...connection } = options;
  let failures = 0;
  while (!signal.aborted) {
    let connectedAt: number | undefined;
    try {
      await listenUntilLost({
        ...connection,
        attempt: failures,
        signal,
        onListening: (session) => {
          connectedAt = elapsedMs();
          call(() => listener.onConnected(session));
        },
        onNotification: (payload) => call(() => listener.onNotification(payload)),
      });
    } catch (error) {
      if (signal.aborted) return;
      call(() => listener.onDisconnected(toDatabaseError(error)));
    }
    if (connectedAt !== undefined && elapsedMs() - connectedAt > STABLE_MS) failures = 0;
    await pause(backoffMs(failures), signal);
    failures += 1;
  }
}

/** A listener's own failure, at once or in a promise it returns, is a warning: it must not end the subscription. */
function call(callback: () => unknown): void {
  const warn = (error: unknown): void => {
    process.emitWarning(`a notification listener failed: ${describe(error)}`, 'BearMQWarning');
  };
  try {
    Promise.resolve(callback()).catch(warn);
  } catch (error) {
    warn(error);
  }
}

function describe(error: unknown): string {
  const { stack } = (error ?? {}) as { stack?: unknown };
  return typeof stack === 'string' ? stack : String(error);
}
