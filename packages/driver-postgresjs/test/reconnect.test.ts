import type { Driver } from '@bearmq/core/driver';
import { describe, expect, it } from '@jest/globals';
import { eventually, notify, noting, oneValue, soon, unique, withDriver } from './support.ts';
import { startSilentServer, startSlowProxy, startTcpProxy } from './tcp-proxy.ts';

function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

describe('a listening connection on a bad network', () => {
  it('is replaced when it falls silent without being closed', async () => {
    const proxy = await startTcpProxy();
    const listen = async (driver: Driver, sender: Driver): Promise<void> => {
      const channel = unique('silent');
      const { listener, notes, noted } = noting();
      driver.listen(channel, listener);
      await noted('connected');
      proxy.freeze();
      await noted('disconnected');
      await eventually('another connect', () => notes.filter((note) => note === 'connected').length === 2);
      await notify(sender, channel, 'after all');
      await noted(': after all');
      expect(notes).toEqual(['connected', 'disconnected', 'connected', ': after all']);
      proxy.freeze();
      await soon('the close of a silent connection', driver.close());
    };
    await withDriver({}, {}, (sender) =>
      withDriver({}, { heartbeatSecs: 0.1 }, (driver) => listen(driver, sender), proxy.url),
    );
    await proxy.close();
  });

  it('stays when the event loop was blocked for longer than an answer may take', async () => {
    let beats = 0;
    const debug = (_connection: number, query: string): void => {
      if (!query.includes('1::int4 as alive')) return;
      beats += 1;
      // Just when a heartbeat is under way, so that the answer waits unread while its time runs out.
      if (beats % 2 === 0) setImmediate(() => setImmediate(() => block(1_300)));
    };
    const proxy = await startSlowProxy();
    const listen = async (driver: Driver): Promise<void> => {
      const { listener, notes, noted } = noting();
      driver.listen(unique('blocked'), listener);
      await noted('connected');
      await eventually('a few heartbeats', () => beats >= 5);
      expect(notes).toEqual(['connected']);
    };
    await withDriver({ debug }, { heartbeatSecs: 0.1 }, listen, proxy.url);
    await proxy.close();
  });

  it('is tried again until there is a server, and each failure is told', async () => {
    const proxy = await startTcpProxy();
    await proxy.close();
    const { port } = new URL(proxy.url);
    const listen = async (driver: Driver): Promise<void> => {
      const { listener, notes, noted } = noting();
      driver.listen(unique('early'), listener);
      await eventually('two failures', () => notes.length >= 2);
      const late = await startTcpProxy(Number(port));
      await noted('connected');
      expect(notes.indexOf('connected')).toBe(notes.length - 1);
      await driver.close();
      await late.close();
    };
    await withDriver({}, {}, listen, proxy.url);
  });

  it('is closed at once while it connects to a server that says nothing', async () => {
    const silent = await startSilentServer();
    const listen = async (driver: Driver): Promise<void> => {
      const { listener, notes } = noting();
      const subscription = driver.listen(unique('never'), listener);
      await soon('the connection', silent.accepted);
      const before = performance.now();
      await soon('the close', subscription.close());
      expect(performance.now() - before).toBeLessThan(1_500);
      await soon('the end of the connection', silent.abandoned);
      expect(notes).toEqual([]);
    };
    await withDriver({}, {}, listen, silent.url);
    await silent.close();
  });

  it('is closed soon while its session runs a long statement', async () => {
    await withDriver({}, {}, async (driver) => {
      const lock = 4_712;
      let waiting: Promise<unknown> | undefined;
      await driver.transaction(async (tx) => {
        await oneValue(tx, 'select pg_advisory_xact_lock($1::int4)::text as locked', lock);
        const { noted, listener } = noting();
        const subscription = driver.listen(unique('busy'), {
          ...listener,
          onConnected: (session) => {
            listener.onConnected(session);
            if (session !== null) waiting = oneValue(session, 'select pg_advisory_lock($1::int4)::text as got', lock);
            waiting?.catch(() => undefined);
          },
        });
        await noted('connected');
        await soon('the close', subscription.close());
        await expect(soon('the end of the statement', waiting as Promise<unknown>)).rejects.toThrow();
      });
    });
  });
});
