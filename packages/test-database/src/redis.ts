import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '@bearmq/test-support';

const START_MS = 10_000;
const LOOK_MS = 20;

/** A Redis of our own, with the settings that BullMQ's documentation advises for production. */
export interface RunningRedis {
  readonly port: number;
  readonly version: string;
  /** Forgets everything. */
  empty(): Promise<void>;
  stop(): Promise<void>;
}

/** @returns undefined where no redis-server is in the PATH; none is installed for this */
export async function startRedis(): Promise<RunningRedis | undefined> {
  const binary = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'redis-server'))
    .find((path) => existsSync(path));
  if (binary === undefined) return undefined;
  const version = /v=(\S+)/.exec(execFileSync(binary, ['--version'], { encoding: 'utf8' }))?.[1] ?? 'unknown';
  const folder = mkdtempSync(join(tmpdir(), 'bearmq-redis-'));
  const port = await freePort();
  const settings = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes'];
  settings.push('--appendfsync', 'everysec', '--maxmemory-policy', 'noeviction', '--save', '');
  // The shell ends the server when the pipe from us closes, however we end, and takes its data away.
  const script = 'folder=$1; shift; "$@" & server=$!; read -r _; kill -9 "$server"; wait "$server"; rm -rf "$folder"';
  const guard = spawn('/bin/sh', ['-c', script, 'sh', folder, binary, ...settings], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true, // Ctrl-C is for us: it ends when we do
  });
  const ended = new Promise<void>((resolve) => guard.once('close', () => resolve()));
  const stop = async (): Promise<void> => {
    guard.stdin?.end();
    await ended;
  };
  const until = Date.now() + START_MS;
  while (!(await command(port, 'PING').catch(() => ''))?.startsWith('+PONG')) {
    if (Date.now() > until) {
      await stop();
      throw new Error(`${binary} did not answer on port ${port} within ${START_MS / 1000} s`);
    }
    await pause(LOOK_MS);
  }
  return {
    port,
    version,
    empty: async () => {
      await command(port, 'FLUSHALL');
    },
    stop,
  };
}

/** One command, on a connection of its own; two of them are not worth a client. */
async function command(port: number, words: string): Promise<string> {
  return await new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`${words}\r\n`));
    socket.once('data', (answer) => {
      socket.destroy();
      resolve(answer.toString());
    });
    socket.once('error', reject);
  });
}
