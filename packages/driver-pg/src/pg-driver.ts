import {
  type Driver,
  type NotificationListener,
  type OwnSession,
  type SqlRow,
  type SqlSession,
  type SqlStatement,
  type Subscription,
  Subscriptions,
} from '@bearmq/core/driver';
import { makesClients, openListeningClient } from './listening-client.ts';
import { type PgDriverOptions, resolvePgDriverOptions } from './options.ts';
import type { PgPool } from './pg-types.ts';
import { surviveIdleErrors } from './pool-errors.ts';
import { PoolSession } from './pool-session.ts';
import type { Prepare } from './query.ts';
import { runTransaction } from './transaction.ts';

/**
 * Runs BearMQ on the node-postgres pool that your program already has.
 *
 * ```ts
 * const driver = pgDriver({ pool: new Pool({ connectionString }) });
 * ```
 *
 * The pool is never changed and never ended; while the driver is open, a pool without an 'error' listener no longer
 * ends the process when the server cuts an idle connection. An open subscription keeps the process alive, as any open
 * socket does, but for those of `listenLazily`; a pool that does not say how it makes its clients has none.
 *
 * After `close()` nothing listens any more and `listen` refuses, while `run` and `transaction` still work: the pool is
 * yours, and the last results of a shutdown must get through.
 *
 * @throws InvalidOptionError for an option that is unknown or out of range, or when `pool` is not a pool.
 */
export function pgDriver(options: PgDriverOptions): Driver {
  return new PgDriver(options);
}

class PgDriver implements Driver {
  readonly name = 'pg';
  readonly #pool: PgPool;
  readonly #session: PoolSession;
  readonly #inTransactions: Exclude<Prepare, 'auto'>;
  readonly #subscriptions: Subscriptions;
  readonly #releasePool: () => void;
  readonly listenLazily?: NonNullable<Driver['listenLazily']>;
  #closed: Promise<void> | undefined;

  constructor(options: PgDriverOptions) {
    const { pool, prepare, heartbeatSecs, answerTimeoutSecs } = resolvePgDriverOptions(options);
    this.#pool = pool;
    this.#session = new PoolSession(pool, { prepare, answerTimeoutSecs });
    // Where an error undoes the whole transaction, a prepared statement that was lost could not be sent again.
    this.#inTransactions = prepare === 'auto' ? 'never' : prepare;
    this.#subscriptions = new Subscriptions({
      driverName: 'pgDriver',
      heartbeatSecs,
      open: (request) => openListeningClient(pool, request),
    });
    if (makesClients(pool)) {
      this.listenLazily = (channel, listener) => this.#subscriptions.listenLazily(channel, listener);
    }
    this.#releasePool = surviveIdleErrors(pool);
  }

  run(statement: SqlStatement): Promise<readonly SqlRow[]> {
    return this.#session.run(statement);
  }

  async transaction<T>(work: (tx: SqlSession) => Promise<T>): Promise<T> {
    return await runTransaction(this.#pool, this.#inTransactions, work);
  }

  listen(channel: string, listener: NotificationListener): Subscription {
    return this.#subscriptions.listen(channel, listener);
  }

  openSession(withinMs: number): Promise<OwnSession> {
    return this.#subscriptions.openSession(withinMs);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.#subscriptions.close();
    this.#releasePool();
  }
}
