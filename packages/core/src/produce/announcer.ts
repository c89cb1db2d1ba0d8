import { v4 as uuidv4 } from 'uuid';
import { type Driver, hasSqlState, SQL_STATES, type SqlSession } from '../driver/index.ts';
import { encodeAnnouncement } from '../model/announcement.ts';
import type { NewJob } from '../model/job.ts';
import { systemClock } from '../runtime/clock.ts';
import { notificationChannel, type Tables } from '../schema/index.ts';
import { enqueueFirst } from '../statements/enqueue-first.ts';
import { notify, notifyUnlessFull } from '../statements/notify.ts';

/** The least time between two notifications of one process, in milliseconds. */
const MIN_INTERVAL_MS = 5;

/** For how long none is sent once the server's queue of notifications was full, in milliseconds. */
const FULL_PAUSE_MS = 1_000;

/**
 * Tells other processes that there is work: a hint, never a fact.
 *
 * Every NOTIFY takes a lock of the whole server at commit, so they are sent sparingly: the first after a quiet moment at
 * once, then at most one every few milliseconds, with a trailing one so that the last job is never left to polling; in a
 * statement of their own that no enqueue waits for. One for each enqueue costs two thirds of the rate of 50 in flight.
 *
 * A single job after a quiet moment is what somebody idle waits for, so its notification goes with it, by a procedure
 * (`enqueue_first_v1` tells how that holds the lock for no longer), and says which job it is. (Were the schema spread
 * over several servers, its tables on one and its listeners on another, that would have to become two statements again.)
 */
export class Announcer {
  readonly #driver: Driver;
  readonly #tables: Tables;
  readonly #channel: string;
  readonly #onFailed: (error: unknown) => void;
  readonly #onFull: (error?: unknown) => void;
  /** Goes with each notification: the process that sent it has told its own workers already. */
  readonly senderId: string = uuidv4();
  #state: 'quiet' | 'sent' | 'due' = 'quiet';
  /** Until when others wait, by this process's clock. */
  #until = -Infinity;
  #cancelInterval = (): void => {};
  /** Whether statements sent here are transactions by themselves, in which a procedure may commit. */
  #mayCommit = true;

  constructor(
    driver: Driver,
    tables: Tables,
    { onFailed, onFull }: { readonly onFailed: (error: unknown) => void; readonly onFull: (error?: unknown) => void },
  ) {
    this.#driver = driver;
    this.#tables = tables;
    this.#channel = notificationChannel(tables.schemaName);
    this.#onFailed = onFailed;
    this.#onFull = onFull;
  }

  /** Whether a job that comes now is the first after a quiet moment: then there is {@link enqueueFirst}. */
  get isQuiet(): boolean {
    return this.#mayCommit && this.#state !== 'due' && !this.#isWithinInterval();
  }

  /**
   * Inserts the job and tells of it in one call, and resolves to `'inserted'`. Where the program's pool wraps each
   * statement in a transaction that is refused, with all that the call did, and not tried again: `'nothing'`. Where the server's queue of notifications is full the job may have been
   * inserted, by a role that has it durable first, or not.
   */
  async enqueueFirst(job: NewJob): Promise<'inserted' | 'nothing' | 'perhaps'> {
    this.#begin();
    const announced = job.jobGroup === null ? job : null;
    const payload = encodeAnnouncement({ senderId: this.senderId, announced });
    try {
      await enqueueFirst(this.#driver, this.#tables, { job, notification: { channel: this.#channel, payload } });
      return 'inserted';
    } catch (error) {
      if (isFull(error)) {
        this.#rest(error);
        return 'perhaps';
      }
      // The procedure commits, and was called within a transaction.
      if (!hasSqlState(error, SQL_STATES.invalidTransactionTermination)) throw error;
      this.#mayCommit = false;
      return 'nothing';
    }
  }

  send(): void {
    if (this.#isWithinInterval()) {
      this.#state = 'due';
      return;
    }
    this.#begin();
    notify(this.#driver, this.#tables, { channel: this.#channel, payload: this.senderId }).catch((error: unknown) => {
      if (isFull(error)) this.#rest(error);
      else this.#onFailed(error);
    });
  }

  /** By the clock, and not only by its timer: one that was lost, as a fake of a test's is, must not end all announcements. */
  #isWithinInterval(): boolean {
    return this.#state !== 'quiet' && systemClock.now() < this.#until;
  }

  /** From now on until the interval is over others wait. */
  #begin(ms: number = MIN_INTERVAL_MS): void {
    this.#state = 'sent';
    this.#until = systemClock.now() + ms;
    this.#cancelInterval();
    this.#cancelInterval = systemClock.after(ms, () => {
      const isDue = this.#state === 'due';
      this.#state = 'quiet';
      if (isDue) this.send();
    });
  }

  #rest(error: unknown): void {
    this.#begin(FULL_PAUSE_MS);
    this.#onFull(error);
  }

  /**
   * As a statement of the caller's transaction: it goes out with the commit, or not at all. Anonymous, since this
   * process's own workers have not been told: nobody but the database knows when, or whether, it commits.
   */
  async sendIn(tx: SqlSession): Promise<void> {
    const isSent = await notifyUnlessFull(tx, this.#tables, { channel: this.#channel, payload: '' });
    if (!isSent) this.#onFull();
  }
}

/** Whether the server's queue of notifications had no room for one. */
function isFull(error: unknown): boolean {
  return hasSqlState(error, SQL_STATES.programLimitExceeded);
}
