import { connect, createServer, type Socket } from 'node:net';
import type { Driver } from '@bearmq/core/driver';
import { startTcpProxy } from '@bearmq/test-database/tcp-proxy';
import { freePort } from '@bearmq/test-support';
import { describe, expect, it } from '@jest/globals';
import { newClient, noting, rejectionOf, soon, statement, testUrl, unique, until, withDriver } from './support.ts';

const CONNECTIONS = 3;
const BEAT = statement('select pg_sleep(0.02)::text as slept');

/** So many at once that each connection of the client has one. */
async function onAll(driver: Driver): Promise<void> {
  await Promise.all(Array.from({ length: CONNECTIONS }, () => driver.run(BEAT)));
}

/**
 * All connections of a client end at once when a server stops, one after the other. A statement that was sent between
 * the ends of two, since its sender had just learned of the first, spoiled the second: what postgres.js had not written
 * of it stayed in front of the greeting of the next connection, which so was never greeted, for 30 seconds and more.
 */
describe('a client that has lost all its connections at once', () => {
  it('has all of them again soon, also when statements are sent at the first sign of the loss', async () => {
    const name = unique('lost_together');
    const watch = newClient({ max: 1 });
    await withDriver({ max: CONNECTIONS, connection: { application_name: name } }, {}, async (driver) => {
      const { listener, notes, noted } = noting();
      driver.listen(unique('channel'), {
        ...listener,
        onDisconnected: (error) => {
          for (let i = 0; i < CONNECTIONS; i += 1) driver.run(BEAT).catch(() => undefined);
          listener.onDisconnected(error);
        },
      });
      await noted('connected');
      for (let round = 0; round < 4; round += 1) {
        await onAll(driver);
        notes.length = 0;
        await watch`select pg_terminate_backend(pid) from pg_stat_activity where application_name = ${name}`;
        await until('another connection that listens', () => notes.includes('connected'));
        await until('answers on all connections', () => onAll(driver).then(yes, no));
      }
    });
    await watch.end();
  });
});

describe('a client that could not connect for long', () => {
  it('connects as soon as there is a server', async () => {
    const port = await freePort();
    const url = new URL(testUrl());
    url.host = `127.0.0.1:${port}`;
    await withDriver(
      { max: 1, fetch_types: false },
      {},
      async (driver) => {
        for (let i = 0; i < 12; i += 1) {
          expect(await soon('a refusal', rejectionOf(driver.run(BEAT)))).toMatchObject({ isRetryable: true });
        }
        const proxy = await startTcpProxy(testUrl(), port);
        await soon('an answer', driver.run(BEAT));
        await proxy.close();
      },
      url.href,
    );
  });

  it('gives up a statement that cannot be sent, and takes another connection for the next', async () => {
    let dialled = 0;
    const held: Socket[] = [];
    const silent = createServer((one) => held.push(one));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { hostname, port } = new URL(testUrl());
    const socket = (): unknown => {
      dialled += 1;
      // The first is cut, so that the client knows of a loss; nobody answers the second.
      if (dialled === 2) return connect((silent.address() as { port: number }).port, '127.0.0.1');
      const made = connect(Number(port), hostname);
      if (dialled === 1) setImmediate(() => made.destroy(new Error('cut')));
      return made;
    };
    await withDriver({ max: 3, fetch_types: false, socket }, {}, async (driver) => {
      await rejectionOf(driver.run(BEAT));
      expect(await rejectionOf(driver.run(BEAT))).toMatchObject({
        sqlState: null,
        isRetryable: true,
        message: expect.stringContaining('no connection within 3000 ms'),
      });
      await soon('an answer', driver.run(BEAT));
      for (const one of held) one.destroy();
    });
    silent.close();
  });
});

/**
 * Between the 'error' of a socket and its 'close' postgres.js still sends on it, and does not reject what it sent there: the
 * greeting of the next connection then resolves it, as if it had been answered with no rows.
 */
describe('a statement that was sent on a connection just lost', () => {
  it('is told of as failed when the client connects again, and not as done', async () => {
    const { hostname, port } = new URL(testUrl());
    let made: Socket | undefined;
    const socket = (): Socket => {
      made = connect(Number(port), hostname);
      return made;
    };
    // Longer than what postgres.js keeps back for a moment.
    const long = statement('select $1::text as said', 'x'.repeat(4_000));
    await withDriver({ max: 1, fetch_types: false, socket }, {}, async (driver) => {
      expect(await driver.run(long)).toEqual([long.values]);
      const late = new Promise<unknown>((resolve) => {
        made?.once('error', () => resolve(driver.run(long).catch((error: unknown) => error)));
      });
      const closed = new Promise((resolve) => made?.once('close', resolve));
      made?.destroy(new Error('cut'));
      await closed;
      await soon('an answer on another connection', driver.run(BEAT));
      expect(await soon('the end of the statement', late)).toMatchObject({ sqlState: null, isRetryable: true });
    });
  });
});

const yes = (): boolean => true;
const no = (): boolean => false;
