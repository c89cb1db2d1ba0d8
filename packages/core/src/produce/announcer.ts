import { v4 as uuidv4 } from 'uuid';
import { type Driver, hasSqlState, SQL_STATES, type SqlSession } from '../driver/index.ts';
import { afterTick } from '../real-timers.ts';
import { systemClock } from '../runtime/clock.ts';
import { notificationChannel, type Tables } from '../schema/index.ts';
import { notify, notifyUnlessFull } from '../statements/notify.ts';

/** The least time between two notifications of one process, in milliseconds. */
const MIN_INTERVAL_MS = 5;

/**
 * How late the timer of that may be, in milliseconds, before it is taken for lost. Until then it is waited for: it comes while
 * the next insert is on its way, and not right before it, where it would take that insert's connection.
 */
const MAX_LATE_MS = 100;

/** For how long none is sent once the server's queue of notifications was full, in milliseconds. */
const FULL_PAUSE_MS = 1_000;

/**
 * Announces to other processes that there is work: a hint, never a fact.
 *
 * Every NOTIFY takes a lock of the whole server at commit, so they are sent sparingly: the first after a quiet spell at
 * once, then at most one every few milliseconds, with a trailing one so that the last job is never left to polling; in a
 * statement of their own that no enqueue waits for. The first job goes with its insert instead (`FirstJobPath`). See
 * apps/docs/internals/announce.md
 */
export class Announcer {
  readonly #driver: Driver;
  readonly #tables: Tables;
  /** Of the server, on which all processes of the schema listen. */
  readonly channel: string;
  readonly #onFailed: (error: unknown) => void;
  readonly #onFull: (error?: unknown) => void;
  /** Goes with each notification: the process that sent it has told its own workers already. */
  readonly senderId: string = uuidv4();
  #state: 'quiet' | 'sent' | 'due' = 'quiet';
  /** Until when others wait for the timer at most, by this process's clock. */
  #until = -Infinity;
  #cancelInterval = (): void => {};

  constructor(
    driver: Driver,
    tables: Tables,
    { onFailed, onFull }: { readonly onFailed: (error: unknown) => void; readonly onFull: (error?: unknown) => void },
  ) {
    this.#driver = driver;
    this.#tables = tables;
    this.channel = notificationChannel(tables.schemaName);
    this.#onFailed = onFailed;
    this.#onFull = onFull;
  }

  /** Whether nothing was sent lately. */
  get isQuiet(): boolean {
    return this.#state !== 'due' && !this.#isWithinInterval();
  }

  /** Takes a quiet moment for a caller who sends by other means: others wait. */
  takeTurn(): void {
    this.#begin();
  }

  /** The server's queue of notifications has no room: none is sent for a while. */
  rest(error: unknown): void {
    const isDue = this.#state === 'due';
    this.#begin(FULL_PAUSE_MS);
    if (isDue) this.#state = 'due';
    this.#onFull(error);
  }

  /**
   * Announces at the next opportunity that there is work, whatever it is. Where that is now, resolves once it has its
   * connection: a program that ends its pool next, as a script or a function does, would take that away from it in silence.
   */
  send(): Promise<void> | undefined {
    if (this.#isWithinInterval()) {
      this.#state = 'due';
      return undefined;
    }
    this.#begin();
    return this.sendNow(this.senderId);
  }

  /** Sends what is said of single jobs, now: it is rare, and somebody waits for what comes of it. As {@link send}. */
  sendNow(payload: string): Promise<void> {
    notify(this.#driver, this.#tables, { channel: this.channel, payload }).catch((error: unknown) => {
      if (isQueueFull(error)) this.rest(error);
      else this.#onFailed(error);
    });
    return new Promise(afterTick);
  }

  /** By the clock, and not only by its timer: one that was lost, as a fake of a test's is, must not end all announcements. */
  #isWithinInterval(): boolean {
    return this.#state !== 'quiet' && systemClock.now() < this.#until;
  }

  /** From now on until the interval is over others wait. */
  #begin(ms: number = MIN_INTERVAL_MS): void {
    this.#state = 'sent';
    this.#until = systemClock.now() + ms + MAX_LATE_MS;
    this.#cancelInterval();
    this.#cancelInterval = systemClock.after(ms, () => {
      const isDue = this.#state === 'due';
      this.#state = 'quiet';
      if (isDue) void this.send();
    });
  }

  /**
   * As a statement of the caller's transaction: it goes out with the commit, or not at all. Anonymous, since this
   * process's own workers have not been told: nobody but the database knows when, or whether, it commits.
   */
  async sendIn(tx: SqlSession): Promise<void> {
    const isSent = await notifyUnlessFull(tx, this.#tables, { channel: this.channel, payload: '' });
    if (!isSent) this.#onFull();
  }
}

/** Whether it was refused since the server's queue of notifications has no room. */
export function isQueueFull(error: unknown): boolean {
  return hasSqlState(error, SQL_STATES.programLimitExceeded);
}
