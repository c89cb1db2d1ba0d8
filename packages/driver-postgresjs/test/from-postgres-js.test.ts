import { describe, expect, it } from '@jest/globals';
import type postgres from 'postgres';
import { fromPostgresJs, type PostgresJsClient, type PostgresJsTransaction } from '../src/index.ts';
import { endClient, newClient, oneValue, rejectionOf, statement } from './support.ts';

describe('fromPostgresJs', () => {
  it('refuses the client itself, at compile time and at run time', async () => {
    const sql = newClient();
    // @ts-expect-error the client does not hold a transaction
    expect(() => fromPostgresJs(sql)).toThrow('fromPostgresJs() was given the client');
    await sql.end();
  });

  it('refuses what runs no queries', () => {
    // @ts-expect-error nothing
    expect(() => fromPostgresJs(undefined)).toThrow('needs the `sql` that sql.begin hands');
    // @ts-expect-error no sql
    expect(() => fromPostgresJs({})).toThrow('needs the `sql` that sql.begin hands');
  });

  it('takes the types of postgres.js as they are declared, those with parsers of their own too', () => {
    type WithTypes = { bigint: bigint; point: { x: number } };
    const clientFits: (sql: postgres.Sql) => PostgresJsClient = (sql) => sql;
    const typedClientFits: (sql: postgres.Sql<WithTypes>) => PostgresJsClient = (sql) => sql;
    const transactionFits: (sql: postgres.TransactionSql) => PostgresJsTransaction = (sql) => sql;
    const typedTransactionFits: (sql: postgres.TransactionSql<WithTypes>) => PostgresJsTransaction = (sql) => sql;
    const reservedFits: (sql: postgres.ReservedSql) => PostgresJsTransaction = (sql) => sql;
    expect([clientFits, typedClientFits, transactionFits, typedTransactionFits, reservedFits]).toHaveLength(5);
  });

  it('leaves commit and rollback to the caller', async () => {
    const sql = newClient({ max: 1 });
    await sql`create temporary table bears (n int4)`;
    const insert = statement('insert into bears values ($1::int4)', 1);
    const undone = sql.begin(async (tx) => {
      await fromPostgresJs(tx).run(insert);
      throw new RangeError('on purpose');
    });
    expect(await rejectionOf(undone)).toBeInstanceOf(RangeError);
    await sql.begin((tx) => fromPostgresJs(tx).run(insert));
    expect(await sql`select * from bears`).toHaveLength(1);
    await sql.end();
  });

  it('belongs to its savepoint', async () => {
    const sql = newClient({ max: 1 });
    await sql`create temporary table bears (n int4)`;
    await sql.begin(async (tx) => {
      await fromPostgresJs(tx).run(statement('insert into bears values ($1::int4)', 1));
      const undone = tx.savepoint(async (inner) => {
        await fromPostgresJs(inner).run(statement('insert into bears values ($1::int4)', 2));
        throw new RangeError('on purpose');
      });
      expect(await rejectionOf(undone)).toBeInstanceOf(RangeError);
    });
    expect(await sql`select n from bears`).toEqual([{ n: 1 }]);
    await sql.end();
  });

  it('keeps the order of what is asked for at once, through several sessions and the sql itself', async () => {
    const sql = newClient();
    const counts = await sql.begin(async (tx) => {
      await tx`create temporary table bears (n int4) on commit drop`;
      const count = (): Promise<unknown> => oneValue(fromPostgresJs(tx), 'select count(*)::int4 as n from bears');
      const insert = (n: number): Promise<unknown> =>
        fromPostgresJs(tx).run(statement('insert into bears values ($1::int4)', n));
      const all = [insert(1), count(), tx`insert into bears values (2)`.execute(), count(), insert(3), count()];
      return (await Promise.all(all)).filter((result) => typeof result === 'number');
    });
    expect(counts).toEqual([1, 2, 3]);
    await sql.end();
  });

  it('sends nothing more on a connection that has left a statement without an answer', async () => {
    const sql = newClient();
    const reserved = await sql.reserve();
    await reserved`begin`;
    const admin = newClient({ max: 1 });
    const pid = await oneValue(fromPostgresJs(reserved), 'select pg_backend_pid()::int4 as pid');
    const asked = [1, 2, 3].map(() =>
      rejectionOf(oneValue(fromPostgresJs(reserved), 'select pg_sleep(60)::text as s')),
    );
    await admin`select pg_terminate_backend(${String(pid)}::int4)`;
    for (const one of asked) expect(await one).toMatchObject({ name: 'DatabaseError', isRetryable: true });
    const after = await rejectionOf(oneValue(fromPostgresJs(reserved), 'select 1::int4 as value'));
    expect(after).toMatchObject({ name: 'DatabaseError', isRetryable: true });
    await Promise.all([admin.end(), endClient(sql)]);
  });
});
