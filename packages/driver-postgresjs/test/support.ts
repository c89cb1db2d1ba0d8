import { randomBytes } from 'node:crypto';
import type { Driver, NotificationListener, SqlSession, SqlStatement, SqlValue } from '@bearmq/core/driver';
import postgres from 'postgres';
import { type PostgresJsDriverOptions, postgresJsDriver } from '../src/index.ts';

/** What `postgres()` takes beside a URL; also the hidden ones. */
export type ClientOptions = postgres.Options<Record<string, postgres.PostgresType>> & Readonly<Record<string, unknown>>;

/** Where the tests' server is; set by jest's global setup. */
export function testUrl(): string {
  const url = process.env['BEARMQ_TEST_URL'];
  if (url === undefined) throw new Error('BEARMQ_TEST_URL is not set');
  return url;
}

export function newClient(options: ClientOptions = {}, url: string = testUrl()): postgres.Sql {
  return postgres(url, { onnotice: () => undefined, ...options });
}

/**
 * Ends a client. Without a time limit it would wait for ever when a connection was cut under a statement: postgres.js
 * takes that statement for still running.
 */
export async function endClient(sql: postgres.Sql): Promise<void> {
  await sql.end({ timeout: 1 });
}

/** A driver on a client of its own, both closed afterwards. */
export async function withDriver(
  client: ClientOptions,
  options: Omit<PostgresJsDriverOptions, 'sql'>,
  use: (driver: Driver, sql: postgres.Sql) => Promise<void>,
  url: string = testUrl(),
): Promise<void> {
  const sql = newClient(client, url);
  const driver = postgresJsDriver({ sql, ...options });
  try {
    await use(driver, sql);
  } finally {
    await driver.close();
    await endClient(sql);
  }
}

export function statement(text: string, ...values: readonly SqlValue[]): SqlStatement {
  return { name: 'bearmq_test', text, values };
}

export async function oneValue(session: SqlSession, text: string, ...values: SqlValue[]): Promise<SqlValue> {
  const rows = await session.run(statement(text, ...values));
  return rows[0]?.[0] as SqlValue;
}

export function unique(prefix: string): string {
  return `${prefix}_${randomBytes(6).toString('hex')}`;
}

/** A schema of this file's own. */
export async function createSchema(): Promise<{ schema: string; drop(): Promise<void> }> {
  const schema = unique('driver_postgresjs');
  const run = async (text: string): Promise<void> => {
    const sql = newClient({ max: 1 });
    await sql.unsafe(text).finally(() => endClient(sql));
  };
  await run(`create schema "${schema}"`);
  return { schema, drop: () => run(`drop schema "${schema}" cascade`) };
}

const DEADLINE_MS = 15_000;

/** Settles as the promise does; fails when that takes too long. */
export async function soon<T>(what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${DEADLINE_MS} ms in vain: ${what}`)), DEADLINE_MS);
  });
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Asks again and again until the answer is yes. */
export async function eventually(what: string, probe: () => boolean | Promise<boolean>): Promise<void> {
  const until = performance.now() + DEADLINE_MS;
  while (!(await probe())) {
    if (performance.now() > until) throw new Error(`waited ${DEADLINE_MS} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A listener that writes down what it is told: `connected`, `disconnected`, and payloads after a colon. */
export function noting(): { notes: string[]; listener: NotificationListener; noted(note: string): Promise<void> } {
  const notes: string[] = [];
  return {
    notes,
    noted: (note) => eventually(`${note} among the notes`, () => notes.includes(note)),
    listener: {
      onConnected: () => void notes.push('connected'),
      onDisconnected: () => void notes.push('disconnected'),
      onNotification: (payload) => void notes.push(`: ${payload}`),
    },
  };
}

/** Subscribes, and waits for the session on the connection that listens. */
export async function listeningSession(driver: Driver, channel: string = unique('listening')): Promise<SqlSession> {
  const session = await new Promise<SqlSession | null>((resolve, reject) => {
    driver.listen(channel, { onConnected: resolve, onDisconnected: reject, onNotification: () => undefined });
  });
  if (session === null) throw new Error('no session on the listening connection');
  return session;
}

export async function notify(driver: SqlSession, channel: string, payload: string): Promise<void> {
  await driver.run(statement('select pg_notify($1::text, $2::text)', channel, payload));
}

/** Ends a server process, and waits until it is gone. */
export async function cut(driver: SqlSession, pid: SqlValue): Promise<void> {
  await oneValue(driver, 'select pg_terminate_backend($1::int4)::boolean as done', pid);
  const count = 'select count(*)::int4 as n from pg_stat_activity where pid = $1::int4';
  await eventually('the end of the server process', async () => (await oneValue(driver, count, pid)) === 0);
}

/** What a promise rejects with; fails when it resolves. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  let rejection: { readonly reason: unknown } | undefined;
  await promise.catch((reason: unknown) => {
    rejection = { reason };
  });
  if (rejection === undefined) throw new Error('expected a rejection');
  return rejection.reason;
}
