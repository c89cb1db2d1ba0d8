import { context, pool } from './context.ts';

// #region job-definition

import { JobDefinition } from 'bearmq';

type Invoice = { orderId: number; copyTo?: string[] };

const sendInvoice = new JobDefinition<Invoice>({
  context,
  name: 'SEND_INVOICE',
  workFunction: async (payload, metadata) => {
    console.log(`invoice for order ${payload.orderId}, attempt ${metadata.attempt} of ${metadata.numAttempts}`);
  },
});
// #endregion job-definition

// #region enqueue
const jobId = await sendInvoice.enqueue({ orderId: 4711, copyTo: ['books@example.org'] });
// #endregion enqueue
console.log(`enqueued ${jobId}`);

// #region no-payload
const tidyUp = new JobDefinition({
  context,
  name: 'TIDY_UP',
  workFunction: async () => {
    console.log('tidied up');
  },
});
await tidyUp.enqueue();

// #endregion no-payload

// #region payload-error
import { PayloadError } from 'bearmq';

try {
  await sendInvoice.enqueue({ orderId: Number.NaN });
} catch (error) {
  if (!(error instanceof PayloadError)) throw error;
  console.log(error.message); // the payload for "SEND_INVOICE" has NaN at payload.orderId, which JSON turns into null
}
// #endregion payload-error

await pool.end();
