import { setTimeout as pause } from 'node:timers/promises';
import { Context, fromPg, JobDefinition } from 'bearmq';
import type pg from 'pg';
import { SCHEMA } from '../results.ts';

/** What a job is to charge. */
export interface Charge {
  readonly orderId: number;
  readonly cents: number;
}

/** How long a charge takes beside its writes, in milliseconds: somebody else's server would be asked here. */
const CHARGE_MS = 20;
/** Short, so that a killed process is noticed while one looks on. Everything else is as in production. */
const LEASE_SECS = 4;
const STATS_SECS = 1;

export const CHARGE_ORDER = 'CHARGE_ORDER';

export function contextOn(pool: pg.Pool): Context {
  return new Context({ pool, schema: SCHEMA, leaseSecs: LEASE_SECS, statsSecs: STATS_SECS });
}

/** Books a charge and ends its job in one transaction, so that it is booked once, whatever is killed in between. */
export function defineCharge(context: Context, pool: pg.Pool): JobDefinition<Charge> {
  return new JobDefinition({
    context,
    name: CHARGE_ORDER,
    numAttempts: 5,
    timeoutSecs: 1,
    workFunction: async ({ orderId, cents }: Charge, { completeIn }) => {
      await pause(CHARGE_MS);
      await inTransaction(pool, async (client) => {
        await client.query({
          name: 'charge',
          text: `insert into ${SCHEMA}.charge (order_id, cents) values ($1, $2)`,
          values: [orderId, cents],
        });
        await completeIn(fromPg(client));
        return 'commit';
      });
    },
  });
}

/** Runs `work` in a transaction, and ends that as it says; with a rollback where it throws. */
export async function inTransaction(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<'commit' | 'rollback'>,
): Promise<void> {
  const client = await pool.connect();
  let isBroken = true;
  try {
    await client.query('begin');
    await client.query(await work(client));
    isBroken = false;
  } finally {
    client.release(isBroken); // a connection that is closed rolls back
  }
}
