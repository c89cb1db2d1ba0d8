import {
  checkOptions,
  DatabaseError,
  type Driver,
  hasMethods,
  type NotificationListener,
  ofClosedClient,
  SQL_STATES,
  type SqlRow,
  type SqlSession,
  type SqlStatement,
  type Subscription,
  Subscriptions,
  toDatabaseError,
} from '@bearmq/core/driver';
import { refuseInside, workInside } from './open-transactions.ts';
import type { PgliteDatabase } from './pglite-types.ts';
import { fetchRows } from './query.ts';
import { shareConnection } from './shared-connection.ts';
import { HAS_ENDED, mustBeHealthy, transactionSession } from './transaction-session.ts';

/** How `pgliteDriver` is set up. */
export interface PgliteDriverOptions {
  /** The database that your program already has. It is used as it is, and never closed. */
  readonly db: PgliteDatabase;
}

/**
 * Runs BearMQ on PGlite, a PostgreSQL inside of your own process: for a try-out, for the tests of your code, for the
 * browser.
 *
 * ```ts
 * const driver = pgliteDriver({ db: await PGlite.create('./data') });
 * ```
 *
 * It is a real PostgreSQL with **one connection**, so some things differ from a server's:
 *
 * - Statements run one at a time, and those outside of a transaction wait until it has ended. A statement of the driver
 *   that is waited for within the work of its own transaction would wait for ever; it rejects instead, except in a
 *   browser, where this cannot be told.
 * - Only the process that opened the data folder sees its jobs. Nothing keeps a second process from opening the same
 *   folder, and that ruins it.
 * - `statement_timeout` does not cut a statement off, and a statement blocks the event loop while it runs.
 * - There is no connection of a subscription's own, so the listener of `listen` is given no session.
 *
 * The database is never closed. After `close()` nothing listens any more and `listen` refuses, while `run` and
 * `transaction` still work: the last results of a shutdown must get through.
 *
 * @throws InvalidOptionError when `db` is not a PGlite database, and for any other option.
 */
export function pgliteDriver(options: PgliteDriverOptions): Driver {
  return new PgliteDriver(options);
}

class PgliteDriver implements Driver {
  readonly name = 'pglite';
  readonly #db: PgliteDatabase;
  readonly #subscriptions: Subscriptions;

  constructor(options: PgliteDriverOptions) {
    const { db } = checkOptions('pgliteDriver', options, checks, ['db']);
    this.#db = db;
    this.#subscriptions = new Subscriptions({
      driverName: 'pgliteDriver',
      heartbeatSecs: null,
      open: (request) => shareConnection(db, request),
    });
  }

  async run(statement: SqlStatement): Promise<readonly SqlRow[]> {
    refuseInside(this.#db);
    return await fetchRows(this.#db, statement).catch((error: unknown) => {
      throw this.#afterItsEnd(error);
    });
  }

  async transaction<T>(work: (tx: SqlSession) => Promise<T>): Promise<T> {
    refuseInside(this.#db);
    let failure: { readonly reason: unknown } | undefined;
    try {
      return await this.#db.transaction(async (tx) => {
        const session = transactionSession(tx);
        const end = async (): Promise<void> => {
          session.end(HAS_ENDED, SQL_STATES.noActiveSqlTransaction);
          await session.settled();
        };
        let result: T;
        try {
          result = await workInside(this.#db, () => work(session));
        } catch (reason) {
          failure = { reason };
          await end();
          throw reason;
        }
        await end();
        await mustBeHealthy(tx, session);
        return result;
      });
    } catch (error) {
      // The work's own error is what the caller wants, whatever came after it.
      if (failure !== undefined) throw failure.reason;
      throw this.#afterItsEnd(toDatabaseError(error));
    }
  }

  /** Whatever goes wrong once the program has closed the database is not worth another try. */
  #afterItsEnd(error: unknown): unknown {
    if (!(error instanceof DatabaseError) || !error.isRetryable) return error;
    return this.#db.closed === true || /^PGlite is clos(ed|ing)$/.test(error.message) ? ofClosedClient(error) : error;
  }

  listen(channel: string, listener: NotificationListener): Subscription {
    return this.#subscriptions.listen(channel, listener);
  }

  /** There is no connection that could keep the program alive. */
  listenLazily(channel: string, listener: NotificationListener): Subscription {
    return this.#subscriptions.listenLazily(channel, listener);
  }

  close(): Promise<void> {
    return this.#subscriptions.close();
  }
}

const checks = {
  db: hasMethods(
    ['query', 'transaction', 'onNotification'],
    'must be a PGlite database: pgliteDriver({ db: await PGlite.create() })',
  ),
};
