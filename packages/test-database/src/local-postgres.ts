import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { freePort } from '@bearmq/test-support';
import type { Binaries } from './binaries.ts';
import { CREDENTIALS, ensureCluster, readStatus } from './cluster.ts';
import { type Guarded, spawnGuarded } from './guard.ts';
import { type Place, preparePlace } from './place.ts';
import { reachableBinaries } from './reachable.ts';
import { type ServerUser, serverUser } from './server-user.ts';
import { type Durability, type Settings, serverSettings } from './settings.ts';

const START_DEADLINE_MS = 60_000;
const POLL_MS = 20;
const RETRY_MS = 200;

export interface PostgresOptions {
  /**
   * Keep the data here, and find it again in the next run. The server's log is written beside it, to `<dataDir>.log`.
   *
   * @defaultValue a throw-away folder, removed with the server
   */
  readonly dataDir?: string;
  /** @defaultValue a free one */
  readonly port?: number;
  /** @defaultValue 'durable' */
  readonly durability?: Durability;
  /** More settings of `postgresql.conf`; they win over this package's. */
  readonly settings?: Settings;
  /**
   * How often the password is hashed, by the server once and by a client at each connection: where that is in plain
   * JavaScript, as Neon's, 4,096 times take 0.2 s.
   *
   * @defaultValue 4096, as PostgreSQL has it
   */
  readonly passwordRounds?: number;
}

/** A PostgreSQL of our own. It ends with this process at the latest, even when that is killed. */
export interface RunningPostgres {
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  /** The postmaster's, for tests that kill it. */
  readonly pid: number;
  /** For messages: which PostgreSQL this is. */
  readonly label: string;
  /** Resolves when the server is gone, however it went. */
  readonly exited: Promise<void>;
  /** Stops the server, and removes its data unless a `dataDir` was given. Safe to call twice. */
  stop(): Promise<void>;
}

/** Starts a server and resolves when it takes connections; rejects with the server's log when it does not. */
export async function startPostgres(binaries: Binaries, options: PostgresOptions = {}): Promise<RunningPostgres> {
  if (process.platform === 'win32') throw new Error('No PostgreSQL is started on Windows: set DATABASE_URL to one.');
  const user = serverUser();
  const reachable = reachableBinaries(binaries, user);
  const until = Date.now() + START_DEADLINE_MS;
  for (;;) {
    const place = await prepareCluster(reachable, options, user);
    const port = options.port ?? (await freePort());
    const launched = await launch({ binaries: reachable, place, user, options, port, until });
    if ('server' in launched) return launched.server;
    if (Date.now() < until && mayWorkNextTime(launched.log, options)) {
      await pause(RETRY_MS);
      continue;
    }
    throw new Error(
      `${binaries.label} did not start on port ${port} with its data in ${place.dataDir}. Its log:\n${launched.log}`,
    );
  }
}

async function prepareCluster(
  { initdb }: Binaries,
  { dataDir, passwordRounds = 4_096 }: PostgresOptions,
  user: ServerUser | undefined,
): Promise<Place> {
  const place = preparePlace(dataDir, user);
  try {
    const sync = place.removable === undefined ? 'sync' : 'no-sync';
    await ensureCluster({ initdb, dataDir: place.dataDir, user, sync, passwordRounds });
    return place;
  } catch (error) {
    if (place.removable !== undefined) rmSync(place.removable, { recursive: true, force: true });
    throw error;
  }
}

interface Launch {
  readonly binaries: Binaries;
  readonly place: Place;
  readonly user: ServerUser | undefined;
  readonly options: PostgresOptions;
  readonly port: number;
  readonly until: number;
}

async function launch(start: Launch): Promise<{ server: RunningPostgres } | { log: string }> {
  const { binaries, place, user, options, port, until } = start;
  const { dataDir, removable } = place;
  const settings = serverSettings(options.durability ?? 'durable', options.settings ?? {});
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const logFile = `${dataDir}.log`;
  const log = openSync(logFile, 'w');
  const before = readStatus(dataDir)?.identity; // left behind by a server that was killed
  const guarded = spawnGuarded({
    command: [binaries.postgres, '-D', dataDir, '-p', String(port), ...flags],
    stopSignal: removable === undefined ? 'INT' : 'QUIT', // QUIT: at once, nothing is written any more
    removeAfterwards: removable,
    log,
    user,
  });
  closeSync(log);
  const pid = await waitUntilReady(guarded, dataDir, before, until);
  if (pid === undefined) {
    const said = readFileSync(logFile, 'utf8');
    await guarded.stop();
    return { log: said };
  }
  const { user: name, password, database } = CREDENTIALS;
  const url = `postgres://${name}:${password}@127.0.0.1:${port}/${database}`;
  const { exited, stop } = guarded;
  return { server: { url, port, dataDir, pid, label: binaries.label, exited, stop } };
}

/** The server's own word for it, in its pid file; undefined when it ended instead, or took too long. */
async function waitUntilReady(
  guarded: Guarded,
  dataDir: string,
  before: string | undefined,
  until: number,
): Promise<number | undefined> {
  while (!guarded.hasExited() && Date.now() < until) {
    const status = readStatus(dataDir);
    if (status?.phase === 'ready' && status.identity !== before) return status.pid;
    await pause(POLL_MS);
  }
  return undefined;
}

/** A free port may be taken meanwhile, and a killed server's children finish their query before they notice and leave. */
function mayWorkNextTime(log: string, options: PostgresOptions): boolean {
  const portWasTaken = log.includes('could not create any TCP/IP sockets') && options.port === undefined;
  return portWasTaken || log.includes('pre-existing shared memory block');
}

async function pause(ms: number): Promise<void> {
  await new Promise((next) => setTimeout(next, ms));
}
