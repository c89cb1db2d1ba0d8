import { setTimeout } from 'node:timers/promises';
import { Worker } from 'bearmq';
import { context, pool } from './context.ts';

// #region progress

import { JobDefinition } from 'bearmq';

const importRows = new JobDefinition({
  context,
  name: 'IMPORT_ROWS',
  workFunction: async (rows: string[], { progress, log }) => {
    for (const [nth, row] of rows.entries()) {
      if (row === '') log(`row ${nth + 1} is empty, and left out`);
      progress({ done: nth + 1, of: rows.length });
    }
  },
});

async function show(jobId: string) {
  const progress = await context.jobs.progress(jobId);
  console.log(progress?.value, 'at', progress?.at);
  const { lines } = await context.jobs.log(jobId);
  for (const { nth, line } of lines) console.log(`${nth}: ${line}`);
}
// #endregion progress

await importRows.register();
const worker = new Worker({ context });
const jobId = await importRows.enqueue(['honey', '', 'jam']);
await importRows.result(jobId, { waitSecs: 30 });
while (((await context.jobs.progress(jobId))?.value as { done: number } | undefined)?.done !== 3) await setTimeout(50);
await show(jobId);
await worker.stop();
await pool.end();
