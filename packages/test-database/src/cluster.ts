import { spawn } from 'node:child_process';
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerUser } from './server-user.ts';

/** The superuser of every server that this package starts. It listens on the loopback address only. */
export const CREDENTIALS = { user: 'postgres', password: 'bearmq', database: 'postgres' } as const;

/** A locale or time zone of the machine's must not decide what a test sees. */
export const SERVER_ENV: NodeJS.ProcessEnv = { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' };

export interface ClusterOptions {
  readonly initdb: string;
  readonly dataDir: string;
  readonly user: ServerUser | undefined;
  /** Whether the new files are flushed to disk. */
  readonly sync: 'sync' | 'no-sync';
  /** How often the superuser's password is hashed. */
  readonly passwordRounds: number;
}

/** Makes a data folder with `initdb`, unless there is one already. */
export async function ensureCluster({ initdb, dataDir, user, sync, passwordRounds }: ClusterOptions): Promise<void> {
  if (existsSync(join(dataDir, 'PG_VERSION'))) return;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  if (user !== undefined) chownSync(dataDir, user.uid, user.gid);
  const passwordFile = `${dataDir}.password`;
  writeFileSync(passwordFile, `${verifierOf(CREDENTIALS.password, passwordRounds)}\n`);
  try {
    const args = ['-D', dataDir, '-U', CREDENTIALS.user, `--pwfile=${passwordFile}`, '-A', 'scram-sha-256'];
    args.push('-E', 'UTF8', '--locale=C', ...(sync === 'no-sync' ? ['--no-sync'] : []));
    await run(initdb, args, user);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** What the server keeps of a password, RFC 5803. */
function verifierOf(password: string, rounds: number): string {
  const salt = 'for tests only';
  const salted = pbkdf2Sync(password, salt, rounds, 32, 'sha256');
  const keyOf = (name: string): Buffer => createHmac('sha256', salted).update(name).digest();
  const stored = createHash('sha256').update(keyOf('Client Key')).digest('base64');
  const encoded = Buffer.from(salt).toString('base64');
  return `SCRAM-SHA-256$${rounds}:${encoded}$${stored}:${keyOf('Server Key').toString('base64')}`;
}

async function run(command: string, args: readonly string[], user: ServerUser | undefined): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const child = spawn(command, args, { env: SERVER_ENV, stdio: ['ignore', 'ignore', 'pipe'], ...user });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${command} ended with ${code}:\n${said}`));
    });
  });
}

/** What a data folder says of the server that runs on it, or ran until it was killed. */
export interface ServerStatus {
  readonly pid: number;
  /** Tells two servers with the same pid apart (a container's pids start anew). */
  readonly identity: string;
  readonly phase: string;
}

/** Reads `postmaster.pid`: line 1 is the pid, line 3 the start time, line 8 the phase. */
export function readStatus(dataDir: string): ServerStatus | undefined {
  try {
    const lines = readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n');
    return { pid: Number(lines[0]), identity: `${lines[0]} ${lines[2]}`, phase: lines[7]?.trim() ?? '' };
  } catch {
    return undefined;
  }
}
