import { setTimeout as pause } from 'node:timers/promises';
import type { Driver, NotificationListener, SqlSession, SqlStatement } from '@bearmq/core/driver';
import { quoteIdentifier, SQL_STATES, toDatabaseError } from '@bearmq/core/driver';
import { Client, type Pool } from 'pg';
import { failureOf, send, smallSession } from './small-session.ts';

/** Makes a driver on a pool, which stays the caller's. */
export function smallDriver(pool: Pool): Driver {
  const closing = new AbortController();
  const subscriptions = new Set<Promise<void>>();
  const survive = (): void => {};
  pool.on('error', survive); // without it, an idle connection that is cut ends the process
  return {
    name: 'small',
    run: async (statement) => (await send(pool, statement)).rows,
    transaction: (work) => transaction(pool, work),
    listen: (channel, listener) => {
      closing.signal.throwIfAborted();
      quoteIdentifier(channel, 'channel'); // throws for a name that PostgreSQL would cut short
      const closed = new AbortController();
      const subscription = keepListening(pool, channel, listener, AbortSignal.any([closed.signal, closing.signal]));
      subscriptions.add(subscription);
      const close = async (): Promise<void> => {
        closed.abort();
        await subscription;
        subscriptions.delete(subscription);
      };
      return { close };
    },
    close: async () => {
      closing.abort(new Error('this driver is closed'));
      await Promise.all(subscriptions);
      pool.off('error', survive);
    },
  };
}

async function transaction<T>(pool: Pool, work: (tx: SqlSession) => Promise<T>): Promise<T> {
  const client = await pool.connect().catch((error) => Promise.reject(failureOf(pool, error)));
  client.on('error', ignore); // a cut connection shows in the statement under way, or in the next
  const tx = smallSession(client);
  const end = async (): Promise<void> => {
    tx.end('the transaction is over', SQL_STATES.noActiveSqlTransaction);
    await tx.settled();
  };
  let isBroken = false;
  try {
    await send(client, plain('begin'));
    const result = await work(tx);
    await end();
    const { command } = await send(client, plain('commit'));
    if (command === 'COMMIT') return result;
    throw tx.lastError; // a statement had failed, the server has rolled back, and the work hid it
  } catch (error) {
    await end();
    isBroken = !(await send(client, plain('rollback')).catch(ignore));
    throw error;
  } finally {
    client.off('error', ignore);
    client.release(isBroken);
  }
}

async function keepListening(pool: Pool, channel: string, listener: NotificationListener, signal: AbortSignal) {
  for (let pauseMs = 50; !signal.aborted; pauseMs = Math.min(2 * pauseMs, 5_000)) {
    const client = new Client(pool.options);
    try {
      const lost = new Promise<never>((_resolve, reject) => {
        client.on('error', reject).on('end', () => reject(new Error('the connection was closed')));
        signal.addEventListener('abort', () => reject(signal.reason));
      });
      client.on('notification', ({ channel: from, payload = '' }) => {
        if (from === channel) tell(() => listener.onNotification(payload), signal);
      });
      const listening = client.connect().then(() => send(client, plain(`listen ${quoteIdentifier(channel)}`)));
      await Promise.race([listening, lost]);
      pauseMs = 50;
      tell(() => listener.onConnected(smallSession(client)), signal);
      await lost;
    } catch (error) {
      tell(() => listener.onDisconnected(toDatabaseError(error)), signal);
    }
    await client.end().catch(ignore);
    await pause(pauseMs, undefined, { signal }).catch(ignore);
  }
}

/** Calls a listener, unless closed; what it throws, or rejects with, must not end the subscription. */
function tell(call: () => unknown, signal: AbortSignal): void {
  if (!signal.aborted) void (async () => await call())().catch((error) => process.emitWarning(String(error)));
}

const plain = (text: string): SqlStatement => ({ name: 'small_driver', text, values: [] });
const ignore = (): void => {};
