import { execFileSync } from 'node:child_process';
import {
  accessSync,
  chownSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { freePort } from '@bearmq/test-support';
import { type Guarded, spawnGuarded } from './guard.ts';
import { preparePlace } from './place.ts';
import { type ServerUser, serverUser } from './server-user.ts';

const START_DEADLINE_MS = 20_000;
const POLL_MS = 20;
const ATTEMPTS = 3;
const TEXT = { encoding: 'utf8' } as const;

export interface PgBouncerOptions {
  /** The server's address; the pooler takes the same user and password. */
  readonly url: string;
  /** @defaultValue what is installed */
  readonly program?: string | undefined;
  /** More settings of its `[pgbouncer]` section; they win over this package's. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A PgBouncer of our own, in transaction mode. It ends with this process at the latest, even when that is killed. */
export interface RunningPgBouncer {
  /** The server's address, through the pooler. */
  readonly url: string;
  /** Its configuration and log. */
  readonly folder: string;
  /** Resolves when the pooler is gone, however it went. */
  readonly exited: Promise<void>;
  /** Stops it, and removes its folder. Safe to call twice. */
  stop(): Promise<void>;
}

/** The PgBouncer on the `PATH`, or where Debian puts it, which is not on everybody's; undefined when there is none. */
export function installedPgBouncer(path: string = process.env['PATH'] ?? ''): string | undefined {
  const folders = [...path.split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, 'pgbouncer'))
    .find(isProgram);
}

function isProgram(file: string): boolean {
  if (!existsSync(file)) return false;
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Starts a pooler and resolves when it takes connections; rejects with its log when it does not. */
export async function startPgBouncer(options: PgBouncerOptions): Promise<RunningPgBouncer> {
  if (process.platform === 'win32') throw new Error('No PgBouncer is started on Windows.');
  const program = options.program ?? installedPgBouncer();
  if (program === undefined) {
    throw new Error(
      'PgBouncer is not installed: get it (apt-get install pgbouncer), or do without BEARMQ_TEST_POOLER.',
    );
  }
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const launched = await launch(program, options, port);
    if (typeof launched !== 'string') return launched;
    // The port was free a moment ago.
    if (attempt < ATTEMPTS && launched.includes('nowhere to listen on')) continue;
    throw new Error(`${program} did not start on port ${port}. Its log:\n${launched}`);
  }
}

/** The pooler, or the log of one that did not start. */
async function launch(program: string, options: PgBouncerOptions, port: number): Promise<RunningPgBouncer | string> {
  const user = serverUser(); // it refuses to run as root, as PostgreSQL does
  const folder = preparePlace(undefined, user).removable as string;
  const configFile = configure(program, folder, options, port, user);
  const logFile = join(folder, 'pgbouncer.log');
  const log = openSync(logFile, 'w');
  const guarded = spawnGuarded({
    command: [program, configFile],
    stopSignal: 'TERM', // at once, and again where the first only asks clients to leave (since 1.23)
    removeAfterwards: folder,
    log,
    user,
  });
  closeSync(log);
  if (await takesConnections(guarded, port)) {
    const url = new URL(options.url);
    url.hostname = '127.0.0.1';
    url.port = String(port);
    return { url: url.href, folder, exited: guarded.exited, stop: guarded.stop };
  }
  const said = readFileSync(logFile, 'utf8');
  await guarded.stop();
  return said;
}

/** Writes the configuration, readable for `user` alone, and gives the file's name. */
function configure(
  program: string,
  folder: string,
  { url, settings = {} }: PgBouncerOptions,
  port: number,
  user: ServerUser | undefined,
): string {
  const { hostname, port: serverPort, username, password } = new URL(url);
  const usersFile = join(folder, 'users.txt');
  const entries: Record<string, string> = {
    listen_addr: '127.0.0.1',
    listen_port: String(port),
    unix_socket_dir: '',
    // A server that trusts whoever connects was given without a password: there is none to ask for.
    auth_type: password === '' ? 'trust' : 'scram-sha-256',
    auth_file: usersFile,
    pool_mode: 'transaction',
    // Each statement meets another connection than the one before, as on a busy pooler: what relies on a session fails.
    server_round_robin: '1',
    default_pool_size: '40',
    max_client_conn: '1000',
    ignore_startup_parameters: 'extra_float_digits',
    // As it was before 1.21: what passes so passes with their support, too.
    ...(knowsPreparedStatements(program) ? { max_prepared_statements: '0' } : {}),
    ...settings,
  };
  const lines = [
    '[databases]',
    `* = host=${hostname.replace(/^\[|\]$/g, '')} port=${serverPort || '5432'}`,
    '[pgbouncer]',
    ...Object.entries(entries).map(([name, value]) => `${name} = ${value}`),
  ];
  const configFile = join(folder, 'pgbouncer.ini');
  const quoted = (text: string): string => `"${decodeURIComponent(text).replaceAll('"', '""')}"`;
  for (const [file, text] of [
    [usersFile, `${quoted(username)} ${quoted(password)}\n`],
    [configFile, `${lines.join('\n')}\n`],
  ] as const) {
    writeFileSync(file, text, { mode: 0o600 });
    if (user !== undefined) chownSync(file, user.uid, user.gid);
  }
  return configFile;
}

/** The setting is unknown to those before, and they refuse to start with it. */
function knowsPreparedStatements(program: string): boolean {
  const [, major = '0', minor = '0'] = /PgBouncer (\d+)\.(\d+)/.exec(execFileSync(program, ['--version'], TEXT)) ?? [];
  return Number(major) > 1 || Number(minor) >= 21;
}

async function takesConnections(guarded: Guarded, port: number): Promise<boolean> {
  const until = Date.now() + START_DEADLINE_MS;
  while (!guarded.hasExited() && Date.now() < until) {
    if (await accepts(port)) return !guarded.hasExited();
    await new Promise((next) => setTimeout(next, POLL_MS));
  }
  return false;
}

async function accepts(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      resolve(true);
      socket.destroy();
    });
    socket.once('error', () => resolve(false));
  });
}
