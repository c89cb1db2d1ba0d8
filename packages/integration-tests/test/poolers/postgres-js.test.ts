import type { SqlStatement } from '@bearmq/core/driver';
import { postgresJsDriver } from '@bearmq/driver-postgresjs';
import { expect, it } from '@jest/globals';
import { describeBehindPgBouncer, usePgBouncer } from './support/pgbouncer.ts';

const ROUNDS = 50;

/** Sent in one part. */
const BARE: SqlStatement = { name: 'bearmq_test_bare', text: 'select 1::int4', values: [] };
/** Sent in two parts: the values follow when the server has told their types. */
const WITH_VALUE: SqlStatement = { name: 'bearmq_test_value', text: 'select $1::text', values: ['x'] };

/**
 * postgres.js sends queries behind one that is not answered yet. When the pooler has passed on that answer, it gives the
 * connection of the server to somebody else, between the two parts of the next: its answer goes astray.
 */
describeBehindPgBouncer('statements on one connection of postgres.js, behind PgBouncer in transaction mode,', () => {
  const pooler = usePgBouncer();

  it.each([
    ['with prepared statements', {}],
    ['without', { prepare: false }],
  ])('are answered, each with its own, however many are asked for at once: %s', async (_how, options) => {
    const driver = postgresJsDriver({ sql: pooler.newSql({ max: 1, ...options }) });
    for (let i = 0; i < ROUNDS; i += 1) {
      const answers = await Promise.all([BARE, WITH_VALUE, BARE, WITH_VALUE].map((statement) => driver.run(statement)));
      expect(answers).toEqual([[[1]], [['x']], [[1]], [['x']]]);
    }
  });

  it('are answered beside queries of your own on another client, and beside transactions', async () => {
    const mine = pooler.newSql({ max: 1, prepare: false });
    const driver = postgresJsDriver({ sql: pooler.newSql({ max: 1, prepare: false }) });
    for (let i = 0; i < ROUNDS; i += 1) {
      const [two, ours, inTransaction] = await Promise.all([
        mine`select 2 as two`.execute(),
        driver.run(WITH_VALUE),
        driver.transaction((tx) => tx.run(WITH_VALUE)),
        driver.run(BARE),
      ]);
      expect([two[0]?.['two'], ours, inTransaction]).toEqual([2, [['x']], [['x']]]);
    }
  });
});
