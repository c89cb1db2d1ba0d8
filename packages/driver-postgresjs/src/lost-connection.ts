import { DatabaseError, pause } from '@bearmq/core/driver';

const CLOSING_MS = 20;

/** Whether this is no answer of the server's, or one after which it hangs up. */
export function isEndOfConnection(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return false;
  const { severity } = (error.cause ?? {}) as { severity?: unknown };
  return error.sqlState === null || severity === 'FATAL' || severity === 'PANIC';
}

/**
 * Waits a moment before a lost connection is told of. When a network goes, it takes several connections at once, and
 * between the 'error' of a socket and its 'close' postgres.js still uses it: a query that is sent on it then, because
 * its sender has just learned of the loss of another, is never answered.
 */
export async function afterClosing(error: unknown): Promise<unknown> {
  if (isEndOfConnection(error)) await pause(CLOSING_MS);
  return error;
}
