import { EntitySchema, MikroORM } from '@mikro-orm/postgresql';
import { Context, JobDefinition } from 'bearmq';
import { fromMikroOrm } from 'bearmq/mikro-orm';
import { Pool } from 'pg';
import { ORDERS_TABLE, run } from './shop.ts';

const Order = new EntitySchema<{ id: number; email: string }>({
  name: 'Order',
  tableName: 'orders',
  properties: {
    id: { type: 'integer', primary: true, autoincrement: true },
    email: { type: 'text' },
  },
});

const connectionString = process.env.DATABASE_URL as string;
const orm = await MikroORM.init({ clientUrl: connectionString, entities: [Order] });
const pool = new Pool({ connectionString }); // MikroORM has a pool of its own making, so BearMQ needs another
const context = new Context({ pool, schema: '_bearmq' });
await orm.em.getConnection().execute(ORDERS_TABLE);

const sendMail = new JobDefinition({
  context,
  name: 'SEND_MAIL',
  numAttempts: 3,
  workFunction: async ({ orderId }: { orderId: number }) => {
    const order = await orm.em.fork().findOneOrFail(Order, { id: orderId });
    console.log(`mail to ${order.email} for order ${orderId}`);
  },
});

async function placeOrder(email: string) {
  return await orm.em.fork().transactional(async (em) => {
    const order = em.create(Order, { email });
    await em.flush(); // for the order's id
    await sendMail.enqueue({ orderId: order.id }, { tx: fromMikroOrm(em) });
    return order.id;
  });
}

const close = async () => {
  await orm.close();
  await pool.end();
};
await run({ context, sendMail, placeOrder, close });
