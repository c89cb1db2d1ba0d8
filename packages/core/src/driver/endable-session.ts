import { DatabaseError, hasSqlState } from './database-error.ts';
import type { SqlRow, SqlSession, SqlStatement } from './driver.ts';
import { SQL_STATES } from './sql-states.ts';

/**
 * Statements on one connection or in one transaction, until it is ended. For drivers, whose transactions must say no
 * once they are over: on the same connection somebody else's may have begun.
 *
 * ```ts
 * const tx = new EndableSession((statement) => query(client, statement));
 * const result = await work(tx);
 * tx.end('this transaction has ended', SQL_STATES.noActiveSqlTransaction);
 * ```
 */
export class EndableSession implements SqlSession {
  readonly #send: (statement: SqlStatement) => Promise<readonly SqlRow[]>;
  readonly #underWay = new Set<Promise<unknown>>();
  #refusal: DatabaseError | undefined;
  #lastError: DatabaseError | null = null;

  /** @param send sends one statement at once, or in its turn; rejects with a {@link DatabaseError} as `run` does. */
  constructor(send: (statement: SqlStatement) => Promise<readonly SqlRow[]>) {
    this.#send = send;
  }

  async run(statement: SqlStatement): Promise<readonly SqlRow[]> {
    if (this.#refusal !== undefined) throw this.#refusal;
    const answer = this.#send(statement);
    this.#underWay.add(answer);
    try {
      return await answer;
    } catch (error) {
      // "Current transaction is aborted" says only that an earlier statement failed.
      if (error instanceof DatabaseError && !hasSqlState(error, SQL_STATES.inFailedSqlTransaction)) {
        this.#lastError = error;
      }
      throw error;
    } finally {
      this.#underWay.delete(answer);
    }
  }

  /**
   * Refuses statements from now on, with what the server itself would say: 25P01 when it is the transaction that is not
   * there any more, 08003 when it is the connection. Those already asked for still run. Called again, it does nothing.
   */
  end(reason: string, sqlState: '25P01' | '08003', cause?: unknown): void {
    this.#refusal ??= new DatabaseError(reason, { sqlState, constraint: null }, cause);
  }

  /** What statements are refused with, once it was ended. */
  get refusal(): DatabaseError | undefined {
    return this.#refusal;
  }

  /** What a statement failed with last, leaving out those that failed because of it; else `null`. */
  get lastError(): DatabaseError | null {
    return this.#lastError;
  }

  /** Resolves when the statements asked for so far have been answered, one way or the other. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#underWay);
  }
}
