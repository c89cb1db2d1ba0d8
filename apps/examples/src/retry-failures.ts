import { JobDefinition, Worker } from 'bearmq';
import { context } from './context.ts';
import { stopOnSignal } from './stop-on-signal.ts';

let isRepaired = false;
const callApi = new JobDefinition({
  context,
  name: 'CALL_API',
  workFunction: async (payload: { nth: number }) => {
    if (!isRepaired) throw new Error(payload.nth === 1 ? 'the payload is wrong' : 'connect ECONNREFUSED 10.0.0.7:443');
    console.log(`call ${payload.nth} went well`);
  },
});
await callApi.register();
const failed = new Promise<void>((resolve) => {
  let count = 0;
  context.on('WORKER_JOB_EXPIRE', () => {
    count += 1;
    if (count === 3) resolve();
  });
});
stopOnSignal([new Worker({ context })]);
await callApi.enqueueMany([1, 2, 3].map((nth) => ({ payload: { nth } })));
await failed;
isRepaired = true;

// #region retry-failures
const yesterday = new Date(Date.now() - 24 * 60 * 60 * 1_000);
let after: string | null = null;
do {
  const page = await context.jobs.retry(
    { jobName: 'CALL_API', outcomes: ['failed'], finalized: { from: yesterday }, errorIncludes: 'ECONNREFUSED' },
    after === null ? {} : { after },
  );
  console.log(`${page.retried} run again`);
  for (const { jobId, why } of page.refused) console.log(`${jobId} does not: ${why}`);
  after = page.next;
} while (after !== null);
// #endregion retry-failures
