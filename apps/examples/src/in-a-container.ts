import { JobDefinition } from 'bearmq';
import { context, pool } from './context.ts';

// #region in-a-container-job
const reindex = new JobDefinition({
  context,
  name: 'REINDEX',
  numAttempts: 3,
  workFunction: async (payload: { from: number }, { signal, stopping }) => {
    for (let page = payload.from; page < 1_000; page += 1) {
      if (stopping.aborted) {
        await reindex.enqueue({ from: page }); // the rest is a job of its own, for the next program
        return;
      }
      await reindexPage(page, { signal }); // throws once the signal is aborted, as fetch does
    }
  },
});
// #endregion in-a-container-job

async function reindexPage(page: number, { signal }: { signal: AbortSignal }): Promise<void> {
  console.log(`page ${page}`);
  // Page 7 is one that takes for ever.
  const ms = page === 7 ? 600_000 : 20;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

await reindex.register();

// #region in-a-container
import { Orchestrator, Worker } from 'bearmq';

const worker = new Worker({ context, concurrency: 10 });
const orchestrator = new Orchestrator({ context });

process.once('SIGTERM', async () => {
  const waitSecs = Number(process.env.STOP_WAIT_SECS ?? 15);
  const [{ stillRunning }] = await Promise.all([worker.stop({ waitSecs }), orchestrator.stop()]);
  for (const { jobName, jobId } of stillRunning) console.error(`${jobName} ${jobId} still runs`);
  await pool.end();
  process.exit();
});
// #endregion in-a-container

await reindex.enqueue({ from: 100 });
await reindex.enqueue({ from: 7 });
