import { toDatabaseError } from './database-error.ts';
import type { NotificationListener, Subscription } from './driver.ts';
import { type ListenUntilLostOptions, listenUntilLost } from './listen-until-lost.ts';
import { backoffMs, elapsedMs, pause } from './timers.ts';

/** A connection that lasted this long was a good one: after it, the pauses between attempts start small again. */
const STABLE_MS = 10_000;

/** What a subscription needs. */
export interface KeepListeningOptions
  extends Pick<ListenUntilLostOptions, 'channel' | 'heartbeatSecs' | 'isLazy' | 'open'> {
  readonly listener: NotificationListener;
}

/** Starts to listen, and goes on to until closed, over as many connections as it takes. */
export function keepListening(options: KeepListeningOptions): Subscription {
  const closing = new AbortController();
  const finished = reconnectUntil(closing.signal, options);
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
async function reconnectUntil(signal: AbortSignal, options: KeepListeningOptions): Promise<void> {
  const { listener, ...connection } = options;
  let failures = 0;
  while (!signal.aborted) {
    let connectedAt: number | undefined;
    try {
      await listenUntilLost({
        ...connection,
        attempt: failures,
        signal,
        onListening: (session, isDirect) => {
          connectedAt = elapsedMs();
          call(() => listener.onConnected(session, isDirect));
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
