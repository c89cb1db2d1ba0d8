import { toDatabaseError } from '@bearmq/core/driver';
import type { PgClientConstructor, PgListeningClient, PgOwnClient, PgPool, PgPoolClient } from './pg-types.ts';
import { within } from './timers.ts';

/** How long a connect, and a polite goodbye, may take. */
const CONNECT_MS = 10_000;
const GOODBYE_MS = 2_000;

/** A connected client for LISTEN, and the two ways to part from it. */
export interface ListeningClient {
  readonly client: PgListeningClient;
  /** Says goodbye to the server, and resolves when it has hung up: what the connection held is free then. */
  leave(): Promise<void>;
  /** Drops the connection without a word; for one that has stopped to answer. */
  drop(): void;
}

/**
 * Connects a client of our own, made the way the pool makes its clients, so that listening takes none of the pool's
 * slots. A pool that does not say how it makes them lends one of its clients: that one does take a slot.
 *
 * @param onLost called once the connection is lost, however late; errors after that are swallowed.
 */
export async function connectListeningClient(
  pool: PgPool,
  onLost: (error: unknown) => void,
  signal: AbortSignal,
): Promise<ListeningClient> {
  const { Client, options } = pool as { Client?: unknown; options?: object };
  if (typeof Client === 'function' && typeof options === 'object' && options !== null) {
    // The very object, not a copy: the pool keeps the password where a copy would not take it along.
    return await connectOwn(new (Client as PgClientConstructor)(options), onLost, signal);
  }
  return await borrow(pool, onLost, signal);
}

async function connectOwn(
  client: PgOwnClient,
  onLost: (error: unknown) => void,
  signal: AbortSignal,
): Promise<ListeningClient> {
  const drop = (): void => {
    if (!destroy(client)) void client.end().catch(ignore);
  };
  hear(client, onLost);
  try {
    await unlessAborted(signal, within(CONNECT_MS, 'connecting to PostgreSQL', client.connect()));
  } catch (error) {
    drop();
    throw toDatabaseError(error);
  }
  return { client, drop, leave: () => within(GOODBYE_MS, 'closing the connection', client.end()).catch(drop) };
}

async function borrow(pool: PgPool, onLost: (error: unknown) => void, signal: AbortSignal): Promise<ListeningClient> {
  const lending = pool.connect();
  let client: PgPoolClient;
  try {
    client = await unlessAborted(signal, lending);
  } catch (error) {
    // A full pool may lend its client long after we have given up on it.
    lending.then((late) => late.release(), ignore);
    throw toDatabaseError(error);
  }
  hear(client, onLost);
  const ended = new Promise<void>((resolve) => {
    client.on('end', () => resolve());
  });
  return {
    client,
    drop: () => {
      destroy(client);
      client.release(true);
    },
    leave: async () => {
      client.release(true); // it still listens, so nobody else can use it
      await within(GOODBYE_MS, 'closing the connection', ended).catch(ignore);
    },
  };
}

/** A client without an 'error' listener ends the process when its connection is cut, so this one is never taken off. */
function hear(client: PgListeningClient, onLost: (error: unknown) => void): void {
  client.on('error', onLost);
  client.on('end', () => onLost(new Error('the connection was closed')));
}

/** node-postgres has no public way to cut a connection: `end()` waits for a server that may be gone. */
function destroy(client: PgListeningClient): boolean {
  const stream = client.connection?.stream;
  stream?.destroy();
  return stream !== undefined;
}

async function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(new Error('the subscription was closed'));
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (stop !== undefined) signal.removeEventListener('abort', stop);
  }
}

function ignore(): void {}
