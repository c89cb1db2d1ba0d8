import { Worker } from 'bearmq';
import { context, pool } from './context.ts';
import { stopOnSignal } from './stop-on-signal.ts';

// #region unique

import { fromPg, JobDefinition } from 'bearmq';

const reindex = new JobDefinition({
  context,
  name: 'REINDEX',
  unique: { key: (payload: { shopId: number }) => `shop ${payload.shopId}`, until: 'started' },
  workFunction: async ({ shopId }: { shopId: number }) => {
    const { rows } = await pool.query('select name from product where shop_id = $1 order by name', [shopId]);
    console.log(`shop ${shopId} has ${rows.map(({ name }) => name).join(' and ')}`);
  },
});

async function addProduct(shopId: number, name: string) {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query('insert into product (shop_id, name) values ($1, $2)', [shopId, name]);
    const { jobId, outcome } = await reindex.submit({ shopId }, { tx: fromPg(client) });
    await client.query('commit');
    console.log(`${name}: ${outcome}, and job ${jobId} will see it`);
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}
// #endregion unique

await pool.query('create table if not exists product (shop_id int, name text)');
await addProduct(7, 'honey');
await addProduct(7, 'jam');
await reindex.register();
stopOnSignal([new Worker({ context })]);
