import { Worker } from 'bearmq';
import { context, pool } from './context.ts';
import { stopOnSignal } from './stop-on-signal.ts';

// #region complete-in

import { fromPg, JobDefinition } from 'bearmq';

const tellCustomer = new JobDefinition({
  context,
  name: 'TELL_CUSTOMER',
  workFunction: (payload: { invoiceId: number }) => console.log(`customer told of invoice ${payload.invoiceId}`),
});

const bill = new JobDefinition({
  context,
  name: 'BILL',
  numAttempts: 3,
  timeoutSecs: 0,
  workFunction: async (payload: { invoiceId: number; cents: number }, { completeIn, enqueueOnSuccess, attempt }) => {
    await enqueueOnSuccess(tellCustomer, { invoiceId: payload.invoiceId });
    const client = await pool.connect();
    try {
      await client.query('begin');
      await client.query('insert into entry (invoice_id, cents) values ($1, $2)', [payload.invoiceId, payload.cents]);
      if (attempt === 1) throw new Error('the power went out');
      await completeIn(fromPg(client)); // throws a LeaseLostError where another process has the job by now
      await client.query('commit');
    } catch (error) {
      await client.query('rollback');
      throw error;
    } finally {
      client.release();
    }
  },
});
// #endregion complete-in

await pool.query('create table if not exists entry (invoice_id int, cents int)');
await bill.register();
await tellCustomer.register();
await bill.enqueue({ invoiceId: 7, cents: 1250 });
stopOnSignal([new Worker({ context })]);
