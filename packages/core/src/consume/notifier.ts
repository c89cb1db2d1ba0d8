import { v4 as uuidv4 } from 'uuid';
import type { SqlSession, Subscription } from '../driver/index.ts';
import { decodeAnnouncement } from '../model/announcement.ts';
import { afterReading, systemClock } from '../runtime/clock.ts';
import { notificationChannel } from '../schema/index.ts';
import type { Services } from '../services/services.ts';
import { notify } from '../statements/notify.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import type { Notice } from './news.ts';

export interface NotifierOptions {
  readonly services: Services;
  /** Has use for the connection that listens, as it stands for this process. */
  readonly keeper: Pick<LeaseKeeper, 'useSession' | 'expectSession'>;
  /** Others say that these jobs are to be cancelled. */
  readonly onCancelled: (jobIds: readonly string[]) => void;
  /** Tells the claimer of what other processes say, and when notifications may have been missed. */
  readonly notice: Notice;
}

/**
 * How long the first claim waits for the session lock where only a notification can prove that the connection is not
 * shared, in milliseconds.
 */
const LOCK_PROOF_MS = 250;

/** How long the notification that a listener sends to itself may take, once it is committed. */
const PROBE_TIMEOUT_MS = 5_000;
/** A timer that is so late tells of an event loop that was blocked. */
const BLOCKED_MS = 300;
/** How long to wait before it is sent again, when that failed. */
const PROBE_RETRY_MS = 1_000;
/** How long after one that was not answered it is sent again: the first pause, doubled each time, and the longest. */
const [UNANSWERED_PAUSE_MS, LONGEST_UNANSWERED_PAUSE_MS] = [10_000, 600_000];
const PROBE_PREFIX = 'probe ';
/** The least time between two looks for work that foreign notifications cause, in milliseconds. */
const FOREIGN_INTERVAL_MS = 250;

/** A notification to ourselves that has not come back, or not in time: it may be late. */
interface Probe {
  readonly payload: string;
  /** That of the connection on which it is to come. */
  readonly session: SqlSession | null;
  /** How often it was sent and not answered. */
  unanswered: number;
  /** Stops the timer that runs for it. */
  cancel: () => void;
}

/**
 * One LISTEN for all workers of a context.
 *
 * A connection that says it listens may not: a pooler in transaction mode accepts LISTEN and delivers nothing. So after
 * every connect a notification is sent to ourselves, over the pool: only when it comes back is the connection trusted,
 * for notifications and for a session-level lock alike. Meanwhile, and as long as it does not, workers poll. (A lock may
 * be trusted sooner, where the client knows that the connection leads to the very process of the server it began with.)
 */
export class Notifier {
  readonly #options: NotifierOptions;
  #subscription: Subscription | undefined;
  #probe: Probe | undefined;
  #foreign: 'none' | 'heeded' | 'more' = 'none';
  #cancelForeign: () => void = () => {};
  #failures = 0;
  #isListening = false;
  #stopTelling = (): void => {};

  constructor(options: NotifierOptions) {
    this.#options = options;
  }

  /** Whether notifications were seen to arrive: then polling is a safeguard only. */
  get isListening(): boolean {
    return this.#isListening;
  }

  /** Never throws: a driver that refuses to listen (it is closed, say) leaves the workers to their polling. */
  start(): void {
    this.#stopTelling();
    this.#stopTelling = this.#options.services.outcomes.leaveToNotifier();
    try {
      this.#subscription ??= this.#listen();
    } catch (error) {
      this.#fail(error);
    }
  }

  #listen(): Subscription {
    const { services, keeper, notice } = this.#options;
    const { driver, tables } = services;
    return driver.listen(notificationChannel(tables.schemaName), {
      onNotification: (payload) => {
        if (payload === this.#probe?.payload) this.#trust();
        else if (!payload.startsWith(PROBE_PREFIX)) this.#hear(payload);
      },
      onConnected: (session, isDirect = false) => {
        notice('somewhere');
        // Where it is direct, what the session holds stands for this process already, whatever comes of notifications.
        if (isDirect || session === null) keeper.useSession(session);
        else keeper.expectSession(LOCK_PROOF_MS);
        this.#startProbe(session);
      },
      onDisconnected: (error) => this.#fail(error),
    });
  }

