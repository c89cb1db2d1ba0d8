import { DatabaseError, type SqlRow, type SqlSession, type SqlStatement } from '@bearmq/core/driver';
import type { PgliteTransaction } from './pglite-types.ts';
import { fetchRows } from './query.ts';

const PROBE: SqlStatement = { name: 'bearmq_probe', text: 'select 1::integer as alive', values: [] };

/** Statements in one transaction, until it has ended. */
export class TransactionSession implements SqlSession {
  readonly #tx: PgliteTransaction;
  readonly #underWay = new Set<Promise<unknown>>();
  #hasEnded = false;
  #lastError: unknown = null;

  constructor(tx: PgliteTransaction) {
    this.#tx = tx;
  }

  async run(statement: SqlStatement): Promise<readonly SqlRow[]> {
    if (this.#hasEnded || this.#tx.closed) {
      throw new DatabaseError('this transaction has ended', { sqlState: '25P01', constraint: null }, undefined);
    }
    const rows = fetchRows(this.#tx, statement);
    this.#underWay.add(rows);
    try {
      return await rows;
    } catch (error) {
      if (!isFollowUp(error)) this.#lastError = error;
      throw error;
    } finally {
      this.#underWay.delete(rows);
    }
  }

  /** Refuses statements from now on, and waits for those already asked for. */
  async end(): Promise<void> {
    this.#hasEnded = true;
    await Promise.allSettled(this.#underWay);
  }

  /**
   * Rejects with the statement's error when one has failed and was not undone to a savepoint. The server would answer
   * the commit with a rollback, which not every version of PGlite tells.
   */
  async mustBeHealthy(): Promise<void> {
    if (this.#lastError === null) return;
    await fetchRows(this.#tx, PROBE).catch(() => {
      throw this.#lastError;
    });
  }
}

/** "Current transaction is aborted": says only that an earlier statement failed. */
function isFollowUp(error: unknown): boolean {
  return error instanceof DatabaseError && error.sqlState === '25P02';
}
