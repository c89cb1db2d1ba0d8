import assert from 'node:assert/strict';
import type { DriverCase } from './cases.ts';
import { databaseError, oneValue, rejection, sql } from './support.ts';

/** What a transaction rejects with, where there is a choice. */
export const transactionFailureCases: readonly DriverCase[] = [
  {
    title: 'rejects with the very error that aborted it, when its work hides that, and not with what came of it',
    run: async ({ driver }) => {
      let first: unknown;
      const failure = driver.transaction(async (tx) => {
        first = await rejection(tx.run(sql('select 1::int4 / 0 as value')));
        assert.equal((await databaseError(tx.run(sql('select 1::int4 as value')))).sqlState, '25P02');
      });
      assert.equal(await rejection(failure), first);
    },
  },
  {
    title: 'rejects when its work throws before it returns a promise, and leaves the driver working',
    run: async ({ driver }) => {
      const reason = new RangeError('thrown at once, on purpose');
      const work = (): never => {
        throw reason;
      };
      for (let i = 0; i < 15; i += 1) assert.equal(await rejection(driver.transaction(work)), reason);
      assert.equal(await oneValue(driver, 'select 1::int4 as value'), 1);
    },
  },
];
