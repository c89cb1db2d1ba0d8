import { inspect } from 'node:util';
import { rejectionOf } from '@bearmq/test-support';
import { afterAll, describe, expect, it } from '@jest/globals';
import { fromDrizzle } from 'bearmq/drizzle';
import { sql } from 'drizzle-orm';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { drizzle as drizzlePostgresJs, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import pg from 'pg';
import postgres from 'postgres';
import { databaseUrl, useSchema } from '../support/database.ts';
import { enqueueIn, type InTransaction, itTellsErrorsWithoutValues } from './support/session-of-a-builder.ts';

function transactionsOf(db: NodePgDatabase | PostgresJsDatabase): InTransaction {
  return (work) => db.transaction((tx) => work(fromDrizzle(tx, sql)));
}

describe('a session on a transaction of drizzle, on node-postgres', () => {
  const schema = useSchema();
  const inTransaction = transactionsOf(drizzle({ client: schema.newPool() }));

  itTellsErrorsWithoutValues(inTransaction, async () => {
    const client = new pg.Client({ connectionString: databaseUrl() });
    await client.connect();
    client.on('error', () => {});
    return {
      inTransaction: transactionsOf(drizzle({ client })),
      break: () => (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy(),
    };
  });

  it('enqueues whatever the type parsers of the program make of columns', async () => {
    // Drizzle asks these, past the parsers of a pool.
    const oids = [16, 20, 23, 25, 701];
    await enqueueIn(schema, 'STRANGE', async (work) => {
      const before = oids.map((oid) => [oid, pg.types.getTypeParser(oid, 'text')] as const);
      for (const oid of oids) pg.types.setTypeParser(oid, () => ({ strange: true }));
      await inTransaction(work).finally(() => {
        for (const [oid, parser] of before) pg.types.setTypeParser(oid, parser);
      });
    });
  });

  it('sends one statement at a time, as the client wants it', async () => {
    const client = new pg.Client({ connectionString: databaseUrl() });
    await client.connect();
    let inFlight = 0;
    let most = 0;
    const query = client.query.bind(client) as (...args: unknown[]) => Promise<unknown>;
    client.query = ((...args: unknown[]) => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      return query(...args).finally(() => {
        inFlight -= 1;
      });
    }) as never;
    await drizzle({ client }).transaction(async (tx) => {
      const numbers = Array.from({ length: 10 }, (_, n) => n);
      const all = numbers.map((n) =>
        fromDrizzle(tx, sql).run({ name: 'bearmq_test', text: 'select $1::int4 as n', values: [n] }),
      );
      expect(await Promise.all(all)).toEqual(numbers.map((n) => [[n]]));
    });
    expect(most).toBe(1);
    await client.end();
  });

  it('refuses a placeholder without a value', async () => {
    await inTransaction(async (session) => {
      const refused = session.run({ name: 'bearmq_test', text: 'select $1::text, $2::text', values: ['a'] });
      expect(await rejectionOf(refused)).toEqual(new TypeError('no value for $2 of bearmq_test'));
    });
  });
});

describe('a session on a transaction of drizzle, on postgres.js', () => {
  const schema = useSchema();
  const clients: postgres.Sql[] = [];
  afterAll(() => Promise.all(clients.map((client) => client.end({ timeout: 1 }))));

  function open(options: postgres.Options<Record<string, postgres.PostgresType>> = {}): InTransaction {
    const client = postgres(databaseUrl(), options);
    clients.push(client);
    return transactionsOf(drizzlePostgresJs({ client }));
  }

  it('enqueues whatever the type parsers of its client make of columns', async () => {
    const strange = { to: 0, from: [16, 20, 23, 25, 701], serialize: String, parse: () => ({ strange: true }) };
    await enqueueIn(schema, 'STRANGE', open({ types: { strange }, transform: postgres.camel }));
  });

  it("gives the client's own error as the cause of one, not Drizzle's, which holds the values", async () => {
    const refused = open()(async (session) => {
      await session.run({ name: 'bearmq_test', text: 'select $1::text, 1::int4 / 0', values: ['a secret'] });
    });
    const error = await rejectionOf(refused);
    expect(error).toMatchObject({
      name: 'DatabaseError',
      message: 'division by zero',
      sqlState: '22012',
      cause: { name: 'PostgresError', code: '22012' },
    });
    expect(inspect(error, { depth: 10 })).not.toContain('a secret');
  });
});
