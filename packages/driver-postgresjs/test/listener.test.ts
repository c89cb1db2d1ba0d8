import type { Driver } from '@bearmq/core/driver';
import { describe, expect, it } from '@jest/globals';
import postgres from 'postgres';
import { postgresJsDriver } from '../src/index.ts';
import {
  endClient,
  hears,
  listeningSession,
  newClient,
  noting,
  oneValue,
  rejectionOf,
  statement,
  testUrl,
  unique,
  until,
  withDriver,
} from './support.ts';

const PID = 'select pg_backend_pid()::int4 as pid';

describe('the connection that listens', () => {
  it('takes none of the client, and is gone when closed', async () => {
    await withDriver({ max: 1 }, {}, async (driver) => {
      const session = await listeningSession(driver);
      const pid = await oneValue(session, PID);
      expect(await oneValue(driver, PID)).not.toBe(pid);
      await hears(driver);
      await driver.close();
      expect(await oneValue(driver, 'select count(*)::int4 as n from pg_stat_activity where pid = $1::int4', pid)).toBe(
        0,
      );
    });
  });

  it('stays one and the same, and ends with its session when it is cut', async () => {
    await withDriver({}, {}, async (driver) => {
      const sessions: Driver['run'][] = [];
      const { listener, noted } = noting();
      driver.listen(unique('cut'), {
        ...listener,
        onConnected: (session) => void (session !== null && sessions.push(session.run.bind(session))),
      });
      await until('a session', () => sessions.length === 1);
      const run = sessions[0] as Driver['run'];
      const pids = await Promise.all([1, 2, 3].map(() => run(statement(PID))));
      expect(new Set(pids.map(([row]) => row?.[0])).size).toBe(1);
      await oneValue(driver, 'select pg_terminate_backend($1::int4)::boolean as done', pids[0]?.[0]?.[0] ?? null);
      await noted('disconnected');
      expect(await rejectionOf(run(statement(PID)))).toMatchObject({ name: 'DatabaseError', isRetryable: true });
      await until('another session', () => sessions.length === 2);
      expect(await rejectionOf(run(statement(PID)))).toMatchObject({ name: 'DatabaseError', isRetryable: true });
      expect(await sessions[1]?.(statement('select 1::int4 as value'))).toEqual([[1]]);
    });
  });

  it('is not closed for being idle or old, as those of the client are', async () => {
    await withDriver(
      { idle_timeout: 0.1, max_lifetime: 0.3, connection: { application_name: 'brief' } },
      {},
      async (driver) => {
        const { listener, notes, noted } = noting();
        driver.listen(unique('patient'), listener);
        await noted('connected');
        const pid = await oneValue(driver, PID);
        const alive = 'select count(*)::int4 as n from pg_stat_activity where pid = $1::int4';
        const other = newClient();
        const observer = postgresJsDriver({ sql: other });
        await until('the end of the idle one', async () => (await oneValue(observer, alive, pid)) === 0);
        await other.end();
        expect(notes).toEqual(['connected']);
      },
    );
  });

  it('connects with a password that a function gives, and through a socket of the caller', async () => {
    const { hostname, port, username, password, pathname } = new URL(testUrl());
    const { connect } = await import('node:net');
    let dialled = 0;
    const sql = postgres({
      host: hostname,
      port: Number(port),
      user: username,
      database: pathname.slice(1),
      password: async () => decodeURIComponent(password),
      socket: async () => {
        dialled += 1;
        return connect(Number(port), hostname);
      },
    } as postgres.Options<Record<string, never>>);
    const driver = postgresJsDriver({ sql });
    await hears(driver);
    expect(dialled).toBe(2);
    await driver.close();
    await endClient(sql);
  });

  it('goes through the hosts of the client until one answers', async () => {
    const { host, username, password, pathname } = new URL(testUrl());
    const url = `postgres://${username}:${password}@127.0.0.1:1,${host}${pathname}`;
    const use = async (driver: Driver): Promise<void> => {
      const { listener, notes, noted } = noting();
      driver.listen(unique('hosts'), listener);
      await noted('connected');
      expect(notes).toEqual(['disconnected', 'connected']);
    };
    await withDriver({}, {}, use, url);
  });
});
