import { Context, JobDefinition } from 'bearmq';
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import { Pool } from 'pg';
import { ORDERS_TABLE, run } from './shop.ts';

const orders = pgTable('orders', {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  email: text().notNull(),
});

const pool = new Pool({ connectionString: process.env.DATABASE_URL });
const db = drizzle(pool);
const context = new Context({ pool, schema: '_bearmq' });
await db.execute(ORDERS_TABLE);

const sendMail = new JobDefinition({
  context,
  name: 'SEND_MAIL',
  numAttempts: 3,
  workFunction: async ({ orderId }: { orderId: number }) => {
    const [order] = await db.select().from(orders).where(eq(orders.id, orderId));
    console.log(`mail to ${order?.email} for order ${orderId}`);
  },
});

// #region drizzle
import { fromDrizzle } from 'bearmq/drizzle';
import { sql } from 'drizzle-orm';

async function placeOrder(email: string) {
  return await db.transaction(async (tx) => {
    const [order] = await tx.insert(orders).values({ email }).returning();
    if (order === undefined) throw new Error('no order was written');
    await sendMail.enqueue({ orderId: order.id }, { tx: fromDrizzle(tx, sql) });
    return order.id;
  });
}
// #endregion drizzle

await run({ context, sendMail, placeOrder, close: () => pool.end() });
