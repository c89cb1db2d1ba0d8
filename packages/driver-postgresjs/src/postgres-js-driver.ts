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
import { afterClosing } from './lost-connection.ts';
import { openConnection } from './one-connection.ts';
import { type PostgresJsDriverOptions, resolvePostgresJsDriverOptions } from './options.ts';
import type { PostgresJsClient } from './postgres-js-types.ts';
import { fetchRows, type Prepare } from './query.ts';
import { runTransaction } from './transaction.ts';

/**
 * Runs BearMQ on the postgres.js client that your program already has.
 *
 * ```ts
 * const driver = postgresJsDriver({ sql: postgres(connectionString) });
 * ```
 *
 * The client is never changed and never ended. Nothing connects before the first statement, and nothing runs between
 * statements; an open subscription keeps the process alive, as any open socket does.
 *
 * As with `sql.begin`, a transaction in which a statement failed is rolled back even when its error was caught, or
 * undone to a savepoint.
 *
 * After `close()` nothing listens any more and `listen` refuses, while `run` and `transaction` still work: the client is
 * yours, and the last results of a shutdown must get through.
 *
 * @throws InvalidOptionError for an option that is unknown or out of range, or when `sql` is not a client.
 */
export function postgresJsDriver(options: PostgresJsDriverOptions): Driver {
  return new PostgresJsDriver(options);
}

class PostgresJsDriver implements Driver {
  readonly name = 'postgres.js';
  readonly #sql: PostgresJsClient;
  readonly #prepare: Prepare;
  readonly #answerMs: number;
  readonly #subscriptions: Subscriptions;

  constructor(options: PostgresJsDriverOptions) {
    const { sql, prepare, heartbeatSecs, answerTimeoutSecs } = resolvePostgresJsDriverOptions(options);
    this.#sql = sql;
    this.#prepare = prepare;
    this.#answerMs = answerTimeoutSecs * 1000;
    this.#subscriptions = new Subscriptions({
      driverName: 'postgresJsDriver',
      heartbeatSecs,
      open: (request) => openConnection(sql, request),
    });
  }

  async run(statement: SqlStatement): Promise<readonly SqlRow[]> {
    try {
      return await fetchRows(this.#sql, statement, this.#prepare, this.#answerMs);
    } catch (error) {
      throw await afterClosing(error);
    }
  }

  async transaction<T>(work: (tx: SqlSession) => Promise<T>): Promise<T> {
    return await runTransaction(this.#sql, this.#prepare, work);
  }

  listen(channel: string, listener: NotificationListener): Subscription {
    return this.#subscriptions.listen(channel, listener);
  }

  openSession(withinMs: number): Promise<OwnSession> {
    return this.#subscriptions.openSession(withinMs);
  }

  close(): Promise<void> {
    return this.#subscriptions.close();
  }
}
