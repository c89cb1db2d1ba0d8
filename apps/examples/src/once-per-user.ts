// #region once-per-user
import { JobDefinition, Worker } from 'bearmq';
import { context } from './context.ts';
import { stopOnSignal } from './stop-on-signal.ts';

const exportData = new JobDefinition({
  context,
  name: 'EXPORT_DATA',
  numAttempts: 3,
  unique: { key: (payload: { userId: number }) => `user ${payload.userId}`, until: 'finished', forSecs: 10 * 60 },
  workFunction: async ({ userId }: { userId: number }) => {
    console.log(`data of user ${userId} exported`);
  },
});

async function requestExport(userId: number) {
  const { jobId, outcome } = await exportData.submit({ userId });
  return { jobId, isNew: outcome === 'enqueued' };
}
// #endregion once-per-user

const first = await requestExport(7);
await exportData.register();
stopOnSignal([new Worker({ context })]);
context.addEventHandler(async (event) => {
  if (event.eventType !== 'WORKER_JOB_RUN_SUCCESS' || event.jobId !== first.jobId) return;
  const { jobId, isNew } = await requestExport(7); // long after the job is over
  console.log(`again: ${isNew ? 'a new job' : 'no new job'}, ${jobId === first.jobId ? 'the same id' : 'another id'}`);
  console.log(`another user: ${(await requestExport(8)).isNew ? 'a new job' : 'no new job'}`);
});
