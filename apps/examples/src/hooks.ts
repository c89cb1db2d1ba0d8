import { JobDefinition, Worker } from 'bearmq';
import { context } from './context.ts';
import { stopOnSignal } from './stop-on-signal.ts';

// #region hooks

import { AsyncLocalStorage } from 'node:async_hooks';

const tenants = new AsyncLocalStorage<string>();

context.use({
  name: 'tenant',
  enqueue: (jobs, next) => {
    const tenant = tenants.getStore();
    for (const { headers } of jobs) if (tenant !== undefined) headers.tenant = tenant;
    return next();
  },
  run: ({ metadata }, next) => tenants.run(metadata.headers.tenant ?? 'nobody', next),
});
// #endregion hooks

const sendReceipt = new JobDefinition({
  context,
  name: 'SEND_RECEIPT',
  workFunction: async () => console.log(`receipt of ${tenants.getStore()} sent`),
});
const placeOrder = new JobDefinition({
  context,
  name: 'PLACE_ORDER',
  workFunction: async () => {
    await sendReceipt.enqueue();
  },
});
await sendReceipt.register();
await placeOrder.register();
await tenants.run('acme', () => placeOrder.enqueue());
stopOnSignal([new Worker({ context })]);
