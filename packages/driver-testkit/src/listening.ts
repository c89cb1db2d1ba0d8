import assert from 'node:assert/strict';
import type { Driver, NotificationListener, SqlSession, Subscription } from '@bearmq/core/driver';
import { sql, unique } from './support.ts';
import { Journal } from './waiting.ts';

/** What a listener was told. */
export type Told =
  | { readonly what: 'connected'; readonly session: SqlSession | null }
  | { readonly what: 'disconnected' }
  | { readonly what: 'notified'; readonly payload: string };

/** A subscription that remembers what it was told. */
export interface Listening {
  readonly journal: Journal<Told>;
  readonly subscription: Subscription;
  /** Waits for a payload. */
  heard(payload: string): Promise<unknown>;
  /** The payloads so far, in order. */
  payloads(): readonly string[];
}

/** Subscribes, and waits until the driver says that it listens. */
export async function listening(
  driver: Driver,
  channel: string,
  listen: Driver['listen'] = driver.listen.bind(driver),
): Promise<Listening> {
  const journal = new Journal<Told>();
  const listener: NotificationListener = {
    onConnected: (session) => journal.add(hidden({ what: 'connected', session })),
    onDisconnected: () => journal.add({ what: 'disconnected' }),
    onNotification: (payload) => journal.add({ what: 'notified', payload }),
  };
  const subscription = listen(channel, listener);
  await journal.until('onConnected', ({ what }) => what === 'connected');
  return {
    journal,
    subscription,
    heard: (payload) =>
      journal.until(
        `the notification ${payload.slice(0, 40)}`,
        (told) => told.what === 'notified' && told.payload === payload,
      ),
    payloads: () => journal.entries.flatMap((told) => (told.what === 'notified' ? [told.payload] : [])),
  };
}

/** The journal is printed when something does not come; a whole client would drown the rest. */
function hidden(told: Told & { what: 'connected' }): Told {
  return Object.defineProperty({ ...told }, 'session', { enumerable: false });
}

/** Sends a notification, as core does. */
export async function notify(session: SqlSession, channel: string, payload: string): Promise<void> {
  await session.run(sql('select pg_notify($1::text, $2::text)::text as sent', channel, payload));
}

/** A channel that nobody else has. */
export function newChannel(): string {
  return unique('bearmq_testkit');
}

/** The session of the latest connect. */
export function sessionOf({ journal }: Listening): SqlSession {
  const told = journal.entries.findLast(({ what }) => what === 'connected');
  assert.ok(told?.what === 'connected' && told.session !== null, 'onConnected was given no session');
  return told.session;
}
