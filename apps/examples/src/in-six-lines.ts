import { Worker } from 'bearmq';
import { context, pool } from './context.ts';
import { stopOnSignal } from './stop-on-signal.ts';

await pool.query('create table if not exists orders (id integer primary key)');

// #region in-six-lines
import { fromPg, JobDefinition } from 'bearmq';

const sendReceipt = new JobDefinition({
  context,
  name: 'SEND_RECEIPT',
  workFunction: async (payload: { orderId: number }) => console.log(`receipt for order ${payload.orderId}`),
});

const client = await pool.connect();
await client.query('begin');
await client.query('insert into orders (id) values ($1)', [4711]);
await sendReceipt.enqueue({ orderId: 4711 }, { tx: fromPg(client) });
await client.query('commit'); // the order and its job are there; after a rollback, neither is
client.release();
// #endregion in-six-lines

await sendReceipt.register();
stopOnSignal([new Worker({ context })]);
