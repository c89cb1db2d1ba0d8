import type { Driver, Subscription } from '../driver/index.ts';
import { decodeAnnouncement } from '../model/announcement.ts';
import { outside } from '../runtime/async-context.ts';
import { systemClock } from '../runtime/clock.ts';
import { notificationChannel, type Tables } from '../schema/index.ts';

/** How long it listens on when the last who waits has gone, in milliseconds: whoever waits often connects once. */
const LINGER_MS = 10_000;
/** Likewise where it is not connected yet: until then it may keep the program alive. */
const CONNECT_MS = 1_000;
/** How long after a connection that could not be made the next attempt is made, in milliseconds. */
const RETRY_MS = 10_000;

export interface EndsListenerOptions {
  readonly driver: Driver;
  readonly tables: Tables;
  /** Others say that these jobs are over. */
  readonly onOver: (jobIds: readonly string[]) => void;
  /** It listens from now on: what was said before was missed. */
  readonly onListening: () => void;
  /** It cannot listen. */
  readonly onFailed: (error: unknown) => void;
}

/**
 * Listens for the ends of jobs where somebody waits for one and no Worker of the context listens. Nothing hangs on it: whoever
 * waits polls, too. The connection lets the program end; a driver that has none such is not asked to listen.
 */
export class EndsListener {
  readonly #options: EndsListenerOptions;
  #subscription: Subscription | undefined;
  #isConnected = false;
  #isWanted = false;
  /** The Notifiers that listen for all of the context. */
  readonly #notifiers = new Set<object>();
  /** When it may be tried again, by this process's clock. */
  #againAt = -Infinity;
  #cancelTimer = (): void => {};

  constructor(options: EndsListenerOptions) {
    this.#options = options;
  }

  /** Somebody waits for a job that is not over. */
  want(): void {
    if (!this.#isWanted) this.#cancelTimer();
    this.#isWanted = true;
    const isHeard = this.#subscription !== undefined || this.#notifiers.size > 0;
    if (isHeard || systemClock.now() < this.#againAt) return;
    try {
      // It goes on for others than who waits now.
      this.#subscription = outside(() => this.#listen());
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Nobody waits any longer. */
  rest(): void {
    if (!this.#isWanted) return;
    this.#isWanted = false;
    if (this.#subscription !== undefined) this.#closeIn(this.#isConnected ? LINGER_MS : CONNECT_MS);
  }

  /** A Notifier listens, and tells of what it hears, until the returned function is called. */
  leaveToNotifier(): () => void {
    const notifier = {};
    this.#notifiers.add(notifier);
    this.#close();
    return () => void this.#notifiers.delete(notifier);
  }

  #listen(): Subscription | undefined {
    const { driver, tables, onOver, onListening } = this.#options;
    let isClosed = false;
    const subscription = driver.listenLazily?.(notificationChannel(tables.schemaName), {
      onNotification: (payload) => {
        const over = decodeAnnouncement(payload)?.over;
        if (over !== undefined && !isClosed) onOver(over);
      },
      onConnected: () => {
        if (isClosed) return;
        this.#isConnected = true;
        if (this.#isWanted) onListening();
        else this.#closeIn(LINGER_MS);
      },
      onDisconnected: (error) => {
        if (isClosed) return;
        if (!this.#isConnected) this.#fail(error);
        this.#close();
      },
    });
    return subscription === undefined
      ? undefined
      : {
          close: async () => {
            isClosed = true;
            await subscription.close();
          },
        };
  }

  #closeIn(ms: number): void {
    this.#cancelTimer();
    this.#cancelTimer = systemClock.after(ms, () => this.#close(), 'lazily');
  }

  #fail(error: unknown): void {
    this.#againAt = systemClock.now() + RETRY_MS;
    this.#options.onFailed(error);
  }

  #close(): void {
    this.#cancelTimer();
    const closing = this.#subscription;
    this.#subscription = undefined;
    this.#isConnected = false;
    // Of a driver's failure to close nothing follows: what it says is no longer heard.
    closing?.close().catch(this.#options.onFailed);
  }
}
