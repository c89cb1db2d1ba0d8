// #region pglite-context
import { pgliteDriver } from '@bearmq/driver-pglite';
import { PGlite } from '@electric-sql/pglite';
import { Context, migrate } from 'bearmq';

const db = await PGlite.create(process.env.DATABASE_URL); // file://./data, for example; without one, in memory
const driver = pgliteDriver({ db });
await migrate({ driver, schema: '_bearmq' });
const context = new Context({ driver, schema: '_bearmq' });

// #endregion pglite-context

import { fromPglite } from '@bearmq/driver-pglite';
import { JobDefinition } from 'bearmq';
import { ORDERS_TABLE, run } from './shop.ts';

await db.exec(ORDERS_TABLE);

const sendMail = new JobDefinition({
  context,
  name: 'SEND_MAIL',
  numAttempts: 3,
  workFunction: async ({ orderId }: { orderId: number }) => {
    const { rows } = await db.query<{ email: string }>('select email from orders where id = $1', [orderId]);
    console.log(`mail to ${rows[0]?.email} for order ${orderId}`);
  },
});

async function placeOrder(email: string) {
  return await db.transaction(async (tx) => {
    const { rows } = await tx.query('insert into orders (email) values ($1) returning id', [email]);
    const [order] = rows as [{ id: number }];
    await sendMail.enqueue({ orderId: order.id }, { tx: fromPglite(tx) });
    return order.id;
  });
}

await run({ context, sendMail, placeOrder, close: () => db.close() });
