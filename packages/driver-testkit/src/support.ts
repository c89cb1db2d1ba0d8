import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { DatabaseError, type SqlRow, type SqlSession, type SqlStatement, type SqlValue } from '@bearmq/core/driver';

const names = new Map<string, string>();

/** A statement whose name is stable, and differs between texts, as names of prepared statements must. */
export function sql(text: string, ...values: readonly SqlValue[]): SqlStatement {
  let name = names.get(text);
  if (name === undefined) {
    name = `bearmq_testkit_${names.size}`;
    names.set(text, name);
  }
  return { name, text, values };
}

/** Runs a statement that answers with exactly one row. */
export async function oneRow(session: SqlSession, text: string, ...values: readonly SqlValue[]): Promise<SqlRow> {
  const rows = await session.run(sql(text, ...values));
  assert.equal(rows.length, 1, `expected one row, got ${rows.length}`);
  const row = rows[0];
  assert.ok(Array.isArray(row), `expected a row to be an array of values, got ${typeof row}`);
  return row;
}

/** Runs a statement that answers with exactly one value. */
export async function oneValue(session: SqlSession, text: string, ...values: readonly SqlValue[]): Promise<SqlValue> {
  const row = await oneRow(session, text, ...values);
  assert.equal(row.length, 1, `expected one column, got ${row.length}`);
  return row[0] as SqlValue;
}

/** What a promise rejects with; fails when it resolves. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  let resolved: unknown;
  try {
    resolved = await promise;
  } catch (error) {
    return error;
  }
  throw new assert.AssertionError({ message: `expected a rejection, but it resolved to ${JSON.stringify(resolved)}` });
}

/** The {@link DatabaseError} that a promise rejects with; fails when it resolves, or rejects with anything else. */
export async function databaseError(promise: Promise<unknown>): Promise<DatabaseError> {
  const error = await rejection(promise);
  if (error instanceof DatabaseError) return error;
  const { name } = (error ?? {}) as { name?: unknown };
  const hint = name === 'DatabaseError' ? ' of another copy of @bearmq/core: there must be only one' : '';
  throw new assert.AssertionError({ message: `expected a DatabaseError, got ${String(error)}${hint}` });
}

/** Letters and digits that nobody else has used. */
export function unique(prefix: string): string {
  return `${prefix}_${randomBytes(6).toString('hex')}`;
}

/** An integer for an advisory lock that nobody else has used. */
export function uniqueLock(): number {
  return randomBytes(4).readInt32BE();
}
