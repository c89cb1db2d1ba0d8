import { BearError } from '../errors.ts';
import { SQL_STATES } from './sql-states.ts';

/** What a {@link DatabaseError} knows beside its message. */
export interface DatabaseErrorDetails {
  /** The five characters that PostgreSQL gives (`23505`), or `null` when the connection failed before it could. */
  readonly sqlState: string | null;
  /** The constraint that was violated, where there is one. */
  readonly constraint: string | null;
  /** The program has ended the client, a pool for example: nothing can be sent on it any more. */
  readonly isClientClosed?: boolean;
}

/**
 * Anything that the server or the connection to it reports; `cause` is the client's own error.
 *
 * The message is the server's first line, in which PostgreSQL puts no row; nor does BearMQ. But `cause` has all that
 * the client tells: its `detail` may be the row that was refused, payload included. Log the message and the `sqlState`
 * where payloads must not be logged.
 */
export class DatabaseError extends BearError implements DatabaseErrorDetails {
  override readonly name = 'DatabaseError';
  /** The five characters that PostgreSQL gives (`23505`), or `null` when the connection failed before it could. */
  readonly sqlState: string | null;
  /** The constraint that was violated, where there is one. */
  readonly constraint: string | null;
  /**
   * The program has ended the client, a pool for example: nothing can be sent on it any more. Whether a statement that
   * was under way did its work is not known.
   */
  readonly isClientClosed: boolean;
  /** Whether the same statement may succeed when tried again: lost connections, restarts, deadlocks, full servers. */
  readonly isRetryable: boolean;

  constructor(message: string, details: DatabaseErrorDetails, cause: unknown) {
    super('BEAR_DATABASE', message, { cause });
    this.sqlState = details.sqlState;
    this.constraint = details.constraint;
    this.isClientClosed = details.isClientClosed === true;
    this.isRetryable = !this.isClientClosed && (details.sqlState === null || isRetryableState(details.sqlState));
  }
}

/**
 * SQLSTATEs that say "not now": class 08 (connection), 53 (resources), 57P01 to 57P05 (shutdown, crash, idle timeout),
 * 40001 and 40P01 (serialization, deadlock), 55P03 (lock timeout), 57014 (statement timeout), 25P03 and 25P04 (a
 * transaction that was idle, or open, for too long), 25006 (read-only: a standby before its promotion).
 */
function isRetryableState(sqlState: string): boolean {
  return /^(08...|53...|57P0[1-5]|40001|40P01|55P03|57014|25P0[34]|25006)$/.test(sqlState);
}

/** Whether the server reported one of these; see {@link SQL_STATES}. */
export function hasSqlState(error: unknown, ...states: readonly string[]): error is DatabaseError {
  return error instanceof DatabaseError && error.sqlState !== null && states.includes(error.sqlState);
}

/** Whether the program has ended the client that this was to go by. */
export function isOfClosedClient(error: unknown): boolean {
  return error instanceof DatabaseError && error.isClientClosed;
}

/** The same error, of a client that was ended: trying again is of no use. */
export function ofClosedClient(error: DatabaseError): DatabaseError {
  if (error.isClientClosed) return error;
  const { message, sqlState, constraint, cause } = error;
  return new DatabaseError(message, { sqlState, constraint, isClientClosed: true }, cause);
}

/**
 * Turns whatever a client threw into a {@link DatabaseError}. The server's error may lie some `cause`s deep (query
 * builders wrap it), and clients name the constraint differently, so both are looked for.
 */
export function toDatabaseError(error: unknown): DatabaseError {
  if (error instanceof DatabaseError) return error;
  for (let inner = error, depth = 0; isRecord(inner) && depth < 8; inner = inner['cause'], depth += 1) {
    const code = inner['code'];
    if (typeof code !== 'string' || !isSqlState(code)) continue;
    const constraint = inner['constraint'] ?? inner['constraint_name'];
    const details = { sqlState: code, constraint: typeof constraint === 'string' ? constraint : null };
    return new DatabaseError(messageOf(inner) + adviceFor(code), details, error);
  }
  return new DatabaseError(messageOf(error), { sqlState: null, constraint: null }, error);
}

/**
 * A prepared statement that is unknown (26000), or known already (42P05), says that this connection does not lead to the
 * same session as before. The server's own words give no idea of that.
 */
function adviceFor(sqlState: string): string {
  if (sqlState !== SQL_STATES.invalidSqlStatementName && sqlState !== SQL_STATES.duplicatePreparedStatement) return '';
  return (
    '; a pooler in between shares its connections (PgBouncer in transaction mode, perhaps), so have none prepared: ' +
    "prepare: 'never' for the driver, and prepare: false for a postgres.js client"
  );
}

/** Five digits and capitals; every SQLSTATE has a digit, which `EPIPE` and its like have not. */
function isSqlState(code: string): boolean {
  return /^(?=.*\d)[0-9A-Z]{5}$/.test(code);
}

function messageOf(error: unknown): string {
  if (!isRecord(error)) return String(error);
  const { message, code } = error;
  // Node's AggregateError (several addresses refused) has an empty message but a code.
  if (typeof message === 'string' && message !== '') return message;
  return typeof code === 'string' ? code : 'unknown database error';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
