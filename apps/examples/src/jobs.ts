import { setTimeout } from 'node:timers/promises';
import { Worker } from 'bearmq';
import { context, pool } from './context.ts';

// #region cancel-work

import { JobDefinition } from 'bearmq';

const importFile = new JobDefinition({
  context,
  name: 'IMPORT_FILE',
  numAttempts: 3,
  workFunction: async (payload: { file: string; rows: number }, { signal }) => {
    for (let row = 1; row <= payload.rows; row += 1) {
      signal.throwIfAborted();
      await setTimeout(10); // a row is written
    }
    console.log(`${payload.file} imported`);
  },
});
// #endregion cancel-work

const over = (jobId: string) =>
  new Promise<void>((resolve) => {
    context.addEventHandler((event) => {
      const isOver = event.eventType === 'WORKER_JOB_CANCEL' || event.eventType === 'WORKER_JOB_EXPIRE';
      if (isOver && event.jobId === jobId) resolve();
    });
  });
const isRunning = new Promise<void>((resolve) => {
  context.addEventHandler((event) => {
    if (event.eventType === 'WORKER_JOB_RUN') resolve();
  });
});
await importFile.register();
const worker = new Worker({ context });
const jobId = await importFile.enqueue({ file: 'orders.csv', rows: 1_000_000 });
const waitingId = await importFile.enqueue({ file: 'later.csv', rows: 1 }, { delaySecs: 3600, jobGroup: 'customer-7' });
await isRunning;
const isOver = over(jobId);

// #region explain
const { kind, sentence, remedy } = await context.jobs.explain(waitingId);
console.log(`${kind}: ${sentence} ${remedy ?? ''}`);
for (const { host, pid, state, running, takes } of await context.processes()) {
  console.log(`process ${pid} on ${host} is ${state}, runs ${running} and takes`, takes);
}
const group = await context.groups.get('customer-7');
console.log(`${group?.running} run, ${group?.waiting.value} wait`, group?.holders);
// #endregion explain

// #region cancel
await context.jobs.cancel(jobId, { reason: 'uploaded by mistake' });
const { cancelled } = await context.jobs.cancel({ jobName: 'IMPORT_FILE', states: ['scheduled'] });
console.log(`${cancelled} more will not run`);
// #endregion cancel

await isOver;

// #region find-jobs
const { jobs, next } = await context.jobs.find({ outcomes: ['failed', 'cancelled'] }, { limit: 20 });
for (const { id, jobName, outcome, finalizedAt, error, payload } of jobs) {
  console.log(id, jobName, outcome, finalizedAt?.toISOString(), error, payload);
}
if (next !== null) console.log('there are more: find(…, { after: next })');
// #endregion find-jobs

// #region pause
const { stillRunning } = await context.pause({ jobName: 'IMPORT_FILE' }, { reason: 'the warehouse is being moved' });
console.log(`${stillRunning} run on`);
for (const { what, since, reason } of await context.pauses()) {
  console.log('paused:', what, since?.toISOString(), reason);
}
await context.resume({ jobName: 'IMPORT_FILE' });
// #endregion pause

// #region retry
const { retried, refused } = await context.jobs.retry(
  { jobName: 'IMPORT_FILE', outcomes: ['cancelled'] },
  { delaySecs: 60 },
);
console.log(`${retried} run again, ${refused.length} do not`);
await context.jobs.setPriority({ jobName: 'IMPORT_FILE' }, 10);
await context.jobs.move({ jobName: 'IMPORT_FILE' }, 'SLOW');
// #endregion retry

// #region counts
const { unfinished, lastHour } = await context.jobs.counts();
for (const { channel, jobName, state, count, isAtLeast } of unfinished) {
  console.log(`${jobName} in ${channel}: ${count}${isAtLeast ? ' or more' : ''} ${state}`);
}
for (const { jobName, outcome, count } of lastHour) console.log(`${jobName}: ${count} ${outcome} in the last hour`);
// #endregion counts

const tonightId = await importFile.enqueue({ file: 'tonight.csv', rows: 1 }, { delaySecs: 3600 });
// #region run-now
const { promoted } = await context.jobs.runNow(tonightId); // or of a filter
console.log(`${promoted} waits no longer for its time`);
// #endregion run-now
await context.jobs.outcome(tonightId, { waitSecs: 30 });

await context.jobs.delete({ jobName: 'IMPORT_FILE' });
await worker.stop();
await pool.end();
