import {
  type EndableSession,
  InvalidOptionError,
  readSafely,
  type SqlRow,
  type SqlSession,
  type SqlStatement,
} from '@bearmq/core/driver';
import { clientSession } from './client-session.ts';
import type { PgClient } from './pg-types.ts';
import { transactionStatus } from './transaction-status.ts';

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
 * The clients of `@neondatabase/serverless` will do as well, which are those of `pg` over a WebSocket. Its `neon()` will
 * not: it sends queries over HTTP, where no transaction waits for the next one.
 *
 * A statement that fails leaves the transaction aborted, as ever in PostgreSQL.
 *
 * @param client a `PoolClient` or `Client`. A `Pool` does not compile.
 * @throws InvalidOptionError when given a `Pool`, what `neon()` makes, or something that is no client at all; and from
 *   what runs through it, when the client is in no transaction. (Only `pg.native` does not tell.)
 */
export function fromPg(client: PgClient): SqlSession {
  refuseOthers(client);
  return new CallersTransaction(client);
}

const NOTHING: SqlStatement = { name: 'bearmq_nothing', text: 'select 1::int4 as nothing', values: [] };

/** Statements on a client of the caller's, as long as it is in a transaction. */
class CallersTransaction implements SqlSession {
  readonly #client: PgClient;
  readonly #session: EndableSession;

  constructor(client: PgClient) {
    this.#client = client;
    this.#session = clientSession(client, 'never');
  }

  async run(statement: SqlStatement): Promise<readonly SqlRow[]> {
    const status = transactionStatus(this.#client);
    if (status === 'I' || status === 'unheard') {
      // Or its `begin` is still under way, and has no answer yet: this comes after it.
      await this.#session.run(NOTHING);
      if (transactionStatus(this.#client) === 'I') throw notInTransaction();
    }
    return await this.#session.run(statement);
  }
}

function notInTransaction(): InvalidOptionError {
  return new InvalidOptionError(
    'fromPg()',
    'was given a client that is in no transaction, so nothing would commit with your own writes: begin one on it ' +
      "(`await client.query('begin')`), or leave `tx` out",
  );
}

function refuseOthers(client: unknown): void {
  const { totalCount, idleCount, query } = readSafely('fromPg()', () => {
    const { totalCount, idleCount, query } = (client ?? {}) as Record<string, unknown>;
    return { totalCount, idleCount, query };
  });
  if (typeof totalCount === 'number' || idleCount !== undefined) {
    throw new InvalidOptionError(
      'fromPg()',
      'was given a Pool, which runs each statement on any of its connections, outside of your transaction: ' +
        'pass the client that you began it on (`const client = await pool.connect()`)',
    );
  }
  if (typeof client === 'function' && typeof query === 'function') {
    throw new InvalidOptionError(
      'fromPg()',
      'was given what `neon()` makes, which sends queries over HTTP: each is a transaction of its own, and those of ' +
        '`sql.transaction([…])` are sent together, so none of them can wait for a job. Begin your transaction on a ' +
        'client of the Pool of the same package, and pass that (`const client = await pool.connect()`)',
    );
  }
  if (typeof query !== 'function') {
    throw new InvalidOptionError('fromPg()', 'needs a Client or PoolClient of the pg package');
  }
}
