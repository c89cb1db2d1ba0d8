import { Worker } from 'bearmq';
import { context, pool } from './context.ts';

// #region headers

import { JobDefinition } from 'bearmq';

const exportReport = new JobDefinition({
  context,
  name: 'EXPORT_REPORT',
  numAttempts: 2,
  timeoutSecs: 0.5,
  workFunction: async (payload: { reportId: number }, metadata) => {
    throw new Error(`no room for report ${payload.reportId} of request ${metadata.headers['x-request-id']}`);
  },
});
await exportReport.enqueue({ reportId: 12 }, { headers: { 'x-request-id': 'r-17' } });
// #endregion headers

await exportReport.register();
const worker = new Worker({ context });
await new Promise<void>((resolve) => {
  context.addEventHandler((event) => {
    if (event.eventType === 'WORKER_JOB_EXPIRE') resolve();
  });
});

// #region failed-jobs
const { rows } = await pool.query(
  `select id, name, payload, extras -> 'headers' as headers, failures
   from "_bearmq".finalized_job where outcome = 'failed' order by finalized_at desc limit 20`,
);
for (const { id, name, payload, headers, failures } of rows) {
  console.log(`${name} ${id} failed, with`, payload, headers);
  for (const { attempt, atMs, error } of failures) {
    console.log(`attempt ${attempt}, ${new Date(atMs).toISOString()}: ${error}`);
  }
}
// #endregion failed-jobs

await worker.stop();
await pool.end();
