import { v4 as uuidv4 } from 'uuid';
import { type Driver, notificationChannel, type SqlSession, type Subscription, type Tables } from '../driver/index.ts';
import { decodeHint } from '../model/hint.ts';
import type { ToldJob } from '../model/told-job.ts';
import { systemClock } from '../runtime/clock.ts';
import { notify } from '../statements/notify.ts';

export interface NotifierOptions {
  readonly driver: Driver;
  readonly tables: Tables;
  /** What the notifications of this very process carry: its workers know already. */
  readonly ownSenderId: string;
  /** There may be work: another process says so, or notifications may have been missed. */
  readonly onHint: () => void;
  /** Another process says that this job became ready. */
  readonly onTold: (told: ToldJob) => void;
  /**
   * Notifications were seen to arrive on this connection (`session` runs on it, where the driver gives access), or do
   * not any more. Until the first call nothing is known.
   */
  readonly onHealth: (health: ListenerHealth) => void;
  readonly onError: (error: unknown, failures: number) => void;
}

export type ListenerHealth =
  | { readonly state: 'listening'; readonly session: SqlSession | null }
  /** `reason` says why notifications do not arrive. */
  | { readonly state: 'deaf'; readonly reason: 'disconnected' | 'unanswered' };

/** How long the notification that a listener sends to itself may take, once it is committed. */
const PROBE_TIMEOUT_MS = 5_000;
/** How long to wait before it is sent again, when that failed. */
const PROBE_RETRY_MS = 1_000;
const PROBE_PREFIX = 'probe ';
/** The least time between two looks for work that foreign notifications cause, in milliseconds. */
const FOREIGN_INTERVAL_MS = 250;

/** A notification to ourselves that has not come back. */
interface Probe {
  readonly payload: string;
  /** That of the connection on which it is to come. */
  readonly session: SqlSession | null;
  /** Stops the timer that runs for it. */
  cancel: () => void;
}

/**
 * One LISTEN for all workers of a context.
 *
 * A connection that says it listens may not: a pooler in transaction mode accepts LISTEN and delivers nothing. So after
 * every connect a notification is sent to ourselves, over the pool: only when it comes back is the connection trusted,
 * for notifications and for a session-level lock alike. Meanwhile, and for good if it does not, workers poll.
 */
export class Notifier {
  readonly #options: NotifierOptions;
  #subscription: Subscription | undefined;
  #probe: Probe | undefined;
  #foreign: 'none' | 'heeded' | 'more' = 'none';
  #cancelForeign: () => void = () => {};
  #failures = 0;

  constructor(options: NotifierOptions) {
    this.#options = options;
  }

  /** Never throws: a driver that refuses to listen (it is closed, say) leaves the workers to their polling. */
  start(): void {
    try {
      this.#subscription ??= this.#listen();
    } catch (error) {
      this.#fail(error);
    }
  }

  #listen(): Subscription {
    const { driver, tables, onHint } = this.#options;
    return driver.listen(notificationChannel(tables.schemaName), {
      onNotification: (payload) => {
        if (payload === this.#probe?.payload) this.#trust();
        else if (!payload.startsWith(PROBE_PREFIX)) this.#hear(payload);
      },
      onConnected: (session) => {
        onHint();
        this.#startProbe(session);
      },
      onDisconnected: (error) => this.#fail(error),
    });
  }

  #hear(payload: string): void {
    const { ownSenderId, onHint, onTold } = this.#options;
    const hint = decodeHint(payload);
    if (hint === null) this.#hearForeign();
    else if (hint.senderId === ownSenderId) return;
    else if (hint.told === null) onHint();
    else onTold(hint.told);
  }

  /** Nothing that BearMQ sends: the first is heeded at once, then one in a while, so that a flood of them costs little. */
  #hearForeign(): void {
    if (this.#foreign !== 'none') {
      this.#foreign = 'more';
      return;
    }
    this.#foreign = 'heeded';
    this.#options.onHint();
    this.#cancelForeign = systemClock.after(FOREIGN_INTERVAL_MS, () => {
      const isMore = this.#foreign === 'more';
      this.#foreign = 'none';
      if (isMore) this.#hearForeign();
    });
  }

  #fail(error: unknown): void {
    this.#endProbe();
    this.#failures += 1;
    this.#options.onHealth({ state: 'deaf', reason: 'disconnected' });
    this.#options.onError(error, this.#failures);
  }

  async stop(): Promise<void> {
    this.#endProbe();
    this.#cancelForeign();
    await this.#subscription?.close();
  }

  #startProbe(session: SqlSession | null): void {
    this.#endProbe();
    const probe: Probe = { payload: PROBE_PREFIX + uuidv4(), session, cancel: () => {} };
    this.#probe = probe;
    void this.#send(probe, 0);
  }

  /**
   * That it is not answered means something only after it was sent: a pool whose connections are all in use, or a server
   * that refuses for a moment, says nothing about the connection that listens.
   */
  async #send(probe: Probe, failures: number): Promise<void> {
    const { driver, tables, onHealth, onError } = this.#options;
    const channel = notificationChannel(tables.schemaName);
    let isSent = true;
    try {
      await notify(driver, tables, { channel, payload: probe.payload });
    } catch (error) {
      isSent = false;
      if (this.#probe === probe) onError(error, failures + 1);
    }
    if (this.#probe !== probe) return; // it has come back already, or its connection is gone
    probe.cancel = isSent
      ? systemClock.after(PROBE_TIMEOUT_MS, () => {
          this.#probe = undefined;
          onHealth({ state: 'deaf', reason: 'unanswered' });
        })
      : systemClock.after(PROBE_RETRY_MS, () => void this.#send(probe, failures + 1));
  }

  #trust(): void {
    const session = this.#probe?.session ?? null;
    this.#endProbe();
    this.#failures = 0;
    this.#options.onHealth({ state: 'listening', session });
  }

  #endProbe(): void {
    this.#probe?.cancel();
    this.#probe = undefined;
  }
}
