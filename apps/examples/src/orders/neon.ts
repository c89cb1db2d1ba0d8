// #region neon-context
import { neonConfig, Pool } from '@neondatabase/serverless';
import { Context } from 'bearmq';
import { WebSocket } from 'ws';

neonConfig.webSocketConstructor = WebSocket; // Node.js 22 and later have one of their own
const pool = new Pool({ connectionString: process.env.DATABASE_URL, query_timeout: 60_000 });
const context = new Context({ pool, schema: '_bearmq' });

// #endregion neon-context

import { JobDefinition } from 'bearmq';
import { ORDERS_TABLE, run } from './shop.ts';

await pool.query(ORDERS_TABLE);

const sendMail = new JobDefinition({
  context,
  name: 'SEND_MAIL',
  numAttempts: 3,
  workFunction: async ({ orderId }: { orderId: number }) => {
    const { rows } = await pool.query('select email from orders where id = $1', [orderId]);
    console.log(`mail to ${rows[0].email} for order ${orderId}`);
  },
});

// #region neon
import { fromPg } from 'bearmq';

async function placeOrder(email: string) {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const { rows } = await client.query('insert into orders (email) values ($1) returning id', [email]);
    await sendMail.enqueue({ orderId: rows[0].id }, { tx: fromPg(client) });
    await client.query('commit');
    return rows[0].id;
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}
// #endregion neon

await run({ context, sendMail, placeOrder, close: () => pool.end() });
