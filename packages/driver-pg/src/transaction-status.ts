import type { PgClient } from './pg-types.ts';

/**
 * `I`: idle; `T`: in a transaction; `E`: in one that has failed. `unheard`: the next answer will tell. `undefined`: nothing
 * ever does.
 */
type TransactionStatus = string | undefined;

/** What a client of node-postgres gets its messages from. */
interface PgConnection {
  prependListener(event: 'readyForQuery', listener: (message: { readonly status: string }) => void): unknown;
}

/** What the server said last on each connection that is listened to. */
const heard = new WeakMap<PgConnection, { status: string }>();

/**
 * How a client stands, as of the last answer. Recent releases of `pg` say so. Older ones, and Neon's driver, which is made
 * of one, keep it to themselves, but each answer ends with it: once asked, it is listened for. (`pg.native` has no such
 * answers.)
 */
export function transactionStatus(client: PgClient): TransactionStatus {
  if (client.getTransactionStatus !== undefined) return client.getTransactionStatus() ?? undefined;
  const { connection } = client as { readonly connection?: Partial<PgConnection> };
  if (typeof connection?.prependListener !== 'function') return undefined;
  return listenedTo(connection as PgConnection).status;
}

function listenedTo(connection: PgConnection): { readonly status: string } {
  const known = heard.get(connection);
  if (known !== undefined) return known;
  const last = { status: 'unheard' };
  heard.set(connection, last);
  // Ahead of the client's own listener, which calls back whoever waits for the answer.
  connection.prependListener('readyForQuery', ({ status }) => {
    last.status = status;
  });
  return last;
}
