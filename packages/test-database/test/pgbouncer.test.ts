import { existsSync } from 'node:fs';
import { until } from '@bearmq/test-support';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { embeddedBinaries, systemBinaries } from '../src/binaries.ts';
import { type RunningPostgres, startPostgres } from '../src/local-postgres.ts';
import { installedPgBouncer, type RunningPgBouncer, startPgBouncer } from '../src/pgbouncer.ts';
import { behindPooler } from '../src/pooled-database.ts';
import type { TestDatabase } from '../src/test-database.ts';
import { startPoolerHolder } from './support/holder.ts';
import { queryValue, withClient } from './support/query.ts';

const binaries = (await embeddedBinaries()) ?? systemBinaries();
const isInstalled = installedPgBouncer() !== undefined;
/** Itself included. */
const COUNT_CLIENTS = "select count(*)::int from pg_stat_activity where backend_type = 'client backend'";
const suite = isInstalled && binaries !== undefined ? describe : describe.skip;

suite('PgBouncer (skipped where it, or a PostgreSQL, is not installed)', () => {
  let server: RunningPostgres;
  let pooler: RunningPgBouncer | undefined;

  beforeAll(async () => {
    if (binaries !== undefined) server = await startPostgres(binaries, { durability: 'fast' });
  });

  afterEach(async () => {
    await pooler?.stop();
    pooler = undefined;
  });

  afterAll(() => server.stop());

  it('gives each statement outside of a transaction another connection of the server', async () => {
    pooler = await startPgBouncer({ url: server.url, settings: { min_pool_size: '2' } });
    await withClient(pooler.url, async (client) => {
      const pid = async (): Promise<unknown> => (await client.query('select pg_backend_pid() as pid')).rows[0]?.pid;
      await until('there are two', async () => {
        await pid();
        return (await queryValue(server.url, COUNT_CLIENTS)) === 3;
      });
      await client.query('begin');
      expect(await pid()).toBe(await pid());
      await client.query('commit');
      expect(await pid()).not.toBe(await pid());
    });
  });

  it('is gone with its folder once it was stopped, though clients are connected', async () => {
    pooler = await startPgBouncer({ url: server.url });
    const { url, folder, stop, exited } = pooler;
    await withClient(url, async () => {
      await stop();
      await exited;
    });
    expect(existsSync(folder)).toBe(false);
    await expect(queryValue(url, 'select 1')).rejects.toThrow('ECONNREFUSED');
  });

  it('goes, with its folder, when the program that started it is killed', async () => {
    const { process: child, pooler: held } = await startPoolerHolder(server.url);
    expect(await queryValue(held.url, 'select 1')).toBe(1);
    child.kill('SIGKILL');
    await until('its folder is gone', () => !existsSync(held.folder));
    await expect(queryValue(held.url, 'select 1')).rejects.toThrow('ECONNREFUSED');
  });

  it('says why it did not start', async () => {
    await expect(startPgBouncer({ url: server.url, settings: { pool_mode: 'sideways' } })).rejects.toThrow(
      /pgbouncer did not start on port \d+\. Its log:.*sideways/s,
    );
  });

  it('stands between the tests and their database when it is asked for, and ends first', async () => {
    let seenLast: unknown;
    const direct: TestDatabase = {
      url: server.url,
      source: 'here',
      stop: async () => {
        seenLast = await queryValue(pooled.url, 'select 1').catch((error: unknown) => error);
      },
    };
    const pooled = await behindPooler(direct, { BEARMQ_TEST_POOLER: 'pgbouncer' });
    expect(pooled).toMatchObject({
      directUrl: server.url,
      source: 'here, behind PgBouncer in transaction mode',
    });
    expect(pooled.url).not.toBe(server.url);
    expect(await queryValue(pooled.url, 'select inet_server_port()')).toBe(server.port);
    await pooled.stop();
    expect(seenLast).toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('behindPooler', () => {
  it('leaves a database as it is when no pooler is asked for', async () => {
    const database = { url: 'postgres://db.example/theirs', source: 'DATABASE_URL', stop: async () => {} };
    expect(await behindPooler(database, {})).toEqual({ ...database, directUrl: database.url });
  });

  it('refuses one that it does not know, and stops the database', async () => {
    let isStopped = false;
    const stop = async (): Promise<void> => {
      isStopped = true;
    };
    const database = { url: 'postgres://db.example/theirs', source: 'DATABASE_URL', stop };
    await expect(behindPooler(database, { BEARMQ_TEST_POOLER: 'pgpool' })).rejects.toThrow(
      'BEARMQ_TEST_POOLER is "pgpool"; it may be pgbouncer.',
    );
    expect(isStopped).toBe(true);
  });
});

describe('installedPgBouncer', () => {
  it('looks on the PATH first', () => {
    expect(installedPgBouncer('/nowhere')).toBe(isInstalled ? installedPgBouncer('/nowhere:') : undefined);
  });
});
