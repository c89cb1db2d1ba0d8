import { spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Binaries, type RunningPostgres, startPostgres, systemBinaries } from '@bearmq/test-database';
import type pg from 'pg';
import { asAdmin, surely } from './admin.ts';

const SYNC_MS = 30_000;
const POLL_MS = 50;

export const NO_REPLICATION =
  'failover is left out: no PostgreSQL with pg_basebackup is installed (Debian: apt-get install postgresql)';

/** A PostgreSQL with `pg_basebackup`, which those of npm lack; undefined where none is installed. */
export function replicatingBinaries(): Binaries | undefined {
  const binaries = systemBinaries();
  return binaries !== undefined && existsSync(basebackup(binaries)) ? binaries : undefined;
}

/** What a primary and its standbys are started with, in addition: both find each other again soon after a restart. */
export const REPLICATION_SETTINGS: Readonly<Record<string, string>> = {
  wal_retrieve_retry_interval: '100ms',
  wal_receiver_status_interval: '1s',
  max_wal_senders: '4',
};

/**
 * Makes a streaming replica of a primary, and has each commit wait for it from then on: whatever anybody is told is on
 * both. Resolves when that is so.
 */
export async function startStandby(
  binaries: Binaries,
  primary: RunningPostgres,
  dataDir: string,
  settings: Readonly<Record<string, string>>,
): Promise<RunningPostgres> {
  await copy(binaries, primary, dataDir);
  const standby = await startPostgres(binaries, { dataDir, settings });
  // The copied setting would have the standby wait for one of its own, once it is promoted.
  await asAdmin(standby.url, async (client) => await waitFor(client, 'nobody'));
  await surely(primary.url, async (client) => {
    await waitFor(client, 'standby');
    for (const until = performance.now() + SYNC_MS; !(await hasSyncStandby(client)); await wait(POLL_MS)) {
      if (performance.now() > until) throw new Error(`the standby has not caught up within ${SYNC_MS} ms`);
    }
  });
  return standby;
}

/** Whether whatever is committed here is at the standby too, which is asked with what is committed now. */
export async function hasSyncStandby(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ is_synced: boolean }>(
    `select exists (select 1 from pg_stat_replication
       where sync_state in ('sync', 'quorum') and flush_lsn >= pg_current_wal_flush_lsn()) as is_synced`,
  );
  return rows[0]?.is_synced === true;
}

/** Where the log ends, in bytes. */
export async function logEnd(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ lsn: number }>(`select (pg_current_wal_lsn() - '0/0')::float8 as lsn`);
  return rows[0]?.lsn ?? 0;
}

/** Makes a primary of a standby; resolves when it takes writes. */
export async function promote(standby: RunningPostgres): Promise<void> {
  await asAdmin(standby.url, async (client) => {
    const { rows } = await client.query<{ is_done: boolean }>('select pg_promote(true, 30) as is_done');
    if (rows[0]?.is_done !== true) throw new Error('the standby was not promoted within 30 s');
  });
}

/** For whom commits wait. Not said on the command line, where nothing could change it. */
export async function waitFor(client: pg.Client, whom: 'nobody' | 'standby'): Promise<void> {
  await client.query(`alter system set synchronous_standby_names = '${whom === 'nobody' ? '' : '*'}'`);
  await client.query('select pg_reload_conf()');
}

/** As the server's own account, which is not ours where we are root. */
async function copy(binaries: Binaries, { url, dataDir: original }: RunningPostgres, dataDir: string): Promise<void> {
  const { uid, gid } = statSync(original);
  mkdirSync(dataDir, { mode: 0o700 });
  chmodSync(dataDir, 0o700);
  chownSync(dataDir, uid, gid);
  const { password, ...address } = credentials(url);
  const args = ['-D', dataDir, '-h', address.host, '-p', address.port, '-U', address.user];
  args.push('--write-recovery-conf', '--wal-method=stream', '--checkpoint=fast', '--no-sync');
  await new Promise<void>((resolve, reject) => {
    const child = spawn(basebackup(binaries), args, {
      env: { PATH: process.env['PATH'], LC_ALL: 'C', PGPASSWORD: password },
      stdio: ['ignore', 'ignore', 'pipe'],
      ...(process.getuid?.() === uid ? {} : { uid, gid }),
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`pg_basebackup ended with ${code}: ${said}`)),
    );
  });
}

function credentials(url: string): { host: string; port: string; user: string; password: string } {
  const { hostname, port, username, password } = new URL(url);
  return { host: hostname, port, user: decodeURIComponent(username), password: decodeURIComponent(password) };
}

function basebackup({ postgres }: Binaries): string {
  return join(dirname(postgres), 'pg_basebackup');
}
