/// <reference types="bun-types" />
// Run by Bun itself, see apps/smoke/test/bun-sql.test.ts.
import { type SessionFactory, sessionConformance } from '@bearmq/driver-testkit';
import { undone } from '@bearmq/test-database/driver-tests';
import { startTcpProxy } from '@bearmq/test-database/tcp-proxy';
import { rejectionOf } from '@bearmq/test-support';
import { afterAll, describe, expect, it } from '@jest/globals';
import { fromBunSql } from 'bearmq/bun';
import { SQL } from 'bun';
import { type Breakable, enqueueIn, itTellsErrorsWithoutValues } from '../sessions/support/session-of-a-builder.ts';
import { useSchema } from '../support/database.ts';
import { databaseUrl } from '../support/way.ts';

type Options = Bun.SQL.PostgresOrMySQLOptions;

async function withSql(options: Options, use: (sql: SQL) => Promise<unknown>): Promise<void> {
  const sql = new SQL(databaseUrl(), options);
  await use(sql).finally(() => sql.close());
}

function viaBegin(options: Options = {}): SessionFactory {
  return (use) =>
    withSql(options, (sql) =>
      undone((undo) =>
        sql.begin(async (tx) => {
          await use(fromBunSql(tx));
          undo();
        }),
      ),
    );
}

const viaSavepoint: SessionFactory = (use) =>
  withSql({}, (sql) =>
    undone((undo) =>
      sql.begin((tx) =>
        tx.savepoint(async (savepoint) => {
          await use(fromBunSql(savepoint));
          undo();
        }),
      ),
    ),
  );

const viaReserve: SessionFactory = (use) =>
  withSql({}, async (sql) => {
    const reserved = await sql.reserve();
    try {
      await reserved`begin`;
      await use(fromBunSql(reserved));
    } finally {
      await reserved`rollback`;
      await reserved.release();
    }
  });

sessionConformance(
  { describe, it },
  {
    name: 'Bun.sql',
    sessions: {
      'sql.begin': viaBegin(),
      'sql.begin, nothing prepared': viaBegin({ prepare: false }),
      'sql.begin, names and numbers as something else': viaBegin({ bigint: true, transform: SQL.camel }),
      'a savepoint': viaSavepoint,
      'sql.reserve and a begin by hand': viaReserve,
    },
  },
);

describe('a session on a transaction of Bun.sql', () => {
  const schema = useSchema();
  const opened: { close(): Promise<unknown> }[] = [];
  afterAll(async () => {
    for (const one of opened) await one.close();
  });

  function open(url: string, options: Options = {}): SQL {
    const sql = new SQL(url, options);
    opened.push(sql);
    return sql;
  }

  async function openBreakable(): Promise<Breakable> {
    const proxy = await startTcpProxy(databaseUrl());
    const sql = open(proxy.url, { max: 1 });
    opened.push(proxy);
    return { inTransaction: (work) => sql.begin((tx) => work(fromBunSql(tx))), break: () => proxy.reset() };
  }

  const sql = open(databaseUrl());
  itTellsErrorsWithoutValues((work) => sql.begin((tx) => work(fromBunSql(tx))), openBreakable, 'errno');

  it('sends nothing more where the connection is lost, and so nothing outside of the transaction', async () => {
    const proxy = await startTcpProxy(databaseUrl());
    opened.push(proxy);
    const reserved = await open(proxy.url, { max: 1 }).reserve();
    await reserved`begin`;
    const statement = { name: 'bearmq_test', text: 'select 1::int4 as n', values: [] };
    const session = fromBunSql(reserved);
    expect(await session.run(statement)).toEqual([[1]]);
    proxy.reset();
    for (const later of [session, session, fromBunSql(reserved)]) {
      expect(await rejectionOf(later.run(statement))).toMatchObject({ name: 'DatabaseError', sqlState: null });
    }
    await reserved.release();
  });

  it('enqueues whatever the client makes of names and numbers', async () => {
    const camel = open(databaseUrl(), { bigint: true, transform: SQL.camel });
    await enqueueIn(schema, 'STRANGE', (work) => camel.begin((tx) => work(fromBunSql(tx))));
  });
});
