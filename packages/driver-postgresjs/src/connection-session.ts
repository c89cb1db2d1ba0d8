import { DatabaseError, type SqlRow, type SqlSession, type SqlStatement } from '@bearmq/core/driver';
import { afterClosing, isEndOfConnection } from './lost-connection.ts';
import type { PostgresJsQueryable } from './postgres-js-types.ts';
import { fetchRows, type Prepare } from './query.ts';

/** What is known of a connection. Kept by connection: a caller may make a new session for each call. */
interface ConnectionState {
  /** Why nothing more can be sent. */
  broken: DatabaseError | undefined;
  /** The statements of all sessions on it that have no answer yet. */
  readonly underWay: Set<UnderWay>;
}

const states = new WeakMap<PostgresJsQueryable, ConnectionState>();

function stateOf(sql: PostgresJsQueryable): ConnectionState {
  const known = states.get(sql);
  if (known !== undefined) return known;
  const fresh: ConnectionState = { broken: undefined, underWay: new Set() };
  states.set(sql, fresh);
  return fresh;
}

/**
 * Statements on one connection, until it is ended.
 *
 * postgres.js does not keep a `sql` from a connection that is gone: its next query throws where nobody can catch it or,
 * worse, runs outside of the transaction on the connection that was made in its place. So after a statement that the
 * connection may not have survived nothing more is sent.
 */
export class ConnectionSession implements SqlSession {
  readonly #sql: PostgresJsQueryable;
  readonly #prepare: Prepare;
  readonly #connection: ConnectionState;
  readonly #underWay = new Set<UnderWay>();
  #ended: DatabaseError | null = null;
  #lastError: unknown = null;

  constructor(sql: PostgresJsQueryable, prepare: Prepare) {
    this.#sql = sql;
    this.#prepare = prepare;
    this.#connection = stateOf(sql);
  }

  async run(statement: SqlStatement): Promise<readonly SqlRow[]> {
    const refusal = this.#ended ?? this.#connection.broken;
    if (refusal !== undefined) throw refusal;
    let reject: UnderWay['reject'] = () => undefined;
    const answer = new Promise<readonly SqlRow[]>((resolve, rejectIt) => {
      reject = rejectIt;
      fetchRows(this.#sql, statement, this.#prepare).then(resolve, rejectIt);
    });
    const underWay = { answer, reject };
    this.#underWay.add(underWay);
    this.#connection.underWay.add(underWay);
    try {
      return await answer;
    } catch (error) {
      this.#note(error);
      throw await afterClosing(error);
    } finally {
      this.#underWay.delete(underWay);
      this.#connection.underWay.delete(underWay);
    }
  }

  /** What a statement of this session failed with last, leaving out those that failed because of it; else `null`. */
  get lastError(): unknown {
    return this.#lastError;
  }

  /** Whether a statement failed in a way that the connection may not have survived. */
  get isBroken(): boolean {
    return this.#connection.broken !== undefined;
  }

  /**
   * Refuses statements from now on, with what the server itself would say: 25P01 when it is the transaction that is not
   * there any more, 08003 when it is the connection. Those already asked for still run.
   */
  end(reason: string, sqlState: '25P01' | '08003', cause: unknown = undefined): void {
    this.#ended ??= new DatabaseError(reason, { sqlState, constraint: null }, cause);
  }

  /**
   * The connection is gone: refuses statements, and rejects those that postgres.js has in line and forgets about.
   *
   * @returns what they are rejected with.
   */
  lose(reason: string, cause: unknown): DatabaseError {
    this.end(reason, '08003', cause);
    const loss = new DatabaseError(reason, { sqlState: '08003', constraint: null }, cause);
    this.#abandon(loss);
    return loss;
  }

  /** Resolves when the statements asked for so far have been answered, one way or the other. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#underWay].map(({ answer }) => answer));
  }

  #note(error: unknown): void {
    if (!(error instanceof DatabaseError)) return;
    // "Current transaction is aborted" says only that an earlier statement failed.
    if (error.sqlState !== '25P02') this.#lastError = error;
    if (this.isBroken || !isEndOfConnection(error)) return;
    this.#connection.broken = error;
    this.#abandon(error);
  }

  #abandon(error: DatabaseError): void {
    for (const { reject } of this.#connection.underWay) reject(error);
  }
}

/** A statement that has no answer yet, and the way to give it one. */
interface UnderWay {
  readonly answer: Promise<readonly SqlRow[]>;
  readonly reject: (error: DatabaseError) => void;
}
