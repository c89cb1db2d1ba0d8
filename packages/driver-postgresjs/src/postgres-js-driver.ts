import {
  AnswerPatience,
  DatabaseError,
  type Driver,
  elapsedMs,
  hasSqlState,
  type NotificationListener,
  type OwnSession,
  SQL_STATES,
  type SqlRow,
  type SqlSession,
  type SqlStatement,
  type Subscription,
  Subscriptions,
  toDatabaseError,
} from '@bearmq/core/driver';
import { refuseLate, stopWaiting } from './in-time.ts';
import { afterClosing, isEndOfConnection, Recovery } from './lost-connection.ts';
import { openConnection } from './one-connection.ts';
import { type PostgresJsDriverOptions, resolvePostgresJsDriverOptions } from './options.ts';
import type { PostgresJsClient } from './postgres-js-types.ts';
import { afterItsEnd, isAnswered, ofNoAnswer, type Prepare, readRows, sendQuery } from './query.ts';
import { runTransaction } from './transaction.ts';

/**
 * Runs BearMQ on the postgres.js client that your program already has.
 *
 * ```ts
 * const driver = postgresJsDriver({ sql: postgres(connectionString) });
 * ```
 *
 * The client is never ended, and never changed but for its count of failures to connect, which is set back. Nothing
 * connects before the first statement, and nothing runs between
 * statements; an open subscription keeps the process alive, as any open socket does, but for those of
 * `listenLazily`.
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

/** How long a statement waits to be sent, after a loss: somebody else's connection may be made sooner. */
const RECONNECT_MS = 3_000;

class PostgresJsDriver implements Driver {
  readonly name = 'postgres.js';
  readonly #sql: PostgresJsClient;
  readonly #prepare: Prepare;
  readonly #answerMs: number;
  readonly #patience: AnswerPatience;
  readonly #recovery: Recovery;
  readonly #subscriptions: Subscriptions;

  constructor(options: PostgresJsDriverOptions) {
    const { sql, prepare, heartbeatSecs, answerTimeoutSecs } = resolvePostgresJsDriverOptions(options);
    this.#sql = sql;
    this.#prepare = prepare;
    this.#answerMs = answerTimeoutSecs * 1000;
    this.#patience = new AnswerPatience(this.#answerMs);
    this.#recovery = new Recovery(sql);
    this.#subscriptions = new Subscriptions({
      driverName: 'postgresJsDriver',
      heartbeatSecs,
      open: (request) => {
        const onLost = (error: unknown): void => {
          this.#recovery.noteLoss();
          request.onLost(error);
        };
        return openConnection(sql, { ...request, onLost });
      },
    });
  }

  /**
   * One promise around that of the client, which is refused when its time is over, and one timer for all of them: this is
   * on the way of all that BearMQ does.
   */
  run(statement: SqlStatement): Promise<readonly SqlRow[]> {
    return new Promise((resolve, reject) => {
      const answerMs = this.#patience.limitMs(statement);
      const connectMs = this.#recovery.isUnderWay ? RECONNECT_MS : Infinity;
      const sentAt = elapsedMs();
      let isOver = false;
      let late: (() => void) | undefined;
      const fail = (thrown: unknown): void => {
        if (isOver) return; // what becomes of a query that was given up
        isOver = true;
        stopWaiting(late);
        this.#patience.failed(statement, answerMs, elapsedMs() - sentAt);
        const error = afterItsEnd(toDatabaseError(thrown));
        if (isEndOfConnection(error)) this.#recovery.noteLoss();
        void afterClosing(inWhoseTransaction(error)).then(reject);
      };
      const query = sendQuery(this.#sql, statement, this.#prepare);
      if (answerMs !== Infinity) {
        late = refuseLate(query, statement.name, { answerMs, connectMs, allMs: this.#answerMs }, fail);
      }
      query.then((result) => {
        if (isOver) return;
        if (!isAnswered(result)) {
          fail(ofNoAnswer());
          return;
        }
        isOver = true;
        stopWaiting(late);
        this.#patience.answered(statement, answerMs, elapsedMs() - sentAt);
        try {
          resolve(readRows(result));
        } catch (error) {
          reject(error);
        }
      }, fail);
    });
  }

  async transaction<T>(work: (tx: SqlSession) => Promise<T>): Promise<T> {
    return await runTransaction(this.#sql, this.#prepare, work);
  }

  listen(channel: string, listener: NotificationListener): Subscription {
    return this.#subscriptions.listen(channel, listener);
  }

  listenLazily(channel: string, listener: NotificationListener): Subscription {
    return this.#subscriptions.listenLazily(channel, listener);
  }

  openSession(withinMs: number): Promise<OwnSession> {
    return this.#subscriptions.openSession(withinMs);
  }

  close(): Promise<void> {
    return this.#subscriptions.close();
  }
}

/**
 * A statement by itself that learns that it is within a transaction (25P02: one that has failed; 2D000: a procedure
 * that commits) has met one that somebody left open on a connection of the client. No other way may be tried then: on
 * that connection it would be answered as if it were stored.
 */
function inWhoseTransaction(error: unknown): unknown {
  const { inFailedSqlTransaction, invalidTransactionTermination } = SQL_STATES;
  if (!hasSqlState(error, inFailedSqlTransaction, invalidTransactionTermination)) return error;
  return new DatabaseError(
    `${error.message}; somebody left a transaction open on this connection of the client, and what is sent there is ` +
      'not stored: begin transactions by sql.begin only, and make the client without max_pipeline',
    { sqlState: SQL_STATES.activeSqlTransaction, constraint: null },
    error.cause,
  );
}
