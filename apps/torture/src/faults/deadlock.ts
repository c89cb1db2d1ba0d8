import { setTimeout as wait } from 'node:timers/promises';
import { QUOTED_SCHEMA } from '../settings.ts';
import type { Fault } from './fault.ts';

const ROUNDS = 8;
const ROWS = 5;

/** A user's transactions lock rows of jobs one by one, each in an order of its own, and hold them for a while. */
export const deadlock: Fault = {
  name: 'deadlock',
  about: "a user's transactions lock rows of jobs in random order, against each other and the queue",
  strike: async ({ asAdmin }) => {
    const ends = await Promise.all([1, 2, 3].map(async () => await asAdmin(lockRows)));
    return `${ends.reduce((sum, { locked }) => sum + locked, 0)} rows locked, ${ends.reduce((sum, { deadlocks }) => sum + deadlocks, 0)} deadlocks on our side`;
  },
};

async function lockRows(client: {
  query(text: string): Promise<{ rowCount: number | null }>;
}): Promise<{ locked: number; deadlocks: number }> {
  let [locked, deadlocks] = [0, 0];
  for (let round = 0; round < ROUNDS; round += 1) {
    try {
      await client.query('begin');
      for (let row = 0; row < ROWS; row += 1) {
        const { rowCount } = await client.query(
          `select 1 from ${QUOTED_SCHEMA}.job where id = (select id from ${QUOTED_SCHEMA}.job order by random() limit 1) for update`,
        );
        locked += rowCount ?? 0;
        await wait(20);
      }
    } catch (error) {
      if ((error as { code?: unknown }).code !== '40P01') throw error;
      deadlocks += 1;
    }
    await client.query('rollback');
  }
  return { locked, deadlocks };
}
