import type { Driver } from '@bearmq/core/driver';
import { describe, expect, it } from '@jest/globals';
import { fromPg } from '../src/index.ts';
import { oneValue, sql, withDriver } from './support.ts';

/** The statements prepared on a connection with `mark` in their texts. */
async function prepared(driver: Driver, mark: string): Promise<(readonly [name: unknown, text: unknown])[]> {
  const rows = await driver.run(
    sql('select name::text, statement::text from pg_prepared_statements order by statement'),
  );
  return rows.flatMap(([name, text]) => (String(text).includes(mark) ? [[name, text] as const] : []));
}

describe('statements', () => {
  it('by themselves are prepared when their text comes for the second time', async () => {
    await withDriver({ max: 1 }, {}, async (driver) => {
      const text = 'select $1::int4 as second_time';
      await oneValue(driver, text, 1);
      expect(await prepared(driver, 'as second_time')).toEqual([]);
      for (const value of [2, 3]) expect(await oneValue(driver, text, value)).toBe(value);
      expect(await prepared(driver, 'as second_time')).toHaveLength(1);
    });
  });

  it('of transactions are not prepared unless asked for', async () => {
    for (const [prepare, count] of [['auto', 0] as const, ['never', 0] as const, ['always', 1] as const]) {
      await withDriver({ max: 1 }, { prepare }, async (driver) => {
        for (const value of [1, 2]) {
          await driver.transaction((tx) => oneValue(tx, `select $1::int4 as in_transaction_${prepare}`, value));
        }
        expect(await prepared(driver, 'as in_transaction')).toHaveLength(count);
      });
    }
  });

  it("of the caller's own transactions are never prepared", async () => {
    await withDriver({ max: 1 }, { prepare: 'always' }, async (driver, pool) => {
      const client = await pool.connect();
      await client.query('begin');
      for (const value of [1, 2]) await oneValue(fromPg(client), 'select $1::int4 as of_the_caller', value);
      await client.query('commit');
      client.release();
      expect(await prepared(driver, 'as of_the_caller')).toEqual([]);
    });
  });

  it('are prepared the first time, once for each text, under names of their own, when asked for', async () => {
    await withDriver({ max: 1 }, { prepare: 'always' }, async (driver) => {
      const name = 'n'.repeat(63);
      const texts = ['select $1::int4 as always_one', 'select $1::int4 as always_two'];
      for (let round = 0; round < 3; round += 1) {
        for (const text of texts) expect(await driver.run({ name, text, values: [round] })).toEqual([[round]]);
        const ours = await prepared(driver, 'as always_');
        expect(ours.map(([, text]) => text)).toEqual(texts);
        expect(ours.every(([given]) => String(given).length === 63)).toBe(true);
      }
    });
  });

  it('are not prepared where that is not wanted: by the driver, or by the statement', async () => {
    for (const [prepare, plan] of [
      ['never', undefined] as const,
      ['auto', 'anew'] as const,
      ['always', 'anew'] as const,
    ]) {
      await withDriver({ max: 1 }, { prepare }, async (driver) => {
        const statement = { ...sql('select 1::int4 as unprepared'), plan };
        for (let round = 0; round < 3; round += 1) await driver.run(statement);
        expect(await prepared(driver, 'as unprepared')).toEqual([]);
      });
    }
  });

  it('are not kept on the server without end', async () => {
    await withDriver({ max: 1 }, {}, async (driver) => {
      for (let n = 0; n < 1_100; n += 1) {
        for (const value of [1, 2]) await oneValue(driver, `select $1::int4 as endless_${n}`, value);
      }
      const kept = (await prepared(driver, 'as endless')).length;
      expect(kept).toBeGreaterThan(900);
      expect(kept).toBeLessThanOrEqual(1_000);
    });
  });
});
