import { DatabaseError } from '@bearmq/core/driver';
import { describe, expect, it } from '@jest/globals';
import { oneValue, rejectionOf, sql, withDriver } from './support.ts';

const PREPARED = 'select name::text, statement::text from pg_prepared_statements order by statement';

describe('statements', () => {
  it('are not prepared by default', async () => {
    await withDriver({ max: 1 }, {}, async (driver) => {
      await oneValue(driver, 'select $1::int4 as value', 1);
      expect(await driver.run(sql(PREPARED))).toEqual([]);
    });
  });

  it('are prepared once for each text, under names of their own, when asked for', async () => {
    await withDriver({ max: 1 }, { prepare: 'always' }, async (driver) => {
      const name = 'n'.repeat(63);
      const texts = ['select $1::int4 as one', 'select $1::int4 as two'];
      for (let round = 0; round < 3; round += 1) {
        for (const text of texts) expect(await driver.run({ name, text, values: [round] })).toEqual([[round]]);
        await driver.transaction(async (tx) => void (await tx.run({ name, text: texts[0] ?? '', values: [round] })));
      }
      const prepared = await driver.run(sql(PREPARED));
      const ours = prepared.filter(([, text]) => texts.includes(String(text)));
      expect(ours.map(([, text]) => text)).toEqual(texts);
      expect(ours.every(([given]) => String(given).length === 63)).toBe(true);
    });
  });

  it('are refused when there are two in one text', async () => {
    await withDriver({}, {}, async (driver) => {
      const error = await rejectionOf(driver.run(sql('select 1::int4 as one; select 2::int4 as two')));
      expect(error).toBeInstanceOf(DatabaseError);
      expect(error).toMatchObject({ sqlState: '42601', isRetryable: false });
    });
  });

  it('are refused when a value is undefined', async () => {
    await withDriver({}, {}, async (driver) => {
      const error = await rejectionOf(driver.run(sql('select $1::text as value', undefined as never)));
      expect(String(error)).toContain('undefined among the values of bearmq_test');
      const inside = driver.transaction((tx) => tx.run(sql('select $1::text as value', undefined as never)));
      expect(String(await rejectionOf(inside))).toContain('undefined');
    });
  });

  it('that cannot reach the server are worth another try', async () => {
    await withDriver({ connectionString: 'postgres://nobody@127.0.0.1:1/none' }, {}, async (driver) => {
      for (const work of [driver.run(sql('select 1::int4 as one')), driver.transaction(async () => 1)]) {
        const error = await rejectionOf(work);
        expect(error).toBeInstanceOf(DatabaseError);
        expect(error).toMatchObject({ sqlState: null, isRetryable: true });
      }
    });
  });
});
