import { ConnectionEnd } from './connection-end.ts';
import type { SqlRow, SqlSession, SqlStatement } from './driver.ts';
import { quoteIdentifier } from './identifiers.ts';
import type { ListeningConnection, ListeningRequest } from './listening-connection.ts';
import { every, withTimeout } from './timers.ts';

const SECOND = 1_000;
/** How long a connect, and a polite goodbye, may take. */
const CONNECT_MS = 10 * SECOND;
const GOODBYE_MS = 2 * SECOND;

const HEARTBEAT: SqlStatement = { name: 'bearmq_heartbeat', text: 'select 1::integer as alive', values: [] };

/**
 * Makes the server notice within half a minute when this machine is gone without a goodbye, instead of after two hours:
 * until then it would keep what the connection holds. And has it keep the connection while nothing is said, whatever it
 * does with others: the event loop may be blocked. Asks which process of the server this is, on the way.
 */
const KEEPALIVES: SqlStatement = {
  name: 'bearmq_keepalives',
  text: `
    select pg_catalog.pg_backend_pid()::pg_catalog.int4 as process,
           pg_catalog.set_config('tcp_keepalives_idle', '10', false)::pg_catalog.text as idle,
           pg_catalog.set_config('tcp_keepalives_interval', '5', false)::pg_catalog.text as pause,
           pg_catalog.set_config('tcp_keepalives_count', '3', false)::pg_catalog.text as attempts,
           pg_catalog.set_config('idle_session_timeout', '0', false)::pg_catalog.text as patience`,
  values: [],
};

/** What one connection of a subscription needs. */
export interface ListenUntilLostOptions {
  readonly channel: string;
  /** Seconds between two signs of life; `null` for a connection that is not the subscription's own. */
  readonly heartbeatSecs: number | null;
  readonly attempt: number;
  /** Whether it is to let the program end once it is connected. */
  readonly isLazy: boolean;
  /** Aborted when the subscription is closed. */
  readonly signal: AbortSignal;
  readonly open: (request: ListeningRequest) => ListeningConnection;
  /** `session` is null for a connection that is not the subscription's own. */
  readonly onListening: (session: SqlSession | null, isDirect: boolean) => void;
  readonly onNotification: (payload: string) => void;
}

/** Connects, listens, and stays until the connection is lost (then rejects) or `signal` is aborted (then resolves). */
export async function listenUntilLost(options: ListenUntilLostOptions): Promise<void> {
  const { channel, heartbeatSecs, attempt, isLazy, signal } = options;
  const end = new ConnectionEnd(signal);
  let isListening = false;
  const connection = options.open({
    attempt,
    onLost: end.lose,
    onNotification: (from, payload) => {
      if (isListening && end.isOpen && from === channel) options.onNotification(payload);
    },
  });
  let isConnected = false;
  let stopBeating: () => void = () => undefined;
  const start = async (): Promise<void> => {
    const session = await withTimeout(CONNECT_MS, 'connecting to PostgreSQL', orSealed(end, connection.connected));
    if (session === undefined) return;
    isConnected = true;
    if (isLazy) connection.unref?.();
    const isOwn = heartbeatSecs !== null;
    const ask = isOwn ? asking(session, end, heartbeatSecs) : (one: SqlStatement) => session.run(one);
    // Where the settings do not apply (a pooler in between, an odd platform) the heartbeat alone must do.
    const rows = isOwn ? await ask(KEEPALIVES).catch(() => undefined) : undefined;
    const told = connection.serverProcess?.();
    const isDirect = told !== undefined && rows?.[0]?.[0] === told;
    await ask({ name: 'bearmq_listen', text: `listen ${quoteIdentifier(channel)}`, values: [] });
    if (!end.isOpen) return;
    isListening = true;
    if (isOwn) stopBeating = every(heartbeatSecs * SECOND, () => ask(HEARTBEAT).catch(end.lose));
    options.onListening(isOwn ? session : null, isDirect);
  };
  start().catch(end.lose);
  try {
    await end.sealed;
  } finally {
    stopBeating();
    // One that is not connected yet has nobody to say goodbye to.
    if (isConnected && !end.isLost) await leave(connection);
    else connection.drop();
  }
}

/** Runs statements on a connection that is taken for lost when it does not answer in time. */
function asking(
  session: SqlSession,
  end: ConnectionEnd,
  heartbeatSecs: number,
): (statement: SqlStatement) => Promise<readonly SqlRow[] | undefined> {
  // Short of a second even a busy healthy server would be taken for dead.
  const patienceMs = Math.min(Math.max(heartbeatSecs, 1), 10) * SECOND;
  return (statement) => withTimeout(patienceMs, 'the listening connection', orSealed(end, session.run(statement)));
}

/** No longer than the connection is ours: what is still under way then may stay so, and must keep no timer. */
function orSealed<T>(end: ConnectionEnd, promise: Promise<T>): Promise<T | undefined> {
  return Promise.race([promise, end.sealed.then(() => undefined)]);
}

/** Says goodbye, for a moment at most. Never rejects. */
export async function leave(connection: ListeningConnection): Promise<void> {
  await withTimeout(GOODBYE_MS, 'closing the connection', connection.leave()).catch(() => connection.drop());
}
