import { context, pool } from './context.ts';

// #region results

import { JobDefinition, JobFailedError, WaitTimeoutError, Worker } from 'bearmq';

const quote = new JobDefinition({
  context,
  name: 'QUOTE',
  result: 'keep',
  workFunction: async (payload: { items: number[] }) => {
    if (payload.items.length === 0) throw new Error('there is nothing to quote');
    return { cents: payload.items.reduce((sum, cents) => sum + cents, 0) };
  },
});

await quote.register();
const worker = new Worker({ context });

const { cents } = await quote.enqueueAndWait({ items: [250, 999] }, { waitSecs: 10 });
console.log(`that makes ${cents} cents`);

const jobId = await quote.enqueue({ items: [] });
try {
  console.log(await quote.result(jobId, { waitSecs: 10 }));
} catch (error) {
  if (error instanceof JobFailedError) console.log(`no quote: ${error.message}`);
  else if (error instanceof WaitTimeoutError) console.log(`ask again for ${error.jobId}`);
  else throw error;
}
// #endregion results

await worker.stop();
await pool.end();
