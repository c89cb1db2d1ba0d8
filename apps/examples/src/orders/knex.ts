import { Context, JobDefinition } from 'bearmq';
import { fromKnex } from 'bearmq/knex';
import knex from 'knex';
import { Pool } from 'pg';
import { ORDERS_TABLE, run } from './shop.ts';

const connectionString = process.env.DATABASE_URL as string;
const db = knex({ client: 'pg', connection: connectionString });
const pool = new Pool({ connectionString }); // Knex has a pool of its own making, so BearMQ needs another
const context = new Context({ pool, schema: '_bearmq' });
await db.raw(ORDERS_TABLE);

const sendMail = new JobDefinition({
  context,
  name: 'SEND_MAIL',
  numAttempts: 3,
  workFunction: async ({ orderId }: { orderId: number }) => {
    const order = await db('orders').where({ id: orderId }).first();
    console.log(`mail to ${order.email} for order ${orderId}`);
  },
});

async function placeOrder(email: string) {
  return await db.transaction(async (trx) => {
    const [order] = await trx('orders').insert({ email }).returning('id');
    await sendMail.enqueue({ orderId: order.id }, { tx: fromKnex(trx) });
    return order.id;
  });
}

const close = async () => {
  await db.destroy();
  await pool.end();
};
await run({ context, sendMail, placeOrder, close });
