import { Worker } from 'bearmq';
import { context } from './context.ts';
import { stopOnSignal } from './stop-on-signal.ts';

let calls = 0;
async function pay(orderId: number, { idempotencyKey, signal }: { idempotencyKey: string; signal: AbortSignal }) {
  signal.throwIfAborted();
  calls += 1;
  console.log(`call ${calls} for order ${orderId}, key ${idempotencyKey}`);
  if (calls === 1) throw new Error('the bank did not answer');
  console.log('paid');
}

// #region retries

import { JobDefinition } from 'bearmq';

const charge = new JobDefinition({
  context,
  name: 'CHARGE',
  numAttempts: 3,
  timeoutSecs: 5 * 60,
  workFunction: async (payload: { orderId: number }, metadata) => {
    await pay(payload.orderId, { idempotencyKey: metadata.jobId, signal: metadata.signal });
  },
});

await charge.enqueue({ orderId: 4711 }, { numAttempts: 2, timeoutSecs: 5 }); // for this job only
// #endregion retries

await charge.register();
stopOnSignal([new Worker({ context })]);
