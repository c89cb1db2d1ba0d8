import type { Driver } from '@bearmq/core/driver';
import { describe, expect, it } from '@jest/globals';
import { fromPostgresJs } from '../src/index.ts';
import { oneValue, rejectionOf, statement, withDriver } from './support.ts';

const PREPARED = 'select statement::text from pg_prepared_statements order by statement';

/** The texts that were prepared, ours among them. */
async function prepared(driver: Driver, mark: string): Promise<unknown[]> {
  const rows = await driver.run(statement(PREPARED));
  return rows.map(([text]) => text).filter((text) => String(text).includes(mark));
}

describe('statements', () => {
  it('are prepared once for each text, as the client prepares its own', async () => {
    await withDriver({ max: 1 }, {}, async (driver) => {
      const texts = ['select $1::int4 as prepared_one', 'select $1::int4 as prepared_two'];
      for (let round = 0; round < 3; round += 1) {
        for (const text of texts) expect(await oneValue(driver, text, round)).toBe(round);
        await driver.transaction(async (tx) => void (await oneValue(tx, texts[0] ?? '', round)));
      }
      expect(await prepared(driver, 'as prepared_')).toEqual(texts);
    });
  });

  it('are not prepared when the client was told so, or the driver', async () => {
    for (const [client, options] of [[{ prepare: false }, {}] as const, [{}, { prepare: 'never' }] as const]) {
      await withDriver({ max: 1, ...client }, options, async (driver) => {
        await oneValue(driver, 'select $1::int4 as unprepared', 1);
        expect(await prepared(driver, 'as unprepared')).toEqual([]);
      });
    }
  });

  it('are not prepared when they say that they must be planned anew', async () => {
    await withDriver({ max: 1 }, {}, async (driver) => {
      for (let round = 0; round < 2; round += 1) {
        await driver.run({ ...statement('select 1::int4 as planned_anew'), plan: 'anew' });
      }
      expect(await prepared(driver, 'as planned_anew')).toEqual([]);
    });
  });

  it("of the caller's transaction are not prepared when the client was told so", async () => {
    for (const [prepare, expected] of [[false, []] as const, [true, ['select $1::int4 as told_by_caller']] as const]) {
      await withDriver({ max: 1, prepare }, {}, async (driver, sql) => {
        await sql.begin((tx) => oneValue(fromPostgresJs(tx), 'select $1::int4 as told_by_caller', 1));
        expect(await prepared(driver, 'as told_by_caller')).toEqual(expected);
      });
    }
  });

  it('are not kept on the server without end', async () => {
    await withDriver({ max: 1 }, {}, async (driver) => {
      for (let n = 0; n < 1_100; n += 1) await oneValue(driver, `select ${n}::int4 as endless`);
      const kept = await oneValue(driver, 'select count(*)::int4 as n from pg_prepared_statements');
      expect(kept).toBeGreaterThan(900);
      expect(kept).toBeLessThan(1_010);
    });
  });

  it('are refused when a value is undefined, even where the client would send something else for it', async () => {
    await withDriver({ transform: { undefined: null } }, {}, async (driver) => {
      const wrong = statement('select $1::text as value', undefined as never);
      expect(String(await rejectionOf(driver.run(wrong)))).toContain('undefined among the values of bearmq_test');
      expect(String(await rejectionOf(driver.transaction((tx) => tx.run(wrong))))).toContain('undefined');
    });
  });

  it('say so when the client changes the values of its rows', async () => {
    await withDriver({ transform: { row: (row) => Object.values(row).map(String) } }, {}, async (driver) => {
      const error = await rejectionOf(driver.run(statement('select 1::int4 as value')));
      expect(String(error)).toContain('the `transform.row` of this postgres.js client');
    });
  });
});
