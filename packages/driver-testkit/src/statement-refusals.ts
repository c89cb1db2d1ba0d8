import assert from 'node:assert/strict';
import type { DriverCase } from './cases.ts';
import { databaseError, sql } from './support.ts';

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
];
