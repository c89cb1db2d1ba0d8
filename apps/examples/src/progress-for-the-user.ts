import { setTimeout } from 'node:timers/promises';
// #region progress-for-the-user
import { JobDefinition, Worker } from 'bearmq';
import { context, pool } from './context.ts';

const importRows = new JobDefinition({
  context,
  name: 'IMPORT_ROWS',
  workFunction: async (rows: string[], { progress }) => {
    for (const [nth, row] of rows.entries()) {
      await save(row);
      progress({ done: nth + 1, of: rows.length });
    }
  },
});

/** Behind POST /imports */
async function startImport(userId: string, rows: string[]) {
  return { jobId: await importRows.enqueue(rows, { headers: { user: userId } }) };
}

/** Behind GET /imports/:jobId, which the page asks every second */
async function importState(userId: string, jobId: string) {
  const job = await context.jobs.get(jobId);
  if (job?.headers.user !== userId) return { state: 'unknown' };
  const progress = await context.jobs.progress(jobId);
  return { state: job.state, outcome: job.outcome, progress: progress?.value ?? null };
}
// #endregion progress-for-the-user

async function save(_row: string): Promise<void> {
  await setTimeout(200);
}

await importRows.register();
const worker = new Worker({ context });
const { jobId } = await startImport('ada', ['honey', 'jam', 'tea']);
console.log('for bob:', JSON.stringify(await importState('bob', jobId)));
for (let state = ''; state !== 'over'; ) {
  const told = await importState('ada', jobId);
  state = told.state;
  console.log('for ada:', JSON.stringify(told));
  await setTimeout(50);
}
while (JSON.stringify((await importState('ada', jobId)).progress) !== '{"done":3,"of":3}') await setTimeout(50);
console.log('all of it');
await worker.stop();
await pool.end();
