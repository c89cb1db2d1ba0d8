import { Context, JobDefinition } from 'bearmq';
import { type Generated, Kysely, PostgresDialect, sql } from 'kysely';
import { Pool } from 'pg';
import { ORDERS_TABLE, run } from './shop.ts';

interface Database {
  orders: { id: Generated<number>; email: string };
}

const pool = new Pool({ connectionString: process.env.DATABASE_URL });
const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
const context = new Context({ pool, schema: '_bearmq' });
await sql.raw(ORDERS_TABLE).execute(db);

const sendMail = new JobDefinition({
  context,
  name: 'SEND_MAIL',
  numAttempts: 3,
  workFunction: async ({ orderId }: { orderId: number }) => {
    const order = await db.selectFrom('orders').select('email').where('id', '=', orderId).executeTakeFirstOrThrow();
    console.log(`mail to ${order.email} for order ${orderId}`);
  },
});

// #region kysely
import { fromKysely } from 'bearmq/kysely';

async function placeOrder(email: string) {
  return await db.transaction().execute(async (trx) => {
    const order = await trx.insertInto('orders').values({ email }).returning('id').executeTakeFirstOrThrow();
    await sendMail.enqueue({ orderId: order.id }, { tx: fromKysely(trx) });
    return order.id;
  });
}
// #endregion kysely

await run({ context, sendMail, placeOrder, close: () => db.destroy() });
