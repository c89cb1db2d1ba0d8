import type { SqlSession } from '@bearmq/core/driver';
import {
  cancelJobs,
  cancelsOf,
  changeJobs,
  countOutcomes,
  countRunning,
  countUnfinished,
  deleteJobs,
  enqueue,
  explainJob,
  findFinalized,
  findGroupsByBacklog,
  findGroupsByHold,
  findGroupsByName,
  findUnfinished,
  listPauses,
  listProcesses,
  type NewJob,
  pause,
  readGroups,
  readPayloadHead,
  resume,
  retryJobs,
  runJobsNow,
} from '@bearmq/core/internal';
import type { Tables } from '@bearmq/core/schema';

/** Every statement of those who look after jobs, whether they run any or not. */
export async function control(session: SqlSession, tables: Tables, one: NewJob, processId: string): Promise<void> {
  await enqueue(session, tables, [one]);
  const ids = [one.id];
  await readPayloadHead(session, tables, { id: one.id, chars: 1 });
  await explainJob(session, tables, { id: one.id });
  await changeJobs(session, tables, { ids, priority: 1, channel: 'C' });
  await runJobsNow(session, tables, { ids });
  await cancelJobs(session, tables, { ids, reason: null, finalized: 'keep' });
  await retryJobs(session, tables, { ids, delaySecs: 0 });
  await deleteJobs(session, tables, { ids });
  await cancelsOf(session, tables, { processId });
  const input = { sought: {}, after: null, limit: 1, window: 10, payloadBytes: 10 };
  for (const order of ['newest', 'oldest'] as const) {
    await findUnfinished[order](session, tables, input);
    await findFinalized[order](session, tables, input);
  }
  const what = { kind: 'group', name: 'PAUSED' } as const;
  await pause(session, tables, { ...what, reason: null });
  await listPauses(session, tables, null);
  await countRunning(session, tables, what);
  await resume(session, tables, what);
  await countUnfinished(session, tables, { upTo: 1 });
  await listProcesses(session, tables, null);
  const page = { after: '', limit: 1, search: null, window: 10 };
  for (const find of [findGroupsByName, findGroupsByBacklog.waiting, findGroupsByBacklog.oldest, findGroupsByHold]) {
    await find(session, tables, page);
  }
  await readGroups(session, tables, { names: ['g'] });
  await countOutcomes(session, tables, { upTo: 1 });
}
