import type { Driver } from '@bearmq/core/driver';
import { rejectionOf, soon, until } from '@bearmq/test-support';
import { describe, expect, it } from '@jest/globals';
import { startSilentServer, startSlowProxy, startTcpProxy } from '../tcp-proxy.ts';
import { listeningSession, noting } from './listeners.ts';
import { notify, oneValue, statement, testUrl, unique } from './statements.ts';

/** How a driver is to be made for a test. */
export interface NetworkSetup {
  /** @defaultValue that of the tests' server */
  readonly url?: string;
  readonly heartbeatSecs?: number;
  readonly answerTimeoutSecs?: number;
  /** To be called just after a heartbeat was sent. */
  readonly onHeartbeat?: () => void;
}

/** Makes a driver on a client of its own, calls `use` with it, and closes both. */
export type WithNetworkDriver = (setup: NetworkSetup, use: (driver: Driver) => Promise<void>) => Promise<void>;

function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

/** What every driver must do that reaches its server over a network. */
export function testOnBadNetwork(withDriver: WithNetworkDriver): void {
  describe('a listening connection on a bad network', () => {
    it('is replaced when it falls silent without being closed', async () => {
      const proxy = await startTcpProxy(testUrl());
      const listen = async (driver: Driver, sender: Driver): Promise<void> => {
        const channel = unique('silent');
        const { listener, notes, noted } = noting();
        driver.listen(channel, listener);
        await noted('connected');
        proxy.freeze();
        await noted('disconnected');
        await until('another connect', () => notes.filter((note) => note === 'connected').length === 2);
        await notify(sender, channel, 'after all');
        await noted(': after all');
        expect(notes).toEqual(['connected', 'disconnected', 'connected', ': after all']);
        proxy.freeze();
        await soon('the close of a silent connection', driver.close());
      };
      await withDriver({}, (sender) =>
        withDriver({ url: proxy.url, heartbeatSecs: 0.1 }, (driver) => listen(driver, sender)),
      );
      await proxy.close();
    });

    it('stays when the event loop was blocked for longer than an answer may take', async () => {
      let beats = 0;
      const onHeartbeat = (): void => {
        beats += 1;
        // While a heartbeat is under way, so that the answer waits unread while its time runs out.
        if (beats % 2 === 0) setImmediate(() => block(1_300));
      };
      const proxy = await startSlowProxy(testUrl());
      await withDriver({ url: proxy.url, heartbeatSecs: 0.1, onHeartbeat }, async (driver) => {
        const { listener, notes, noted } = noting();
        driver.listen(unique('blocked'), listener);
        await noted('connected');
        await until('a few heartbeats', () => beats >= 5);
        expect(notes).toEqual(['connected']);
      });
      await proxy.close();
    });

    it('is tried again until there is a server, and each failure is told', async () => {
      const proxy = await startTcpProxy(testUrl());
      await proxy.close();
      const { port } = new URL(proxy.url);
      await withDriver({ url: proxy.url }, async (driver) => {
        const { listener, notes, noted } = noting();
        driver.listen(unique('early'), listener);
        await until('two failures', () => notes.length >= 2);
        const late = await startTcpProxy(testUrl(), Number(port));
        await noted('connected');
        expect(notes.indexOf('connected')).toBe(notes.length - 1);
        await driver.close();
        await late.close();
      });
    });

    it('says why it could not be made', async () => {
      await withDriver({ url: UNREACHABLE }, async (driver) => {
        const told = new Promise((resolve) => {
          driver.listen('anything', { ...noting().listener, onDisconnected: resolve });
        });
        expect(await soon('the failure', told)).toMatchObject({
          name: 'DatabaseError',
          message: 'connect ECONNREFUSED 127.0.0.1:1',
          cause: { code: 'ECONNREFUSED' },
        });
      });
    });

    it('is closed at once, and gone, while it connects to a server that says nothing', async () => {
      const silent = await startSilentServer(testUrl());
      await withDriver({ url: silent.url }, async (driver) => {
        const { listener, notes } = noting();
        const subscription = driver.listen(unique('never'), listener);
        await soon('the connection', silent.accepted);
        const before = performance.now();
        await soon('the close', subscription.close());
        expect(performance.now() - before).toBeLessThan(1_500);
        await soon('the end of the connection', silent.abandoned);
        expect(notes).toEqual([]);
      });
      await silent.close();
    });

    it('asks the server to notice a vanished client soon', async () => {
      await withDriver({}, async (driver) => {
        const session = await listeningSession(driver);
        const names = ['idle', 'interval', 'count'].map(
          (name) => `current_setting('tcp_keepalives_${name}')::text as ${name}`,
        );
        expect(await session.run(statement(`select ${names.join(', ')}`))).toEqual([['10', '5', '3']]);
      });
    });
  });

  describe('a network that swallows what is sent', () => {
    it('makes a statement fail as if its connection were lost, and the next one goes another way', async () => {
      const proxy = await startTcpProxy(testUrl());
      await withDriver({ url: proxy.url, answerTimeoutSecs: 0.5 }, async (driver) => {
        await oneValue(driver, 'select 1::int4 as one');
        proxy.freeze();
        const error = await rejectionOf(soon('the failure', oneValue(driver, 'select 2::int4 as two')));
        expect(error).toMatchObject({ name: 'DatabaseError', sqlState: null, isRetryable: true });
        expect(error).toHaveProperty('message', expect.stringContaining('no answer within 500 ms'));
        expect(await soon('an answer', oneValue(driver, 'select 3::int4 as three'))).toBe(3);
        proxy.reset();
      });
      await proxy.close();
    });

    it('is waited for where a statement may take long', async () => {
      await withDriver({ answerTimeoutSecs: 0.1 }, async (driver) => {
        const slow = { ...statement('select 4::int4 as four from pg_sleep(0.3)'), mayTakeLong: true } as const;
        expect(await driver.run(slow)).toEqual([[4]]);
      });
    });
  });

  describe('a server that cannot be reached', () => {
    it('makes statements and transactions fail in a way that is worth another try', async () => {
      await withDriver({ url: UNREACHABLE }, async (driver) => {
        for (const work of [() => oneValue(driver, 'select 1::int4 as one'), () => driver.transaction(async () => 1)]) {
          const error = await rejectionOf(work());
          expect(error).toMatchObject({ name: 'DatabaseError', sqlState: null, isRetryable: true });
        }
      });
    });

    it('without an answer is given up after 5 seconds if it may be repeated, and the next one is answered', async () => {
      const proxy = await startTcpProxy(testUrl());
      await withDriver({ url: proxy.url }, async (driver) => {
        const repeated = { ...statement('select 1::int4 as one'), mayBeRepeated: true } as const;
        await driver.run(repeated);
        proxy.freeze();
        expect(await rejectionOf(driver.run(repeated))).toMatchObject({
          sqlState: null,
          isRetryable: true,
          message: expect.stringContaining('no answer within 5000 ms'),
        });
        expect(await soon('an answer', driver.run(repeated))).toEqual([[1]]);
        await proxy.close();
      });
    });
  });
}

/** Nobody listens on port 1. */
const UNREACHABLE = 'postgres://nobody@127.0.0.1:1/none';
