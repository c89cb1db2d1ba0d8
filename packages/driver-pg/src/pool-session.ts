import {
  AnswerPatience,
  DatabaseError,
  elapsedMs,
  hasSqlState,
  SQL_STATES,
  type SqlRow,
  type SqlSession,
  type SqlStatement,
  toDatabaseError,
} from '@bearmq/core/driver';
import { afterItsEnd, type Refuse, waitingOn } from './ended-pool.ts';
import type { PgPool } from './pg-types.ts';
import { ofOneStatement, type Prepare, toPgQuery } from './query.ts';
import { stopWatching, watchIfStarved } from './starved-pool.ts';
import { queryWithRealTicks } from './ticks.ts';

/** Pools that lose prepared statements on the way to the server; by pool, since drivers share its connections. */
const losing = new WeakSet<PgPool>();

/** Runs each statement on whichever pooled connection is free, outside any transaction. */
export class PoolSession implements SqlSession {
  readonly #pool: PgPool;
  readonly #prepare: Prepare;
  readonly #patience: AnswerPatience;

  constructor(
    pool: PgPool,
    { prepare, answerTimeoutSecs }: { readonly prepare: Prepare; readonly answerTimeoutSecs: number },
  ) {
    this.#pool = pool;
    this.#prepare = prepare;
    this.#patience = new AnswerPatience(Math.min(answerTimeoutSecs * 1000, ownQueryTimeout(pool)));
  }

  /**
   * With `'auto'` a statement that failed because it was prepared is sent once more, unprepared. Nothing has come of
   * the first: an unknown name or a plan whose result has changed is refused by Bind and a taken name by Parse, and after
   * an error the server skips what follows, Execute included. Should the same code ever come out of a trigger: the
   * statement was a transaction of its own, which the error has undone. A connection that was lost proves nothing of the
   * kind, so after that nothing is sent again.
   */
  run(statement: SqlStatement): Promise<readonly SqlRow[]> {
    return this.#ask(statement, this.#prepare === 'auto' && losing.has(this.#pool) ? 'never' : this.#prepare);
  }

  /**
   * One promise around that of the pool, which is refused where the pool forgets it, and nothing else that is made anew
   * for each statement: this is on the way of all that BearMQ does. The pool's own `query_timeout` gives up what is not
   * answered, since it closes the connection too.
   */
  #ask(statement: SqlStatement, prepare: Prepare): Promise<readonly SqlRow[]> {
    const pool = this.#pool;
    return new Promise((resolve, reject) => {
      const query = toPgQuery(statement, prepare);
      const limitMs = this.#patience.limitMs(statement);
      if (limitMs !== Infinity) query.query_timeout = limitMs;
      const waiting = waitingOn(pool);
      const sentAt = elapsedMs();
      let starved: (() => void) | undefined;
      /** @returns whether this is the first that is heard of it: the pool may still tell of one that was refused. */
      const finish = (): boolean => {
        stopWatching(starved);
        return waiting.delete(refuse);
      };
      const refuse: Refuse = (error) => {
        if (finish()) reject(error);
      };
      const fail = (thrown: unknown): void => {
        if (!finish()) return;
        this.#patience.failed(statement, limitMs, elapsedMs() - sentAt);
        const error = inWords(afterItsEnd(pool, toDatabaseError(thrown)), statement, limitMs);
        if (query.name !== undefined && this.#isOfPreparing(error)) resolve(this.#ask(statement, 'never'));
        else reject(error);
      };
      waiting.add(refuse);
      try {
        queryWithRealTicks(pool, query).then((result) => {
          try {
            const { rows } = ofOneStatement(result);
            if (!finish()) return;
            this.#patience.answered(statement, limitMs, elapsedMs() - sentAt);
            resolve(rows);
          } catch (error) {
            fail(error);
          }
        }, fail);
      } catch (error) {
        fail(error);
      }
      if (waiting.has(refuse)) starved = watchIfStarved(pool);
    });
  }

  /** Whether a statement failed because it was prepared, and may be sent without. Remembers pools that will not have it. */
  #isOfPreparing(error: DatabaseError): boolean {
    if (this.#prepare !== 'auto') return false;
    if (!isLost(error)) return isOutdated(error);
    losing.add(this.#pool);
    return true;
  }
}

/** @returns the error, with the name of the statement where it is about the time that node-postgres gives it. */
function inWords(error: DatabaseError, { name }: SqlStatement, limitMs: number): DatabaseError {
  if (error.message !== READ_TIMEOUT) return error;
  return new DatabaseError(`${name}: no answer within ${limitMs} ms`, error, error.cause);
}

/** What node-postgres says when `query_timeout` is over; its error has no code. */
const READ_TIMEOUT = 'Query read timeout';

/** What the program itself has set for all queries of its pool, in milliseconds. */
function ownQueryTimeout({ options = {} }: PgPool): number {
  const { query_timeout: own } = options as { readonly query_timeout?: unknown };
  return typeof own === 'number' && own > 0 ? own : Infinity;
}

/**
 * Whether node-postgres and the server disagree on what is prepared: a name is unknown (26000: a pooler led to another
 * connection, or somebody ran `discard all`) or known already (42P05), PgBouncer's own support says either in its words
 * (08P01), or node-postgres finds, before it sends anything, that the program has used the name for something else. It
 * would happen again and again, so that pool is done with prepared statements.
 */
function isLost(error: unknown): boolean {
  if (hasSqlState(error, SQL_STATES.invalidSqlStatementName, SQL_STATES.duplicatePreparedStatement)) return true;
  if (!(error instanceof DatabaseError) || !/^prepared statement/i.test(error.message)) return false;
  return error.sqlState === null || error.sqlState === SQL_STATES.protocolViolation;
}

/**
 * "Cached plan must not change result type", after a migration or with another search path. The text is fine, and so
 * are prepared statements: a pool drops the connection on which a query failed, and the next one parses it anew.
 */
function isOutdated(error: unknown): boolean {
  return hasSqlState(error, SQL_STATES.featureNotSupported);
}
