import assert from 'node:assert/strict';
import type { DriverCase } from './cases.ts';
import { databaseError, rejection, sql } from './support.ts';

/** What is no statement: it must be refused, and not be read as something else. */
export const statementRefusalCases: readonly DriverCase[] = [
  {
    title: 'refuses two statements in one text, as final',
    run: async ({ driver }) => {
      const error = await databaseError(driver.run(sql('select 1::int4 as one; select 2::int4 as two')));
      assert.equal(error.sqlState, '42601');
      assert.equal(error.isRetryable, false);
    },
  },
  {
    title: 'refuses a value that is undefined, and does not send NULL for it',
    run: async ({ driver }) => {
      const wrong = sql('select $1::text as value', undefined as never);
      assert.match(String(await rejection(driver.run(wrong))), /undefined/);
      assert.match(String(await rejection(driver.transaction((tx) => tx.run(wrong)))), /undefined/);
    },
  },
];
