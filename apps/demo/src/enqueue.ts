import { type ListingNotes, listFiles } from './files.ts';
import type { Jobs } from './jobs.ts';

/** As many calls at a time as share one statement. */
const BATCH = 1_000;

export interface EnqueueOptions {
  readonly jobs: Jobs;
  readonly folder: string;
  readonly notes: ListingNotes;
  readonly interrupted: AbortSignal;
}

/** Lists the files and enqueues a job for each, and the other jobs around them. Resolves to how many folders had any. */
export async function enqueueAll({ jobs, folder, notes, interrupted }: EnqueueOptions): Promise<number> {
  await jobs.neverWorks.enqueue();
  let folders = 0;
  let files = 0;
  let first: string | undefined;
  let batch: { path: string; index: number }[] = [];
  const flush = async (): Promise<void> => {
    // Calls in one go share a statement, and keep their order.
    await Promise.all(batch.map((payload) => jobs.measure.enqueue(payload)));
    batch = [];
  };
  for await (const paths of listFiles(folder, notes)) {
    folders += 1;
    first ??= paths[0];
    for (const path of paths) {
      batch.push({ path, index: files });
      files += 1;
      if (batch.length === BATCH) await flush();
      if (interrupted.aborted) return folders;
    }
  }
  await flush();
  // Last in the queue, and yet among the first to run.
  await jobs.countBacklog.enqueue();
  if (first !== undefined) await jobs.lookAgain.enqueue({ path: first });
  return folders;
}
