import { DatabaseError, EndableSession, SQL_STATES, type SqlRow, type SqlStatement } from '@bearmq/core/driver';
import { afterClosing, isEndOfConnection } from './lost-connection.ts';
import type { PostgresJsQueryable } from './postgres-js-types.ts';
import { fetchRows, type Prepare } from './query.ts';

/** What is known of a connection. Kept by connection: a caller may make a new session for each call. */
interface ConnectionState {
  /** Why nothing more can be sent. */
  broken: DatabaseError | undefined;
  /** Reject the statements of all sessions on it that have no answer yet. */
  readonly underWay: Set<(error: DatabaseError) => void>;
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
export class ConnectionSession extends EndableSession {
  readonly #connection: ConnectionState;

  constructor(sql: PostgresJsQueryable, prepare: Prepare) {
    const connection = stateOf(sql);
    super((statement) => untilBroken(connection, () => fetchRows(sql, statement, prepare)));
    this.#connection = connection;
  }

  override async run(statement: SqlStatement): Promise<readonly SqlRow[]> {
    const refusal = this.refusal ?? this.#connection.broken;
    if (refusal !== undefined) throw refusal;
    try {
      return await super.run(statement);
    } catch (error) {
      throw await afterClosing(error);
    }
  }

  /** Whether a statement failed in a way that the connection may not have survived. */
  get isBroken(): boolean {
    return this.#connection.broken !== undefined;
  }

  /** The connection is gone: refuses statements, and rejects those that postgres.js has in line and forgets about. */
  lose(reason: string, cause: unknown): DatabaseError {
    this.end(reason, SQL_STATES.connectionDoesNotExist, cause);
    const details = { sqlState: SQL_STATES.connectionDoesNotExist, constraint: null };
    const loss = new DatabaseError(reason, details, cause);
    abandon(this.#connection, loss);
    return loss;
  }
}

/** What `fetch` brings, unless the connection is found broken before. */
async function untilBroken<T>(connection: ConnectionState, fetch: () => Promise<T>): Promise<T> {
  let giveUp: (error: DatabaseError) => void = () => undefined;
  const answer = new Promise<T>((resolve, reject) => {
    giveUp = reject;
    fetch().then(resolve, reject);
  });
  connection.underWay.add(giveUp);
  try {
    return await answer;
  } catch (error) {
    if (connection.broken === undefined && error instanceof DatabaseError && isEndOfConnection(error)) {
      connection.broken = error;
      abandon(connection, error);
    }
    throw error;
  } finally {
    connection.underWay.delete(giveUp);
  }
}

function abandon({ underWay }: ConnectionState, error: DatabaseError): void {
  for (const reject of underWay) reject(error);
}
