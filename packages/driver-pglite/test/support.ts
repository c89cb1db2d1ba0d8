import { randomBytes } from 'node:crypto';
import type { NotificationListener, SqlSession, SqlStatement, SqlValue } from '@bearmq/core/driver';

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

export async function notify(session: SqlSession, channel: string, payload: string): Promise<void> {
  await session.run(statement('select pg_notify($1::text, $2::text)', channel, payload));
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
