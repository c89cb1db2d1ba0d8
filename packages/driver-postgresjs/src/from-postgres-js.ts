import { InvalidOptionError, readSafely, type SqlSession } from '@bearmq/core/driver';
import { ConnectionSession } from './connection-session.ts';
import type { PostgresJsTransaction } from './postgres-js-types.ts';

/**
 * The caller's own transaction: a session on the `sql` that `sql.begin` hands to its callback. What runs through it
 * commits or rolls back with everything else in that callback.
 *
 * ```ts
 * await sql.begin(async (tx) => {
 *   await tx`insert into orders ${tx(order)}`;
 *   await ship.enqueue({ order: order.id }, { tx: fromPostgresJs(tx) });
 * });
 * ```
 *
 * The `sql` of a savepoint will do as well, and that of `sql.reserve()` after a `begin` of your own.
 *
 * A statement that fails makes `sql.begin` roll back, even when its error was caught. When the connection breaks inside
 * of `sql.begin`, postgres.js itself throws where nobody can catch it, and no session can help that.
 *
 * @throws InvalidOptionError when given the client itself, or something that runs no queries at all.
 */
export function fromPostgresJs(tx: PostgresJsTransaction): SqlSession {
  refuseClient(tx);
  return new ConnectionSession(tx, 'auto');
}

function refuseClient(given: unknown): void {
  const { begin, unsafe, typed, distributed } = readSafely('fromPostgresJs()', () => {
    const { begin, unsafe, typed, distributed } = (given ?? {}) as Record<string, unknown>;
    return { begin, unsafe, typed, distributed };
  });
  if (typeof distributed === 'function') {
    throw new InvalidOptionError(
      'fromPostgresJs()',
      "was given the `sql` of Bun, which is another client: begin a transaction, and pass it to fromBunSql of 'bearmq/bun'",
    );
  }
  if (typeof begin === 'function') {
    throw new InvalidOptionError(
      'fromPostgresJs()',
      'was given the client, which runs each query on any of its connections, outside of your ' +
        'transaction: pass what sql.begin hands to its callback (`await sql.begin(async (tx) => …fromPostgresJs(tx)…)`)',
    );
  }
  if (typeof unsafe !== 'function' || typeof typed !== 'function') {
    throw new InvalidOptionError('fromPostgresJs()', 'needs the `sql` that sql.begin hands to its callback');
  }
}
