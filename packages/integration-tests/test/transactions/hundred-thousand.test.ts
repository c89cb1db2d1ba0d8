import { rolledBack } from '@bearmq/test-database/driver-tests';
import { afterAll, describe, expect, it } from '@jest/globals';
import { JobDefinition } from 'bearmq';
import { fromDrizzle } from 'bearmq/drizzle';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { databaseUrl, useSchema } from '../support/database.ts';

const COUNT = 100_000;

describe("a hundred thousand jobs in one transaction of the caller's", () => {
  const schema = useSchema();
  const pool = new pg.Pool({ connectionString: databaseUrl() });
  const db = drizzle({ client: pool });
  afterAll(() => pool.end());

  const items = Array.from({ length: COUNT }, (_, n) => ({ payload: { n, text: `job $${n} of 'many'` } }));

  function define(name: string) {
    const workFunction = async (_payload: (typeof items)[number]['payload']) => {};
    return new JobDefinition({ context: schema.context(), name, workFunction });
  }

  const COUNTED = 'select count(*)::int from {s}.job where name = $1';

  it('are there after the commit, in their order', async () => {
    let ids: string[] = [];
    await db.transaction(async (tx) => {
      ids = await define('COMMITTED').enqueueMany(items, { tx: fromDrizzle(tx, sql) });
      expect(await schema.value(COUNTED, ['COMMITTED'])).toBe(0);
    });
    const rows = await schema.rows(`select id, payload from {s}.job where name = 'COMMITTED' order by seq`);
    expect(rows).toHaveLength(COUNT);
    // Compared as a whole first: a hundred thousand differences would take minutes to print.
    const isInOrder = rows.every(({ id, payload }, n) => id === ids[n] && (payload as { n: number }).n === n);
    expect({ isInOrder, last: rows.at(-1)?.['payload'] }).toEqual({ isInOrder: true, last: items.at(-1)?.payload });
  }, 90_000);

  it('are gone after a rollback', async () => {
    await rolledBack(
      (work: (tx: Parameters<Parameters<typeof db.transaction>[0]>[0]) => Promise<void>) => db.transaction(work),
      async (tx) => {
        expect(await define('ROLLED_BACK').enqueueMany(items, { tx: fromDrizzle(tx, sql) })).toHaveLength(COUNT);
        const { rows } = await tx.execute(
          sql`select count(*)::int as n from ${sql.raw(schema.q)}.job where name = 'ROLLED_BACK'`,
        );
        expect(rows).toEqual([{ n: COUNT }]);
      },
    );
    expect(await schema.value(COUNTED, ['ROLLED_BACK'])).toBe(0);
  }, 90_000);
});
