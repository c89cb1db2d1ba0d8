import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { Contestant } from '../contestant.ts';
import { bearmq, SCHEMA } from './bearmq.ts';

const INSERT = {
  name: 'insert-row',
  text: `insert into ${SCHEMA}.job (id, state, name, channel, num_attempts, timeout_secs, payload)
    values ($1, 'ready', 'BENCH', 'DEFAULT', 2, 0, $2)`,
};

/**
 * The row that an enqueue of BearMQ writes, into the table that it writes it to, by a prepared insert: what is not the
 * queue's own doing but the row's, its indexes' and its checks'. Not a queue: BearMQ runs what was inserted.
 */
export const bareRow: Contestant = {
  ...bearmq,
  id: 'bare-row',
  title: 'bare SQL, the same row',
  settings: 'one prepared insert a call on a pg Pool, of a row like those of BearMQ, into its table',
  scenarios: /^enqueue-1$/,
  open: async (place) => {
    const { sent: _, ...queue } = await bearmq.open(place);
    const pool = new pg.Pool({ connectionString: place.url });
    return {
      ...queue,
      enqueue: ({ payload }) => pool.query({ ...INSERT, values: [uuidv7(), JSON.stringify(payload)] }),
      close: async () => {
        await pool.end();
        await queue.close();
      },
    };
  },
};
