import { setTimeout } from 'node:timers/promises';
import { Worker } from 'bearmq';
import { context } from './context.ts';
import { stopOnSignal } from './stop-on-signal.ts';

async function sync(account: number, change: string) {
  console.log(`account ${account}: begin ${change}`);
  await setTimeout(50);
  console.log(`account ${account}: end ${change}`);
}

// #region job-groups

import { JobDefinition } from 'bearmq';

const syncAccount = new JobDefinition({
  context,
  name: 'SYNC_ACCOUNT',
  workFunction: async (payload: { account: number; change: string }) => {
    await sync(payload.account, payload.change);
  },
  jobGroupGenerator: (payload) => `account ${payload.account}`,
});

await syncAccount.enqueue({ account: 1, change: 'name' });
await syncAccount.enqueue({ account: 1, change: 'address' }); // after the name, never beside it
await syncAccount.enqueue({ account: 2, change: 'name' }, { jobGroup: 'imports' }); // for this job only
// #endregion job-groups

await syncAccount.register();
stopOnSignal([new Worker({ context, concurrency: 5 })]);
