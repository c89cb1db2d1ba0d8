import { JobDefinition, Worker } from 'bearmq';
import { context, pool } from './context.ts';

const figure = new JobDefinition({
  context,
  name: 'FIGURE',
  workFunction: (n: number) => {
    if (n === 2) throw new Error(`number ${n} is not liked`);
  },
});
await figure.register();
const worker = new Worker({ context });
let left = 3;
const counted = new Promise<void>((resolve) => {
  context.addEventHandler(({ eventType }) => {
    if (eventType === 'WORKER_JOB_RUN_SUCCESS' || eventType === 'WORKER_JOB_EXPIRE') left -= 1;
    if (left === 0) resolve();
  });
});
await figure.enqueueMany([{ payload: 1 }, { payload: 2 }, { payload: 3 }]);
await counted;
await worker.stop(); // which writes down what was counted

// #region figures
for (const { channel, jobName, ready, running, oldestReadyAt, served } of await context.lanes()) {
  console.log(`${jobName} in ${channel}: ${ready.value} wait, ${running.value} run, since ${oldestReadyAt}, ${served}`);
}

const { startsAt, started, outcomes, wait } = await context.stats.series({ from: new Date(Date.now() - 3_600_000) });
startsAt.forEach((at, i) => {
  console.log(
    `${at.toISOString()}: ${started[i]} started, ${outcomes.failed[i]} failed, waited ${wait.p99[i]} ms (p99)`,
  );
});

for (const { jobName, message, count } of (await context.failures()).groups) {
  console.log(`${count} × ${jobName}: ${message}`);
}
// #endregion figures
await pool.end();
