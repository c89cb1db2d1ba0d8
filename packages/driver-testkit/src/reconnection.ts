import assert from 'node:assert/strict';
import type { Driver, SqlSession } from '@bearmq/core/driver';
import type { DriverCase } from './cases.ts';
import { type Listening, listening, newChannel, notify, sessionOf } from './listening.ts';
import { oneValue, rejection, sql, uniqueLock } from './support.ts';
import { eventually, soon } from './waiting.ts';

/** Cuts the connection that listens to a channel: it is the one that said LISTEN last. */
async function cutListener(driver: Driver, channel: string, { journal }: Listening): Promise<void> {
  const told = journal.entries.findLast(({ what }) => what === 'connected');
  if (told?.what === 'connected' && told.session !== null) {
    const pid = await oneValue(told.session, 'select pg_backend_pid()::int4 as pid');
    await oneValue(driver, 'select pg_terminate_backend($1::int4)::boolean as done', pid);
    return;
  }
  await eventually('the listening connection', async () => {
    const text = `
      select pg_terminate_backend(pid)::boolean as done from pg_stat_activity
      where query ilike 'listen%' || $1::text || '%' and pid <> pg_backend_pid()`;
    return (await driver.run(sql(text, channel)))[0];
  });
}

/** Waits for a loss and the connect after it, counted from a number of entries. */
async function cameBack({ journal }: Listening, after: number): Promise<void> {
  await journal.until('onDisconnected', ({ what }) => what === 'disconnected', after);
  const lost = journal.entries.findIndex(({ what }, index) => index >= after && what === 'disconnected');
  await journal.until('onConnected after it', ({ what }) => what === 'connected', lost + 1);
}

/** Whether nobody holds an advisory lock. */
async function isFree(session: SqlSession, lock: number): Promise<true | undefined> {
  const text = 'select pg_try_advisory_xact_lock($1::int4)::boolean as got';
  return (await oneValue(session, text, lock)) === true ? true : undefined;
}

async function holdLock(session: SqlSession, lock: number): Promise<void> {
  assert.equal(await oneValue(session, 'select pg_try_advisory_lock($1::int4)::boolean as got', lock), true);
}

/** Lost connections, and what lives as long as the connection. */
export const reconnectionCases: readonly DriverCase[] = [
  {
    title: 'tells of a lost connection, reconnects and delivers again, more than once',
    needs: ['notifications', 'concurrentConnections', 'terminateBackend'],
    run: async ({ driver }) => {
      const channel = newChannel();
      const listener = await listening(driver, channel);
      for (const round of ['first', 'second']) {
        const before = listener.journal.entries.length;
        await cutListener(driver, channel, listener);
        await cameBack(listener, before);
        await notify(driver, channel, round);
        await listener.heard(round);
      }
    },
  },
  {
    title: 'can be closed while it is reconnecting',
    needs: ['notifications', 'concurrentConnections', 'terminateBackend'],
    run: async ({ driver }) => {
      const channel = newChannel();
      const listener = await listening(driver, channel);
      await cutListener(driver, channel, listener);
      await listener.journal.until('onDisconnected', ({ what }) => what === 'disconnected');
      await soon('the close', listener.subscription.close());
      const before = listener.journal.entries.length;
      const witness = await listening(driver, channel);
      await notify(driver, channel, 'too late');
      await witness.heard('too late');
      assert.equal(listener.journal.entries.length, before, 'a closed subscription was told something');
    },
  },
  {
    title: 'keeps a session lock as long as it listens, and frees it when closed',
    needs: ['notifications', 'listeningSession', 'concurrentConnections'],
    run: async ({ driver }) => {
      const lock = uniqueLock();
      const channel = newChannel();
      const listener = await listening(driver, channel);
      const session = sessionOf(listener);
      await holdLock(session, lock);
      await notify(driver, channel, 'still here');
      await listener.heard('still here');
      assert.equal(await isFree(driver, lock), undefined, 'the lock is not held');
      await soon('the close', listener.subscription.close());
      await eventually('the lock to be free', async () => await isFree(driver, lock));
      await soon('the refusal', rejection(session.run(sql('select 1::int4 as value'))));
    },
  },
  {
    title: 'frees a session lock when the connection is lost, and gives a new session after that',
    needs: ['notifications', 'listeningSession', 'concurrentConnections', 'terminateBackend'],
    run: async ({ driver }) => {
      const lock = uniqueLock();
      const channel = newChannel();
      const listener = await listening(driver, channel);
      const lost = sessionOf(listener);
      await holdLock(lost, lock);
      const before = listener.journal.entries.length;
      await cutListener(driver, channel, listener);
      await cameBack(listener, before);
      await eventually('the lock to be free', async () => await isFree(driver, lock));
      await holdLock(sessionOf(listener), lock);
      await soon('the refusal', rejection(lost.run(sql('select 1::int4 as value'))));
    },
  },
];
