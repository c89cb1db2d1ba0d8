import { InvalidOptionError } from '../errors.ts';
import type { NotificationListener, OwnSession, Subscription } from './driver.ts';
import { quoteIdentifier } from './identifiers.ts';
import { keepListening } from './keep-listening.ts';
import type { ListeningConnection, ListeningRequest } from './listening-connection.ts';
import { openOwnSession } from './own-session.ts';

/** How {@link Subscriptions} are set up. */
export interface SubscriptionsOptions {
  /** For messages: what makes the driver, `pgDriver`. */
  readonly driverName: string;
  /**
   * Seconds between two signs of life that are asked for on a listening connection. If there is no answer within the
   * same time again (1 second at least, 10 at most) the connection is replaced.
   *
   * `null` where the connection is not the subscription's own, but one that the whole program shares, as with a
   * database inside of the process. Then nothing is asked of it but LISTEN, which may wait its turn for as long as it
   * takes, and the listener is given no session.
   *
   * Range: 0.1 to 3600
   */
  readonly heartbeatSecs: number | null;
  /**
   * Opens a connection of its own for one subscription, and returns at once; called again after each loss. What it
   * throws counts as a connection that could not be made.
   */
  open(request: ListeningRequest): ListeningConnection;
}

/**
 * All that `Driver.listen` and `Driver.openSession` promise, for a client that can open a connection: the drivers of BearMQ are made with it,
 * and yours can be.
 *
 * ```ts
 * class MyDriver implements Driver {
 *   readonly #subscriptions = new Subscriptions({ driverName: 'myDriver', heartbeatSecs: 15, open: openConnection });
 *   listen(channel: string, listener: NotificationListener): Subscription {
 *     return this.#subscriptions.listen(channel, listener);
 *   }
 *   openSession(withinMs: number): Promise<OwnSession> {
 *     return this.#subscriptions.openSession(withinMs);
 *   }
 *   close(): Promise<void> {
 *     return this.#subscriptions.close();
 *   }
 *   …
 * }
 * ```
 *
 * Each subscription has one connection at a time. One that is lost, that falls silent, or that cannot be made within 10
 * seconds is told to the listener and replaced after a pause: 50 ms at first, doubled each time up to 5 s, at random
 * from the upper half of that; small again once a connection lasted 10 s. A listener that throws or rejects causes a
 * warning of the process (`BearMQWarning`), and nothing else. An open subscription keeps the process alive, but for one
 * of {@link Subscriptions.listenLazily | listenLazily} whose connections have `unref`.
 */
export class Subscriptions {
  readonly #options: SubscriptionsOptions;
  readonly #open = new Set<Subscription>();
  #isClosed = false;
  /** How many sessions in a row could not be opened. */
  #failures = 0;

  /** @throws InvalidOptionError when `heartbeatSecs` is out of its range. */
  constructor(options: SubscriptionsOptions) {
    const { heartbeatSecs } = options;
    if (heartbeatSecs !== null && !(heartbeatSecs >= 0.1 && heartbeatSecs <= 3600)) {
      throw new InvalidOptionError('Subscriptions.heartbeatSecs', `must be from 0.1 to 3600, got ${heartbeatSecs}`);
    }
    this.#options = options;
  }

  /**
   * Subscribes; see `Driver.listen`.
   *
   * @throws InvalidIdentifierError for a channel name of more than 63 bytes.
   * @throws Error after {@link close}.
   */
  listen(channel: string, listener: NotificationListener): Subscription {
    return this.#listen(channel, listener, false);
  }

  /**
   * Subscribes; see `Driver.listenLazily`, which a driver has only where its connections have `unref`, or need none.
   *
   * @throws InvalidIdentifierError, Error as {@link listen} does.
   */
  listenLazily(channel: string, listener: NotificationListener): Subscription {
    return this.#listen(channel, listener, true);
  }

  #listen(channel: string, listener: NotificationListener, isLazy: boolean): Subscription {
    const { driverName, heartbeatSecs, open } = this.#options;
    if (this.#isClosed) throw new Error(`this ${driverName} is closed: it does not listen any more`);
    quoteIdentifier(channel, 'notification channel'); // PostgreSQL would cut a long name, and then wait in vain
    const subscription = keepListening({ channel, listener, heartbeatSecs, isLazy, open });
    this.#open.add(subscription);
    return {
      close: async () => {
        await subscription.close();
        this.#open.delete(subscription);
      },
    };
  }

  /** Opens a connection of its own; see `Driver.openSession`. */
  async openSession(withinMs: number): Promise<OwnSession> {
    const { driverName, open } = this.#options;
    if (this.#isClosed) throw new Error(`this ${driverName} is closed: it opens no session any more`);
    try {
      const session = await openOwnSession(open, { attempt: this.#failures, withinMs });
      this.#failures = 0;
      return session;
    } catch (error) {
      this.#failures += 1;
      throw error;
    }
  }

  /** Closes every subscription, and refuses new ones from then on. Safe to call twice. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#open].map((subscription) => subscription.close()));
    this.#open.clear();
  }
}
