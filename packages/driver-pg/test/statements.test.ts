import { describe, expect, it } from '@jest/globals';
import { oneValue, sql, withDriver } from './support.ts';

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
});
