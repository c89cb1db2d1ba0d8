import { Worker } from 'bearmq';
import { context } from './context.ts';
import { stopOnSignal } from './stop-on-signal.ts';

// #region delayed

import { JobDefinition } from 'bearmq';

const remind = new JobDefinition({
  context,
  name: 'REMIND',
  delaySecs: 60 * 60,
  workFunction: async (payload: { userId: number }) => {
    console.log(`user ${payload.userId} reminded`);
  },
});

await remind.enqueue({ userId: 7 }); // in an hour
await remind.enqueue({ userId: 8 }, { delaySecs: 30 }); // in half a minute
await remind.enqueue({ userId: 9 }, { runAt: new Date('2030-01-01T09:00:00+01:00') }); // at that time
// #endregion delayed

await remind.register();
stopOnSignal([new Worker({ context })]);