  #hear(payload: string): void {
    const { services, notice, onCancelled } = this.#options;
    const announcement = decodeAnnouncement(payload);
    if (announcement === null) this.#hearForeign();
    else if (announcement.senderId === services.enqueuer.senderId)
      return; // its workers know already
    else if (announcement.isAnywhere === true) notice('anywhere');
    else if (announcement.cancelled !== undefined) onCancelled(announcement.cancelled);
    else if (announcement.over !== undefined) services.outcomes.noteOver(announcement.over);
    else if (announcement.announced === null) notice('somewhere');
    else notice({ announced: [announcement.announced] });
  }

  /** Nothing that BearMQ sends: the first is heeded at once, then one in a while, so that a flood of them costs little. */
  #hearForeign(): void {
    if (this.#foreign !== 'none') {
      this.#foreign = 'more';
      return;
    }
    this.#foreign = 'heeded';
    this.#options.notice('somewhere');
    this.#cancelForeign = systemClock.after(FOREIGN_INTERVAL_MS, () => {
      const isMore = this.#foreign === 'more';
      this.#foreign = 'none';
      if (isMore) this.#hearForeign();
    });
  }

  #fail(error: unknown): void {
    this.#endProbe();
    this.#failures += 1;
    this.#noteHealth('polling', null);
    this.#options.services.reportError('notifier', error, this.#failures);
  }

  async stop(): Promise<void> {
    this.#endProbe();
    this.#cancelForeign();
    this.#stopTelling();
    await this.#subscription?.close();
  }

  #startProbe(session: SqlSession | null): void {
    this.#endProbe();
    const probe: Probe = { payload: PROBE_PREFIX + uuidv4(), session, unanswered: 0, cancel: () => {} };
    this.#probe = probe;
    void this.#send(probe, 0);
  }

  /**
   * That it is not answered means something only after it was sent: a pool whose connections are all in use, or a server
   * that refuses for a moment, says nothing about the connection that listens.
   */
  async #send(probe: Probe, failures: number): Promise<void> {
    const { driver, tables, reportError } = this.#options.services;
    const channel = notificationChannel(tables.schemaName);
    let isSent = true;
    try {
      await notify(driver, tables, { channel, payload: probe.payload });
    } catch (error) {
      isSent = false;
      if (this.#probe === probe) reportError('notifier', error, failures + 1);
    }
    if (this.#probe !== probe) return; // it has come back already, or its connection is gone
    if (isSent) this.#awaitAnswer(probe);
    else probe.cancel = systemClock.after(PROBE_RETRY_MS, () => void this.#send(probe, failures + 1));
  }

  /** A wait in which the event loop was blocked says nothing: nobody read what came, nor wrote what was to be sent. */
  #awaitAnswer(probe: Probe): void {
    const lateAt = systemClock.now() + PROBE_TIMEOUT_MS + BLOCKED_MS;
    probe.cancel = afterReading(systemClock, PROBE_TIMEOUT_MS, () => {
      if (systemClock.now() > lateAt) this.#awaitAnswer(probe);
      else this.#noteUnanswered(probe);
    });
  }

  /** Not for good: a server, or an event loop, may have been busy. So it is tried again, and may still come late. */
  #noteUnanswered(probe: Probe): void {
    probe.unanswered += 1;
    if (probe.unanswered === 1) {
      this.#noteHealth('polling', null);
      this.#options.services.warn(POLL_ONLY_WARNING);
    }
    const pauseMs = Math.min(UNANSWERED_PAUSE_MS * 2 ** (probe.unanswered - 1), LONGEST_UNANSWERED_PAUSE_MS);
    probe.cancel = systemClock.after(pauseMs, () => void this.#send(probe, 0));
  }

  #trust(): void {
    const session = this.#probe?.session ?? null;
    this.#endProbe();
    this.#failures = 0;
    this.#noteHealth('listening', session);
  }

  #noteHealth(health: 'listening' | 'polling', session: SqlSession | null): void {
    this.#isListening = health === 'listening';
    this.#options.keeper.useSession(session);
    this.#options.notice('somewhere');
  }

  #endProbe(): void {
    this.#probe?.cancel();
    this.#probe = undefined;
  }
}

const POLL_ONLY_WARNING =
  'notifications do not arrive on this connection (a pooler in transaction mode, perhaps): idle workers poll instead, ' +
  'and a process whose event loop is blocked for longer than its lease is taken for dead. Give workers a direct ' +
  "connection, or say wakeUp: 'poll' to accept this";
