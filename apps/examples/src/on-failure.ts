import { Worker } from 'bearmq';
import { context } from './context.ts';
import { stopOnSignal } from './stop-on-signal.ts';

// #region on-failure

import { type FailedJob, JobDefinition } from 'bearmq';

const tellSupport = new JobDefinition({
  context,
  name: 'TELL_SUPPORT',
  numAttempts: 10,
  workFunction: async ({ jobId, payload, attempt, error }: FailedJob<{ orderId: number }>) => {
    console.log(
      `order ${payload.orderId} was not shipped (job ${jobId}, ${attempt} attempts): ${error.split('\n')[0]}`,
    );
  },
});

const ship = new JobDefinition({
  context,
  name: 'SHIP',
  numAttempts: 3,
  timeoutSecs: 0.5,
  workFunction: async (payload: { orderId: number }) => {
    throw new Error(`nobody knows where order ${payload.orderId} is`);
  },
  onFailure: tellSupport,
});
// #endregion on-failure

// #region on
const removeExpire = context.on('WORKER_JOB_EXPIRE', ({ jobName, jobId, numAttempts, error }) => {
  console.error(`${jobName} ${jobId} has failed after ${numAttempts} attempts`, error);
});
// #endregion on

await tellSupport.register();
await ship.register();
stopOnSignal([new Worker({ context }), { stop: async () => removeExpire() }]);
await ship.enqueue({ orderId: 4711 });
