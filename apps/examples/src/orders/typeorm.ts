import { Context, JobDefinition } from 'bearmq';
import { fromTypeOrm } from 'bearmq/typeorm';
import { Pool } from 'pg';
import { DataSource, EntitySchema } from 'typeorm';
import { ORDERS_TABLE, run } from './shop.ts';

const Order = new EntitySchema<{ id: number; email: string }>({
  name: 'Order',
  tableName: 'orders',
  columns: {
    id: { type: 'integer', primary: true, generated: 'increment' },
    email: { type: 'text' },
  },
});

const connectionString = process.env.DATABASE_URL as string;
const db = await new DataSource({ type: 'postgres', url: connectionString, entities: [Order] }).initialize();
const pool = new Pool({ connectionString }); // TypeORM has a pool of its own making, so BearMQ needs another
const context = new Context({ pool, schema: '_bearmq' });
await db.query(ORDERS_TABLE);

const sendMail = new JobDefinition({
  context,
  name: 'SEND_MAIL',
  numAttempts: 3,
  workFunction: async ({ orderId }: { orderId: number }) => {
    const order = await db.manager.findOneByOrFail(Order, { id: orderId });
    console.log(`mail to ${order.email} for order ${orderId}`);
  },
});

async function placeOrder(email: string) {
  return await db.transaction(async (manager) => {
    const order = await manager.save(Order, { email });
    await sendMail.enqueue({ orderId: order.id }, { tx: fromTypeOrm(manager) });
    return order.id;
  });
}

const close = async () => {
  await db.destroy();
  await pool.end();
};
await run({ context, sendMail, placeOrder, close });
