import assert from 'node:assert/strict';
import type { DriverCase } from './cases.ts';

/** What the compiler sees to, for those who write in JavaScript. */
export const interfaceCases: readonly DriverCase[] = [
  {
    title: 'is a name and four methods',
    run: async ({ driver }) => {
      assert.ok(typeof driver.name === 'string' && driver.name !== '', 'name must be a text');
      for (const method of ['run', 'transaction', 'listen', 'close'] as const) {
        assert.equal(typeof driver[method], 'function', `${method} must be a method`);
      }
    },
  },
];
