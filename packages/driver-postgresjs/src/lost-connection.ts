import { DatabaseError, elapsedMs, pause, SQL_STATES } from '@bearmq/core/driver';
import type { PostgresJsClient } from './postgres-js-types.ts';

const CLOSING_MS = 20;

/** For how long after a loss the client may still be busy with connecting again: its `connect_timeout`, twice. */
const RECOVERY_MS = 60_000;

/** Whether this is no answer of the server's, or one after which it hangs up. */
export function isEndOfConnection(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return false;
  const { severity } = (error.cause ?? {}) as { severity?: unknown };
  return (
    error.sqlState === null ||
    error.sqlState === SQL_STATES.connectionDoesNotExist ||
    severity === 'FATAL' ||
    severity === 'PANIC'
  );
}

/**
 * How a client gets over the loss of its connections, helped where its own way takes too long.
 *
 * postgres.js counts what went wrong with connecting for all its connections together, and from the seventh failure on
 * each of them pauses for 10 to 20 seconds, whatever has become of the server. Whoever uses it here pauses by himself,
 * so that count starts again each time.
 */
export class Recovery {
  readonly #shared: { retries?: unknown };
  #lostAt = -Infinity;

  constructor({ options }: PostgresJsClient) {
    this.#shared = (options as { readonly shared?: object }).shared ?? {};
  }

  /** A connection was lost, or could not be made. */
  noteLoss(): void {
    this.#lostAt = elapsedMs();
    this.#shared.retries = 0;
  }

  /** Whether a connection was lost so lately that others may not be what they seem. */
  get isUnderWay(): boolean {
    return elapsedMs() - this.#lostAt < RECOVERY_MS;
  }
}

/**
 * Waits a moment before a lost connection is told of. When a network goes, it takes several connections at once, and
 * between the 'error' of a socket and its 'close' postgres.js still uses it: a query that is sent on it then, because
 * its sender has just learned of the loss of another, is never answered. Worse, what it had not written yet stays before
 * the greeting of the connection that is made in its place: that one is never greeted, and fails by its
 * `connect_timeout` of 30 seconds, again and again, while a server that is stopping waits for it.
 */
export async function afterClosing(error: unknown): Promise<unknown> {
  if (isEndOfConnection(error)) await pause(CLOSING_MS);
  return error;
}
