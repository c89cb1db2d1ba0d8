// #region postgresjs-context
import { postgresJsDriver } from '@bearmq/driver-postgresjs';
import { Context } from 'bearmq';
import postgres from 'postgres';

const sql = postgres(process.env.DATABASE_URL as string);
const context = new Context({ driver: postgresJsDriver({ sql }), schema: '_bearmq' });

// #endregion postgresjs-context

import { JobDefinition } from 'bearmq';
import { ORDERS_TABLE, run } from './shop.ts';

await sql.unsafe(ORDERS_TABLE);

const sendMail = new JobDefinition({
  context,
  name: 'SEND_MAIL',
  numAttempts: 3,
  workFunction: async ({ orderId }: { orderId: number }) => {
    const [order] = await sql`select email from orders where id = ${orderId}`;
    console.log(`mail to ${order?.email} for order ${orderId}`);
  },
});

// #region postgresjs
import { fromPostgresJs } from '@bearmq/driver-postgresjs';

async function placeOrder(email: string) {
  return await sql.begin(async (tx) => {
    const [order] = await tx<[{ id: number }]>`insert into orders (email) values (${email}) returning id`;
    await sendMail.enqueue({ orderId: order.id }, { tx: fromPostgresJs(tx) });
    return order.id;
  });
}
// #endregion postgresjs

await run({ context, sendMail, placeOrder, close: () => sql.end() });
