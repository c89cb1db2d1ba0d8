import { quoteIdentifier, type SqlStatement } from '@bearmq/core/driver';
import type { ConnectionSession } from './connection-session.ts';
import { Fate } from './fate.ts';
import { openConnection } from './one-connection.ts';
import type { PostgresJsClient } from './postgres-js-types.ts';
import { every, within } from './timers.ts';

const SECOND = 1_000;
const CONNECT_MS = 10 * SECOND;
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
  readonly sql: PostgresJsClient;
  readonly channel: string;
  readonly heartbeatSecs: number;
  /** How many connections were tried before this one. */
  readonly attempt: number;
  /** Aborted when the subscription is closed. */
  readonly signal: AbortSignal;
  onListening(session: ConnectionSession): void;
  onNotification(payload: string): void;
}

/** Connects, listens, and stays until the connection is lost (then rejects) or `signal` is aborted (then resolves). */
export async function listenUntilLost(options: ListeningOptions): Promise<void> {
  const { sql, channel, heartbeatSecs, attempt, signal } = options;
  const fate = new Fate(signal);
  const connection = openConnection({
    sql,
    attempt,
    onLost: fate.lose,
    onNotification: (from, payload) => {
      if (from === channel && !signal.aborted) options.onNotification(payload);
    },
  });
  const { session } = connection;
  // Short of a second even a busy healthy server would be taken for dead.
  const patienceMs = Math.min(Math.max(heartbeatSecs, 1), 10) * SECOND;
  const ask = async (statement: SqlStatement, ms = patienceMs): Promise<void> => {
    await within(ms, 'the listening connection', session.run(statement));
  };
  let isConnected = false;
  let stopBeating: () => void = () => undefined;
  const start = async (): Promise<void> => {
    await ask(HEARTBEAT, CONNECT_MS);
    isConnected = true;
    // Where the settings do not apply (a pooler in between, an odd platform) the heartbeat alone must do.
    await ask(KEEPALIVES).catch(() => undefined);
    await ask({ name: 'bearmq_listen', text: `listen ${quoteIdentifier(channel)}`, values: [] });
    if (signal.aborted) return;
    stopBeating = beat(heartbeatSecs * SECOND, () => ask(HEARTBEAT).catch(fate.lose));
    options.onListening(session);
  };
  start().catch(fate.lose);
  try {
    await fate.sealed;
  } finally {
    stopBeating();
    // One that is not connected yet has nobody to say goodbye to.
    if (fate.isLost || !isConnected) connection.drop();
    else await connection.leave();
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
