import { context } from './context.ts';
import { stopOnSignal } from './stop-on-signal.ts';

// #region channels

import { JobDefinition, Worker } from 'bearmq';

const resetPassword = new JobDefinition({
  context,
  name: 'RESET_PASSWORD',
  channel: 'URGENT',
  workFunction: async (payload: { userId: number }, metadata) => {
    console.log(`${metadata.jobName} ${payload.userId} on ${metadata.channel}`);
  },
});
const newsletter = new JobDefinition({
  context,
  name: 'NEWSLETTER',
  workFunction: async (payload: { userId: number }, metadata) => {
    console.log(`${metadata.jobName} ${payload.userId} on ${metadata.channel}`);
  },
});

const workers = [
  new Worker({ context, channels: ['URGENT'] }), // urgent jobs only
  new Worker({ context }), // any job
  new Worker({ context }),
];

await newsletter.enqueue({ userId: 7 }, { channel: 'URGENT' }); // this one is urgent
// #endregion channels

stopOnSignal(workers);
await resetPassword.register();
await newsletter.register();
await resetPassword.enqueue({ userId: 8 });
await newsletter.enqueue({ userId: 9 });
