import { type Driver, hasSqlState, SQL_STATES } from '../driver/index.ts';
import { encodeAnnouncement } from '../model/announcement.ts';
import type { NewJob } from '../model/job.ts';
import type { Tables } from '../schema/index.ts';
import { enqueueFirst } from '../statements/enqueue-first.ts';
import { type Announcer, isQueueFull } from './announcer.ts';

/**
 * The way of the first job after a quiet moment, which somebody idle waits for: its announcement goes with its insert, by
 * a procedure (`enqueue_first_v1` says how that holds the server's lock for no longer), and says which job it is. (Were
 * the schema spread over several servers, its tables on one and its listeners on another, that would have to become two
 * statements again.)
 */
export class FirstJobPath {
  readonly #driver: Driver;
  readonly #tables: Tables;
  readonly #announcer: Announcer;
  /** Whether statements sent here are transactions by themselves, in which a procedure may commit. */
  #mayCommit = true;

  constructor(driver: Driver, tables: Tables, announcer: Announcer) {
    this.#driver = driver;
    this.#tables = tables;
    this.#announcer = announcer;
  }

  /** Whether a job that comes now is the first after a quiet moment: then there is {@link enqueue}. */
  get isNext(): boolean {
    return this.#mayCommit && this.#announcer.isQuiet;
  }

  /**
   * Inserts the job and announces it in one call. Where the program's pool wraps each statement in a transaction that is
   * refused, with all that the call did, and not tried again: then it resolves to `'nothing'`. Where the server's queue of notifications is full the job may have been
   * inserted, by a role that has it durable first, or not: then `'perhaps'`.
   */
  async enqueue(job: NewJob): Promise<'inserted' | 'nothing' | 'perhaps'> {
    this.#announcer.takeTurn();
    const { channel, senderId } = this.#announcer;
    const announced = job.jobGroup === null ? job : null;
    const payload = encodeAnnouncement({ senderId, announced });
    try {
      await enqueueFirst(this.#driver, this.#tables, { job, notification: { channel, payload } });
      return 'inserted';
    } catch (error) {
      if (isQueueFull(error)) {
        this.#announcer.rest(error);
        return 'perhaps';
      }
      // The procedure commits, and was called within a transaction.
      if (!hasSqlState(error, SQL_STATES.invalidTransactionTermination)) throw error;
      this.#mayCommit = false;
      return 'nothing';
    }
  }
}
