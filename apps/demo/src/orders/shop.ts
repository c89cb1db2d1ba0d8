import { fromPg, type JobDefinition } from 'bearmq';
import type pg from 'pg';
import { SCHEMA } from '../results.ts';
import { type Charge, inTransaction } from './charge.ts';

/** How many orders are written at a time. */
const AT_ONCE = 4;
/** After so many orders, one is given up before its commit. */
const GIVEN_UP_EVERY = 10;

export interface Placed {
  readonly orders: number;
  readonly givenUp: number;
}

export async function prepareShop(pool: pg.Pool): Promise<void> {
  await pool.query(
    `create table ${SCHEMA}.shop_order (id integer primary key, cents integer not null);
     create table ${SCHEMA}.charge (order_id integer not null, cents integer not null)`, // it would take one twice
  );
}

/** Writes orders, each in one transaction with its job; and some that are rolled back, with theirs. */
export async function placeOrders(
  pool: pg.Pool,
  charge: JobDefinition<Charge>,
  wanted: number,
  interrupted: AbortSignal,
): Promise<Placed> {
  const placed = { orders: 0, givenUp: 0 };
  let last = 0;
  const place = async (end: 'commit' | 'rollback'): Promise<void> => {
    last += 1;
    const [orderId, cents] = [last, 500 + ((last * 7_919) % 9_500)];
    await inTransaction(pool, async (client) => {
      await client.query({
        name: 'order',
        text: `insert into ${SCHEMA}.shop_order values ($1, $2)`,
        values: [orderId, cents],
      });
      await charge.enqueue({ orderId, cents }, { tx: fromPg(client) });
      return end;
    });
  };
  let begun = 0;
  const placeSome = async (): Promise<void> => {
    while (begun < wanted && !interrupted.aborted) {
      begun += 1;
      const isFollowed = begun % GIVEN_UP_EVERY === 0;
      await place('commit');
      placed.orders += 1;
      if (!isFollowed) continue;
      await place('rollback');
      placed.givenUp += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, placeSome));
  return placed;
}
