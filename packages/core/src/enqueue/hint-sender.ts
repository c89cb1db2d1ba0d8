import { v4 as uuidv4 } from 'uuid';
import { type Driver, notificationChannel, type SqlSession, type Tables } from '../driver/index.ts';
import { systemClock } from '../runtime/clock.ts';
import { notify } from '../statements/notify.ts';

/** The least time between two notifications of one process, in milliseconds. */
const MIN_INTERVAL_MS = 5;

/**
 * Tells other processes that there is work: a hint, never a fact.
 *
 * Every NOTIFY takes a lock of the whole server at commit, so they are sent sparingly: the first after a quiet moment at
 * once, then at most one every few milliseconds, with a trailing one so that the last job is never left to polling; in a
 * statement of their own that no enqueue waits for. One for each enqueue costs two thirds of the rate of 50 in flight.
 * As a part of the first enqueue after a quiet moment one would save a single job some 0.2 of 2.6 ms, and hold that lock,
 * of all programs that notify on the server, for as long as the disk takes. A procedure that inserts, commits and then
 * notifies would save as much without that (it takes 0.04 ms longer than the insert, a notification of its own 0.3), but
 * a timeout or a cancel during its commit would then be told as the failure of a job that is there.
 */
export class HintSender {
  readonly #driver: Driver;
  readonly #tables: Tables;
  readonly #channel: string;
  readonly #onFailed: (error: unknown) => void;
  /** Goes with each notification: the process that sent it has told its own workers already. */
  readonly senderId: string = uuidv4();
  #state: 'quiet' | 'sent' | 'due' = 'quiet';

  constructor(driver: Driver, tables: Tables, onFailed: (error: unknown) => void) {
    this.#driver = driver;
    this.#tables = tables;
    this.#channel = notificationChannel(tables.schemaName);
    this.#onFailed = onFailed;
  }

  send(): void {
    if (this.#state !== 'quiet') {
      this.#state = 'due';
      return;
    }
    this.#state = 'sent';
    notify(this.#driver, this.#tables, { channel: this.#channel, payload: this.senderId }).catch(this.#onFailed);
    systemClock.after(MIN_INTERVAL_MS, () => {
      const isDue = this.#state === 'due';
      this.#state = 'quiet';
      if (isDue) this.send();
    });
  }

  /**
   * As a statement of the caller's transaction: it goes out with the commit, or not at all. Anonymous, since this
   * process's own workers have not been told: nobody but the database knows when, or whether, it commits.
   */
  sendIn(tx: SqlSession): Promise<void> {
    return notify(tx, this.#tables, { channel: this.#channel, payload: '' });
  }
}
