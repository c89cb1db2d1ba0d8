import { connect, type Socket } from 'node:net';
import { type ListeningConnection, type ListeningRequest, SQL_STATES, type SqlSession } from '@bearmq/core/driver';
import postgres from 'postgres';
import { ConnectionSession } from './connection-session.ts';
import { afterClosing } from './lost-connection.ts';
import type { PostgresJsClient, PostgresJsQuery, PostgresJsQueryable } from './postgres-js-types.ts';

/** Those settings of a client that are looked at here; parsed, as `sql.options` has them. */
interface Settings {
  readonly host: readonly string[];
  readonly port: readonly number[];
  readonly path?: string | false;
  /** A way to the server of the caller's own making. */
  readonly socket?: (settings: Settings) => Socket | Promise<Socket>;
}

/**
 * Opens a connection with the settings of a client, as a client of its own.
 *
 * A postgres.js client reconnects in silence, and whatever a session held, LISTEN and locks, would be gone without a
 * word. So this one gets a single socket: when that is closed it is lost for good, and its statements reject.
 */
export function openConnection(
  sql: PostgresJsClient,
  { attempt, onNotification, onLost }: ListeningRequest,
): ListeningConnection {
  const settings = sql.options as Settings;
  const turn = attempt % settings.host.length;
  const host = [settings.host[turn] ?? ''];
  const port = [settings.port[turn % settings.port.length] ?? 5432];
  let socket: Socket | undefined;
  let isDialled = false;
  let isDropped = false;
  let hungUp: () => void = () => undefined;
  const end = new Promise<void>((resolve) => {
    hungUp = resolve;
  });
  const client = postgres({
    ...settings,
    ...OWN_SETTINGS,
    // Both are written to by clients, so the caller's must not be shared. The first marks the settings as parsed.
    shared: { retries: 0, typeArrayMap: {} },
    parameters: {},
    host,
    port,
    onnotify: onNotification,
    onclose: () => {
      hungUp();
      const loss = session.lose('the connection was closed', undefined);
      void afterClosing(loss).then(onLost);
    },
    socket: async (own: Settings) => {
      if (isDialled) throw new Error('the connection was closed before it was ready');
      isDialled = true;
      socket = settings.socket === undefined ? dial(own) : await settings.socket(own);
      if (isDropped) socket.destroy();
      if (settings.socket === undefined) await connected(socket);
      return socket;
    },
  } as never);
  let latest: { readonly state?: { readonly pid?: unknown } | null } | undefined;
  const noted: PostgresJsQueryable = {
    unsafe: (...query) => {
      const sent = client.unsafe(...(query as Parameters<typeof client.unsafe>)) as unknown as PostgresJsQuery;
      latest = sent as typeof latest;
      return sent;
    },
    typed: (value, type) => client.typed(value as never, type) as object,
  };
  const session = new ConnectionSession(noted, 'never');
  const drop = (): void => {
    isDropped = true;
    session.lose('the connection was dropped', undefined);
    socket?.destroy();
  };
  return {
    connected: firstAnswer(session),
    // postgres.js keeps what the server said at connect with each query of the connection.
    serverProcess: () => {
      const pid = latest?.state?.pid;
      return typeof pid === 'number' ? pid : undefined;
    },
    unref: () => socket?.unref?.(),
    drop,
    leave: async () => {
      session.end('the connection was closed', SQL_STATES.connectionDoesNotExist);
      void client.end();
      await end;
    },
  };
}

/** postgres.js connects with the first statement. */
async function firstAnswer(session: ConnectionSession): Promise<SqlSession> {
  await session.run({ name: 'bearmq_connect', text: 'select 1::integer as connected', values: [] });
  return session;
}

/** What is ours to decide on a connection that only listens; the rest stays as the caller has it. */
const OWN_SETTINGS = {
  max: 1,
  prepare: false,
  fetch_types: false,
  idle_timeout: null,
  max_lifetime: null,
  transform: { undefined: undefined, column: {}, value: {}, row: {} },
  onnotice: ignore,
  onparameter: undefined,
};

function dial({ host, port, path }: Settings): Socket {
  if (typeof path === 'string') return connect(path);
  const address = { host: host[0] ?? '', port: port[0] ?? 0 };
  // postgres.js looks for the host on the socket when it checks the server's certificate, and for its error messages.
  return Object.assign(connect(address), address);
}

async function connected(socket: Socket): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.removeListener('error', reject);
      resolve();
    });
  });
}

function ignore(): void {}
