import {
  type Driver,
  type NotificationListener,
  quoteIdentifier,
  type SqlRow,
  type SqlSession,
  type SqlStatement,
  type Subscription,
} from '@bearmq/core/driver';
import { afterClosing } from './lost-connection.ts';
import { type PostgresJsDriverOptions, resolvePostgresJsDriverOptions } from './options.ts';
import type { PostgresJsClient } from './postgres-js-types.ts';
import { fetchRows, type Prepare } from './query.ts';
import { subscribe } from './subscription.ts';
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
 * @throws TypeError when an option is out of its range, or `sql` is not a client.
 */
export function postgresJsDriver(options: PostgresJsDriverOptions): Driver {
  return new PostgresJsDriver(options);
}

class PostgresJsDriver implements Driver {
  readonly name = 'postgres.js';
  readonly #sql: PostgresJsClient;
  readonly #prepare: Prepare;
  readonly #heartbeatSecs: number;
  readonly #subscriptions = new Set<Subscription>();
  #closed: Promise<void> | undefined;

  constructor(options: PostgresJsDriverOptions) {
    const { sql, prepare, heartbeatSecs } = resolvePostgresJsDriverOptions(options);
    this.#sql = sql;
    this.#prepare = prepare;
    this.#heartbeatSecs = heartbeatSecs;
  }

  async run(statement: SqlStatement): Promise<readonly SqlRow[]> {
    try {
      return await fetchRows(this.#sql, statement, this.#prepare);
    } catch (error) {
      throw await afterClosing(error);
    }
  }

  async transaction<T>(work: (tx: SqlSession) => Promise<T>): Promise<T> {
    return await runTransaction(this.#sql, this.#prepare, work);
  }

  listen(channel: string, listener: NotificationListener): Subscription {
    if (this.#closed !== undefined) throw new Error('this postgresJsDriver is closed: it does not listen any more');
    quoteIdentifier(channel, 'notification channel'); // PostgreSQL would cut a long name, and then wait in vain
    const subscription = subscribe({ sql: this.#sql, channel, heartbeatSecs: this.#heartbeatSecs, listener });
    this.#subscriptions.add(subscription);
    return {
      close: async () => {
        await subscription.close();
        this.#subscriptions.delete(subscription);
      },
    };
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.close()));
    this.#subscriptions.clear();
  }
}
