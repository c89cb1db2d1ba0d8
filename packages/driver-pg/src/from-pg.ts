import { InvalidOptionError, reading, type SqlSession } from '@bearmq/core/driver';
import { ClientSession } from './client-session.ts';
import type { PgClient } from './pg-types.ts';

/**
 * The caller's own transaction: a session on a client that is already inside `begin`. What runs through it commits or
 * rolls back with everything else on that client, which stays the caller's to commit and to release.
 *
 * ```ts
 * const client = await pool.connect();
 * await client.query('begin');
 * await ping.enqueue({ to: 'you' }, { tx: fromPg(client) });
 * await client.query('commit');
 * ```
 *
 * A statement that fails leaves the transaction aborted, as ever in PostgreSQL.
 *
 * @param client a `PoolClient` or `Client`. A `Pool` does not compile.
 * @throws InvalidOptionError when given a `Pool`, or something that is no client at all.
 */
export function fromPg(client: PgClient): SqlSession {
  refusePool(client);
  return new ClientSession(client, 'never');
}

function refusePool(client: unknown): void {
  const { totalCount, idleCount, query } = reading('fromPg()', () => {
    const given = (client ?? {}) as Record<string, unknown>;
    return { totalCount: given['totalCount'], idleCount: given['idleCount'], query: given['query'] };
  });
  if (typeof totalCount === 'number' || idleCount !== undefined) {
    throw new InvalidOptionError(
      'fromPg()',
      'was given a Pool, which runs each statement on any of its connections, outside of your transaction: ' +
        'pass the client that you began it on (`const client = await pool.connect()`)',
    );
  }
  if (typeof query !== 'function') {
    throw new InvalidOptionError('fromPg()', 'needs a Client or PoolClient of the pg package');
  }
}
