import type pg from 'pg';
import { SCHEMA } from '../results.ts';
import { CHARGE_ORDER } from './charge.ts';
import type { Placed } from './shop.ts';

/** What the tables say, all of one moment. */
export interface Books {
  readonly orders: number;
  readonly orderedCents: number;
  readonly charges: number;
  readonly chargedCents: number;
  /** Of how many orders: less than the charges, if one was charged twice. */
  readonly chargedOrders: number;
  /** Jobs that are not over. */
  readonly left: number;
  readonly succeeded: number;
}

export async function readBooks(pool: pg.Pool): Promise<Books> {
  const { rows } = await pool.query<Books>({
    name: 'books',
    text: `select o.*, c.*, j.*, f.* from
      (select count(*)::float8 as orders, coalesce(sum(cents), 0)::float8 as "orderedCents" from ${SCHEMA}.shop_order) o,
      (select count(*)::float8 as charges, coalesce(sum(cents), 0)::float8 as "chargedCents",
        count(distinct order_id)::float8 as "chargedOrders" from ${SCHEMA}.charge) c,
      (select count(*)::float8 as left from ${SCHEMA}.job where name = $1) j,
      (select count(*)::float8 as succeeded from ${SCHEMA}.finalized_job where name = $1 and outcome = 'succeeded') f`,
    values: [CHARGE_ORDER],
  });
  const [books] = rows;
  if (books === undefined) throw new Error('aggregates gave no row');
  return books;
}

/** How many jobs a process holds. */
export async function heldBy(pool: pg.Pool, processId: string): Promise<number> {
  const { rows } = await pool.query<{ held: number }>(
    `select count(*)::float8 as held from ${SCHEMA}.job where state = 'running' and process_id = $1`,
    [processId],
  );
  return rows[0]?.held ?? 0;
}

/** What does not add up, in sentences. */
export function problemsIn(books: Books, placed: Placed): readonly string[] {
  const { orders, orderedCents, charges, chargedCents, chargedOrders, left, succeeded } = books;
  const problems: string[] = [];
  if (orders !== placed.orders) problems.push(`${placed.orders} orders were committed, and ${orders} are there`);
  if (charges !== chargedOrders)
    problems.push(`${charges} charges of ${chargedOrders} orders: some were charged twice`);
  if (charges + left !== orders) problems.push(`${orders} orders, but ${charges} charges and ${left} jobs that wait`);
  if (succeeded !== charges) problems.push(`${succeeded} jobs have succeeded, and ${charges} charges are there`);
  if (left === 0 && orderedCents !== chargedCents) problems.push('the sums of orders and charges differ');
  return problems;
}
