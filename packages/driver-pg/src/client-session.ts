import { DatabaseError, type SqlRow, type SqlSession, type SqlStatement } from '@bearmq/core/driver';
import type { PgClient, PgResult } from './pg-types.ts';
import { type Prepare, send, toPgQuery } from './query.ts';

/** The last piece of work of each client, settled or not; what comes next waits for it. */
const tails = new WeakMap<object, Promise<unknown>>();

/**
 * One statement at a time for each client, in the order in which they were asked for: node-postgres has deprecated its
 * own queue for statements that are sent while another one runs. Kept by client, not by session, because a caller may
 * make a new session for each call.
 */
function inTurn<T>(client: object, work: () => Promise<T>): Promise<T> {
  const before = tails.get(client);
  const result = before === undefined ? work() : before.then(work);
  const settled = result.then(ignore, ignore).then(() => {
    if (tails.get(client) === settled) tails.delete(client);
  });
  tails.set(client, settled);
  return result;
}

function ignore(): void {}

/** Statements on one client, until it is ended. */
export class ClientSession implements SqlSession {
  readonly #client: PgClient;
  readonly #prepare: Prepare;
  #ended: DatabaseError | null = null;
  #lastError: unknown = null;

  constructor(client: PgClient, prepare: Prepare) {
    this.#client = client;
    this.#prepare = prepare;
  }

  async run(statement: SqlStatement): Promise<readonly SqlRow[]> {
    return (await this.send(statement)).rows;
  }

  /** {@link run}, with the command tag. */
  async send(statement: SqlStatement): Promise<PgResult> {
    if (this.#ended !== null) throw this.#ended;
    const query = toPgQuery(statement, this.#prepare);
    return await inTurn(this.#client, async () => {
      try {
        return await send(this.#client, query);
      } catch (error) {
        if (!isFollowUp(error)) this.#lastError = error;
        throw error;
      }
    });
  }

  /** What a statement of this session failed with last, leaving out those that failed because of it; else `null`. */
  get lastError(): unknown {
    return this.#lastError;
  }

  /**
   * Refuses statements from now on, with what the server itself would say: 25P01 when it is the transaction that is not
   * there any more, 08003 when it is the connection. Those already asked for still run.
   */
  end(reason: string, sqlState: '25P01' | '08003'): void {
    this.#ended = new DatabaseError(reason, { sqlState, constraint: null }, undefined);
  }
}

/** "Current transaction is aborted": says only that an earlier statement failed. */
function isFollowUp(error: unknown): boolean {
  return error instanceof DatabaseError && error.sqlState === '25P02';
}
