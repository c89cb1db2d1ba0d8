import {
  AnswerPatience,
  DatabaseError,
  hasSqlState,
  SQL_STATES,
  type SqlRow,
  type SqlSession,
  type SqlStatement,
} from '@bearmq/core/driver';
import { unlessEnded } from './ended-pool.ts';
import type { PgPool, PgQuery } from './pg-types.ts';
import { fetchRows, type Prepare, toPgQuery } from './query.ts';
import { warnIfStarved } from './starved-pool.ts';

/** Pools that lose prepared statements on the way to the server; by pool, since drivers share its connections. */
const losing = new WeakSet<PgPool>();

/** Statements by themselves, each on any connection of the pool. */
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
  async run(statement: SqlStatement): Promise<readonly SqlRow[]> {
    const isGuarded = this.#prepare === 'auto';
    const query = toPgQuery(statement, isGuarded && losing.has(this.#pool) ? 'never' : this.#prepare);
    if (!isGuarded || query.name === undefined) return await this.#fetch(statement, query);
    try {
      return await this.#fetch(statement, query);
    } catch (error) {
      if (isLost(error)) losing.add(this.#pool);
      else if (!isOutdated(error)) throw error;
      return await this.#fetch(statement, toPgQuery(statement, 'never'));
    }
  }

  async #fetch(statement: SqlStatement, query: PgQuery): Promise<readonly SqlRow[]> {
    return await this.#patience.keep(statement, async (ms) => {
      try {
        const timed = ms === Infinity ? query : { ...query, query_timeout: ms };
        return await warnIfStarved(
          this.#pool,
          unlessEnded(this.#pool, () => fetchRows(this.#pool, timed)),
        );
      } catch (error) {
        if (!(error instanceof DatabaseError) || error.message !== READ_TIMEOUT) throw error;
        throw new DatabaseError(`${statement.name}: no answer within ${ms} ms`, error, error.cause);
      }
    });
  }
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
