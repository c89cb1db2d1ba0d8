import { afterEach } from '@jest/globals';
import type pg from 'pg';
import type { TestSchema } from './database.ts';

/**
 * Holds a snapshot for the rest of the test, as a forgotten transaction does: what is deleted from then on cannot be
 * cleaned away.
 */
export function useHeldSnapshot(schema: TestSchema): { hold(): Promise<void> } {
  let holder: pg.PoolClient | undefined;
  afterEach(async () => {
    await holder?.query('rollback');
    holder?.release();
    holder = undefined;
  });
  return {
    hold: async () => {
      holder = await schema.direct.connect();
      await holder.query('begin isolation level repeatable read');
      await holder.query(`select count(*) from ${schema.q}.job`);
    },
  };
}
