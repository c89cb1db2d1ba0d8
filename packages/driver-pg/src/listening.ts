import { quoteIdentifier, type SqlStatement } from '@bearmq/core/driver';
import { ClientSession } from './client-session.ts';
import { connectListeningClient, type ListeningClient } from './listening-client.ts';
import type { PgNotification, PgPool } from './pg-types.ts';
import { every, within } from './timers.ts';

const SECOND = 1_000;
const HEARTBEAT: SqlStatement = { name: 'bearmq_heartbeat', text: 'select 1::int4 as alive', values: [] };

/**
 * Makes the server notice within half a minute when this machine is gone without a goodbye, instead of after two hours:
 * until then it would keep what the connection holds.
 */
const KEEPALIVES: SqlStatement = {
  name: 'bearmq_keepalives',
  text: `
    select set_config('tcp_keepalives_idle', '10', false)::text as idle,
           set_config('tcp_keepalives_interval', '5', false)::text as pause,
           set_config('tcp_keepalives_count', '3', false)::text as attempts`,
  values: [],
};

/** What one connection of a subscription needs. */
export interface ListeningOptions {
  readonly pool: PgPool;
  readonly channel: string;
  readonly heartbeatSecs: number;
  /** Aborted when the subscription is closed. */
  readonly signal: AbortSignal;
  onListening(session: ClientSession): void;
  onNotification(payload: string): void;
}

/** Connects, listens, and stays until the connection is lost (then rejects) or `signal` is aborted (then resolves). */
export async function listenUntilLost(options: ListeningOptions): Promise<void> {
  const { pool, channel, heartbeatSecs, signal } = options;
  const fate = new Fate(signal);
  const connected = await connectListeningClient(pool, fate.lose, signal).catch((error: unknown) => {
    fate.lose(error);
    throw error;
  });
  const { client } = connected;
  // Short of a second even a busy healthy server would be taken for dead.
  const patienceMs = Math.min(Math.max(heartbeatSecs, 1), 10) * SECOND;
  const session = new ClientSession(client, 'never');
  client.on('notification', (argument) => {
    const message = argument as PgNotification;
    if (message.channel === channel && !signal.aborted) options.onNotification(message.payload ?? '');
  });
  const ask = (statement: SqlStatement): Promise<unknown> =>
    within(patienceMs, 'the listening connection', session.run(statement));
  const start = async (): Promise<void> => {
    // Where the settings do not apply (a pooler in between, an odd platform) the heartbeat alone must do.
    await ask(KEEPALIVES).catch(() => undefined);
    await ask({ name: 'bearmq_listen', text: `listen ${quoteIdentifier(channel)}`, values: [] });
    if (!signal.aborted) options.onListening(session);
  };
  const stopBeating = beat(heartbeatSecs * SECOND, () => ask(HEARTBEAT).catch(fate.lose));
  start().catch(fate.lose);
  try {
    await fate.sealed;
  } finally {
    stopBeating();
    session.end('the listening connection was closed', '08003');
    await part(connected, fate);
  }
}

/** A beat that is still unanswered when the next one is due counts for both. */
function beat(ms: number, once: () => Promise<unknown>): () => void {
  let waiting = false;
  return every(ms, () => {
    if (waiting) return;
    waiting = true;
    void once().finally(() => {
      waiting = false;
    });
  });
}

async function part(connected: ListeningClient, fate: Fate): Promise<void> {
  if (fate.isLost) connected.drop();
  else await connected.leave();
}

/** How a connection ends: lost, or given up by us; whichever comes first. */
class Fate {
  isLost = false;
  /** Resolves when given up, rejects when lost. */
  readonly sealed: Promise<void>;
  /** Tells of the loss; only the first call counts. */
  readonly lose: (error: unknown) => void;

  constructor(signal: AbortSignal) {
    let seal: { resolve(): void; reject(error: unknown): void } | undefined;
    this.sealed = new Promise<void>((resolve, reject) => {
      seal = { resolve, reject };
    });
    this.sealed.catch(() => undefined); // a connection that is lost before anybody waits is no unhandled rejection
    const giveUp = (): void => seal?.resolve();
    this.lose = (error) => {
      if (!signal.aborted) this.isLost = true;
      signal.removeEventListener('abort', giveUp);
      seal?.reject(error);
    };
    signal.addEventListener('abort', giveUp);
    if (signal.aborted) giveUp();
  }
}
