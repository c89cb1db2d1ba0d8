import type { DatabaseError, SqlSession } from '@bearmq/core/driver';
import { rejectionOf } from '@bearmq/test-support';
import { afterAll, describe, expect, it } from '@jest/globals';
import { fromKysely } from 'bearmq/kysely';
import { Kysely, type KyselyConfig, type LogEvent, PostgresDialect } from 'kysely';
import pg from 'pg';
import { databaseUrl, useSchema } from '../support/database.ts';
import { enqueueIn, type InTransaction, itTellsErrorsWithoutValues } from './support/session-of-a-builder.ts';

const opened: Kysely<unknown>[] = [];
afterAll(() => Promise.all(opened.map((db) => db.destroy())));

function open(config: pg.PoolConfig = {}, settings: Omit<KyselyConfig, 'dialect'> = {}): Kysely<unknown> {
  const pool = new pg.Pool({ connectionString: databaseUrl(), ...config });
  pool.on('error', () => {}); // one test breaks a connection
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }), ...settings });
  opened.push(db);
  return db;
}

function transactionsOf(db: Kysely<unknown>): InTransaction {
  return (work) => db.transaction().execute((trx) => work(fromKysely(trx)));
}

describe('a session on a transaction of kysely', () => {
  const schema = useSchema();

  itTellsErrorsWithoutValues(transactionsOf(open()), async () => {
    const pool = new pg.Pool({ connectionString: databaseUrl() });
    let client: pg.PoolClient | undefined;
    pool.on('connect', (connected) => {
      client = connected;
      connected.on('error', () => {});
    });
    const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
    opened.push(db);
    return {
      inTransaction: transactionsOf(db),
      break: () => (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy(),
    };
  });

  it('takes no statement after the end, however it ended', async () => {
    const db = open();
    const statement = { name: 'bearmq_test', text: 'select 1::int4 as n', values: [] };
    let kept: SqlSession | undefined;
    await transactionsOf(db)(async (session) => {
      kept = session;
    });
    const committed = await db.startTransaction().execute();
    await committed.commit().execute();
    const rolledBack = await db.startTransaction().execute();
    await rolledBack.rollback().execute();
    for (const session of [kept as SqlSession, fromKysely(committed), fromKysely(rolledBack)]) {
      expect(await rejectionOf(session.run(statement))).toMatchObject({
        name: 'DatabaseError',
        message: 'this transaction has ended',
        sqlState: '25P01',
        isRetryable: false,
      } satisfies Partial<DatabaseError>);
    }
  });

  it('enqueues whatever the type parsers of its client make of columns', async () => {
    const strange = { getTypeParser: () => () => ({ strange: true }) };
    await enqueueIn(schema, 'STRANGE', transactionsOf(open({ types: strange as never })));
  });

  it('shows its queries to the log as Kysely does its own', async () => {
    const events: LogEvent[] = [];
    const db = open({}, { log: (event) => void events.push(event) });
    await enqueueIn(schema, 'LOGGED', transactionsOf(db));
    const ours = events.filter(({ query }) => query.sql.includes('insert into'));
    expect(ours).toHaveLength(2);
    expect(ours[0]).toMatchObject({
      level: 'query',
      query: { query: { kind: 'RawNode' }, parameters: expect.arrayContaining(['LOGGED']) },
    });
    expect(new Set(ours.map(({ query }) => query.queryId.queryId)).size).toBe(2);
  });
});
