import {
  type EndableSession,
  type ListeningConnection,
  type ListeningRequest,
  SQL_STATES,
  type SqlSession,
} from '@bearmq/core/driver';
import { clientSession } from './client-session.ts';
import type {
  PgClientConstructor,
  PgListeningClient,
  PgNotification,
  PgOwnClient,
  PgPool,
  PgPoolClient,
} from './pg-types.ts';

/**
 * Connects a client of our own, made the way the pool makes its clients, so that listening takes none of the pool's
 * slots. A pool that does not say how it makes them lends one of its clients: that one does take a slot.
 */
export function openListeningClient(pool: PgPool, request: ListeningRequest): ListeningConnection {
  if (!makesClients(pool)) return borrow(pool, request);
  // The very object, not a copy: the pool keeps the password where a copy would not take it along.
  return connectOwn(new pool.Client(pool.options), request);
}

/** Whether a pool says how it makes its clients, so that one beside them can be made. */
export function makesClients(
  pool: PgPool,
): pool is PgPool & { readonly Client: PgClientConstructor; readonly options: object } {
  const { Client, options } = pool as { Client?: unknown; options?: object };
  return typeof Client === 'function' && typeof options === 'object' && options !== null;
}

function connectOwn(client: PgOwnClient, request: ListeningRequest): ListeningConnection {
  const session = clientSession(client, 'never');
  const connect = async (): Promise<SqlSession> => {
    // A client without an 'error' listener ends the process when its connection is cut.
    client.on('error', ignore);
    await client.connect();
    hear(client, request);
    return session;
  };
  return {
    connected: connect(),
    serverProcess: () => processOf(client),
    unref: () => client.connection?.stream?.unref?.(),
    drop: () => {
      refuse(session);
      if (!destroy(client)) void client.end().catch(ignore);
    },
    leave: async () => {
      refuse(session);
      await client.end();
    },
  };
}

function borrow(pool: PgPool, request: ListeningRequest): ListeningConnection {
  let lent:
    | { readonly client: PgPoolClient; readonly session: EndableSession; readonly ended: Promise<void> }
    | undefined;
  let isDropped = false;
  const checkOut = async (): Promise<SqlSession> => {
    const client = await pool.connect();
    if (isDropped) {
      // A full pool may lend its client long after we have given up on it.
      client.release();
      throw new Error('the subscription was closed');
    }
    const session = clientSession(client, 'never');
    const ended = new Promise<void>((resolve) => {
      client.on('end', () => resolve());
    });
    lent = { client, session, ended };
    hear(client, request);
    return session;
  };
  /** It still listens, so nobody else can use it. */
  const giveBack = ({ client, session }: NonNullable<typeof lent>): void => {
    refuse(session);
    lent = undefined;
    client.release(true);
  };
  return {
    connected: checkOut(),
    serverProcess: () => (lent === undefined ? undefined : processOf(lent.client)),
    drop: () => {
      isDropped = true;
      if (lent === undefined) return;
      destroy(lent.client);
      giveBack(lent);
    },
    leave: async () => {
      if (lent === undefined) return;
      const { ended } = lent;
      giveBack(lent);
      await ended;
    },
  };
}

/** For good: a client whose 'error' nobody hears ends the process. */
function hear(client: PgListeningClient, { onLost, onNotification }: ListeningRequest): void {
  client.on('error', onLost);
  client.on('end', () => onLost(new Error('the connection was closed')));
  client.on('notification', (argument) => {
    const { channel, payload } = argument as PgNotification;
    onNotification(channel, payload ?? '');
  });
}

function processOf({ processID }: PgListeningClient): number | undefined {
  return typeof processID === 'number' ? processID : undefined;
}

function refuse(session: EndableSession): void {
  session.end('the listening connection was closed', SQL_STATES.connectionDoesNotExist);
}

/** node-postgres has no public way to cut a connection: `end()` waits for a server that may be gone. */
function destroy(client: PgListeningClient): boolean {
  const stream = client.connection?.stream;
  stream?.destroy();
  return stream !== undefined;
}

function ignore(): void {}
