import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { until } from '@bearmq/test-support';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Binaries, embeddedBinaries, systemBinaries } from '../src/binaries.ts';
import { type PostgresOptions, type RunningPostgres, startPostgres } from '../src/local-postgres.ts';
import { temporaryFolder } from '../src/reachable.ts';
import { serverUser } from '../src/server-user.ts';
import { isAlive } from './support/is-alive.ts';
import { queryValue } from './support/query.ts';

let binaries: Binaries;
const started: RunningPostgres[] = [];
const kept: string[] = [];

async function start(options: PostgresOptions = { durability: 'fast' }): Promise<RunningPostgres> {
  const server = await startPostgres(binaries, options);
  started.push(server);
  return server;
}

function keptFolder(): string {
  const folder = mkdtempSync(join(temporaryFolder(serverUser()), 'bearmq-kept-'));
  kept.push(folder);
  chmodSync(folder, 0o755);
  return join(folder, 'data');
}

beforeAll(async () => {
  const found = (await embeddedBinaries()) ?? systemBinaries();
  if (found === undefined) throw new Error('These tests need PostgreSQL binaries.');
  binaries = found;
});

afterEach(async () => {
  for (const server of started.splice(0)) await server.stop();
  for (const folder of kept.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe('startPostgres', () => {
  it('starts a server that answers, and leaves neither process nor folder', async () => {
    const server = await start();
    expect(await queryValue(server.url, 'select 1 + 1')).toBe(2);
    expect(isAlive(server.pid)).toBe(true);
    expect(existsSync(server.dataDir)).toBe(true);
    await server.stop();
    await server.exited;
    expect(isAlive(server.pid)).toBe(false);
    expect(existsSync(dirname(server.dataDir))).toBe(false);
    await server.stop();
  });

  it('runs two at once', async () => {
    const [one, two] = await Promise.all([start(), start()]);
    await queryValue(one.url, 'create table only_in_one ()');
    expect(await queryValue(one.url, "select to_regclass('only_in_one')::text")).toBe('only_in_one');
    expect(await queryValue(two.url, "select to_regclass('only_in_one')::text")).toBeNull();
  });

  it('is durable unless told otherwise', async () => {
    const durable = await start({});
    const fast = await start({ durability: 'fast', settings: { work_mem: '8MB' } });
    expect(await queryValue(durable.url, 'show fsync')).toBe('on');
    expect(await queryValue(durable.url, 'show synchronous_commit')).toBe('on');
    expect(await queryValue(fast.url, 'show fsync')).toBe('off');
    expect(await queryValue(fast.url, 'show max_connections')).toBe('200');
    expect(await queryValue(fast.url, 'show work_mem')).toBe('8MB');
  });

  it('keeps the data of a server that was killed, on the same port', async () => {
    const dataDir = keptFolder();
    const first = await start({ dataDir });
    await queryValue(first.url, 'create table survivor ()');
    process.kill(first.pid, 'SIGKILL');
    await first.exited;
    await first.stop();
    const second = await start({ dataDir, port: first.port });
    expect(second.url).toBe(first.url);
    expect(await queryValue(second.url, "select to_regclass('survivor')::text")).toBe('survivor');
  });

  it('removes the throw-away folder of a server that was killed', async () => {
    const server = await start();
    process.kill(server.pid, 'SIGKILL');
    await server.exited;
    await until('the postmaster is gone', () => !isAlive(server.pid));
    await server.stop();
    expect(existsSync(dirname(server.dataDir))).toBe(false);
  });

  it('shows the log of a server that does not start', async () => {
    const { port } = await start();
    await expect(start({ port })).rejects.toThrow(/did not start on port.*Address already in use/s);
    await expect(start({ settings: { no_such_setting: '1' } })).rejects.toThrow(/unrecognized configuration parameter/);
  });

  it('refuses a data folder that has a server already', async () => {
    const dataDir = keptFolder();
    const { url } = await start({ dataDir });
    await expect(start({ dataDir })).rejects.toThrow(/lock file "postmaster.pid" already exists/);
    expect(await queryValue(url, 'select 1')).toBe(1);
  });
});
