import { setTimeout } from 'node:timers/promises';
import { JobDefinition } from 'bearmq';
import { context } from './context.ts';
import { stopOnSignal } from './stop-on-signal.ts';

let running = 0;
const sendInvoice = new JobDefinition({
  context,
  name: 'SEND_INVOICE',
  workFunction: async () => {
    running += 1;
    await setTimeout(200);
    console.log(`${running} at a time`);
    await setTimeout(200);
    running -= 1;
  },
});

// #region workers
import { Worker } from 'bearmq';

const workers = Array.from({ length: 10 }, () => new Worker({ context })); // ten jobs at a time
const tenInOne = new Worker({ context, concurrency: 10 }); // ten more

await sendInvoice.register();
// #endregion workers

stopOnSignal([...workers, tenInOne]);
await Promise.all(Array.from({ length: 20 }, () => sendInvoice.enqueue()));
