import { inspect } from 'node:util';
import { DatabaseError, type SqlSession } from '@bearmq/core/driver';
import { rejectionOf } from '@bearmq/test-support';
import { expect, it } from '@jest/globals';
import { Context, JobDefinition } from 'bearmq';
import type { TestSchema } from '../../support/database.ts';

/** Runs `work` in a transaction of the query builder; commits when it resolves, and rejects with what it rejects with. */
export type InTransaction = (work: (session: SqlSession) => Promise<void>) => Promise<unknown>;

/** A connection that can be broken as a network breaks it: without a word. */
export interface Breakable {
  readonly inTransaction: InTransaction;
  break(): void;
}

const SECRET = 'a payload that is nobody’s business';

/**
 * Which errors a session gives, and that no value of a statement goes with them.
 *
 * @param sqlState where the client's own errors have the server's code
 */
export function itTellsErrorsWithoutValues(
  inTransaction: InTransaction,
  openBreakable: () => Promise<Breakable>,
  sqlState: 'code' | 'errno' = 'code',
): void {
  it("gives a server's error as a DatabaseError, with the client's own as its cause", async () => {
    const raise = `do $$ begin raise exception 'no more bears' using errcode = '23505', constraint = 'bears_key'; end $$`;
    const refused = inTransaction(async (session) => {
      await session.run({ name: 'bearmq_test', text: raise, values: [] });
    });
    const error = (await rejectionOf(refused)) as DatabaseError;
    expect(error).toBeInstanceOf(DatabaseError);
    expect(error).toMatchObject({
      message: 'no more bears',
      sqlState: '23505',
      constraint: 'bears_key',
      cause: { [sqlState]: '23505', message: 'no more bears' },
    });
  });

  it("keeps the statement's values out of a server's error", async () => {
    const refused = inTransaction(async (session) => {
      await session.run({ name: 'bearmq_test', text: 'select $1::text, 1::int4 / 0', values: [SECRET] });
    });
    const error = await rejectionOf(refused);
    expect(error).toMatchObject({ name: 'DatabaseError', sqlState: '22012', message: 'division by zero' });
    expect(inspect(error, { depth: 10 })).not.toContain(SECRET);
  });

  it("keeps the statement's values out of the error of a broken connection", async () => {
    const connection = await openBreakable();
    let slept: Promise<unknown> | undefined;
    const broken = connection.inTransaction(async (session) => {
      const text = 'select $1::text, pg_sleep(60)::text';
      slept = rejectionOf(session.run({ name: 'bearmq_test', text, values: [SECRET] }));
      connection.break();
      await slept;
    });
    await rejectionOf(broken); // nothing is left to commit on
    const error = await slept;
    expect(error).toBeInstanceOf(DatabaseError);
    expect(error).toMatchObject({ sqlState: null, isRetryable: true });
    expect(inspect(error, { depth: 10 })).not.toContain(SECRET);
  });

  it('refuses undefined among the values, and sends nothing', async () => {
    await inTransaction(async (session) => {
      const values = ['a', undefined as never];
      const refused = session.run({ name: 'bearmq_test', text: 'select $1::text, $2::text', values });
      expect(await rejectionOf(refused)).toEqual(new TypeError('undefined among the values of bearmq_test'));
      expect(await session.run({ name: 'bearmq_test', text: 'select 1::int4 as n', values: [] })).toEqual([[1]]);
    });
  });
}

/** Enqueues in a transaction of a client that reads every column as something else. */
export async function enqueueIn(schema: TestSchema, jobName: string, inTransaction: InTransaction): Promise<void> {
  const context = new Context({ pool: schema.pool, schema: schema.name });
  const workFunction = async (_payload: { n: number }) => {};
  const job = new JobDefinition({ context, name: jobName, workFunction });
  let ids: string[] = [];
  await inTransaction(async (tx) => {
    ids = await job.enqueueMany([{ payload: { n: 1 } }, { payload: { n: 2 }, delaySecs: 60 }], { tx });
    ids.push(await job.enqueue({ n: 3 }, { tx, jobGroup: 'g' }));
  });
  const rows = await schema.rows('select id from {s}.job where name = $1 order by seq', [jobName]);
  expect(rows.map(({ id }) => id)).toEqual(ids);
}
