import { JobDefinition, Worker } from 'bearmq';
import { context, pool } from './context.ts';
import { stopOnSignal } from './stop-on-signal.ts';

const sendReceipt = new JobDefinition({
  context,
  name: 'SEND_RECEIPT',
  workFunction: async (payload: { orderId: number }) => {
    const { rowCount } = await pool.query('select from orders where id = $1', [payload.orderId]);
    console.log(`receipt for order ${payload.orderId}, which ${rowCount === 1 ? 'exists' : 'is missing'}`);
  },
});
await sendReceipt.register();
stopOnSignal([new Worker({ context })]);
await pool.query('create table if not exists orders (id integer primary key)');

// #region transactions
import { fromPg } from 'bearmq';

async function placeOrder(orderId: number) {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query('insert into orders (id) values ($1)', [orderId]);
    await sendReceipt.enqueue({ orderId }, { tx: fromPg(client) });
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}
// #endregion transactions

await placeOrder(4711);
await placeOrder(4711).catch(() => console.log('order 4711 was refused, and so was its receipt'));

// #region many
const jobIds = await sendReceipt.enqueueMany([
  { payload: { orderId: 4712 } },
  { payload: { orderId: 4713 }, delaySecs: 60 },
]);
// #endregion many

console.log(`${jobIds.length} more receipts`);
