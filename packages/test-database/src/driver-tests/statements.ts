import { randomBytes } from 'node:crypto';
import type { SqlSession, SqlStatement, SqlValue } from '@bearmq/core/driver';
import { until } from '@bearmq/test-support';

/** Where the tests' server is; set by jest's global set-up. */
export function testUrl(): string {
  const url = process.env['BEARMQ_TEST_URL'];
  if (url === undefined) throw new Error('BEARMQ_TEST_URL is not set');
  return url;
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

export async function notify(session: SqlSession, channel: string, payload: string): Promise<void> {
  await session.run(statement('select pg_notify($1::text, $2::text)', channel, payload));
}

/** Ends a server process, and waits until it is gone. */
export async function cut(session: SqlSession, pid: SqlValue): Promise<void> {
  await oneValue(session, 'select pg_terminate_backend($1::int4)::boolean as done', pid);
  const count = 'select count(*)::int4 as n from pg_stat_activity where pid = $1::int4';
  await until('the end of the server process', async () => (await oneValue(session, count, pid)) === 0);
}
