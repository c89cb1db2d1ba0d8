import { type Context, JobDefinition, type JobMetadata } from 'bearmq';
import type { Tell } from '../../ledger/ledger-file.ts';
import { monotonicMs } from '../../ledger/now.ts';
import type { ActorTelling, ActorWord, FigurePayload } from './config.ts';

export type FigureJob = JobDefinition<FigurePayload>;

/** The one kind of job of all figures. */
export function defineJob(context: Context, tell: Tell<ActorTelling>): FigureJob {
  return new JobDefinition<FigurePayload>({
    context,
    name: 'FIGURE',
    workFunction: async (payload, metadata) => await perform(payload, metadata, tell),
  });
}

async function perform(
  { sentAt, does, ms }: FigurePayload,
  { jobId, attempt }: JobMetadata,
  tell: Tell<ActorTelling>,
): Promise<void> {
  const waitMs = sentAt === null || attempt > 1 ? null : monotonicMs() - sentAt;
  tell({ kind: 'run', jobId, attempt, waitMs });
  if (does === 'nothing') return;
  await say({ says: 'began', jobId, attempt });
  if (attempt > 1) return;
  if (does === 'stay') await new Promise(() => {});
  if (does === 'fail') throw new Error('failed as planned');
  // Blocks the event loop as a computation does, but leaves the processor to those who are measured.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Resolves when it is on its way: who blocks right after it has said it. */
export async function say(word: ActorWord): Promise<void> {
  await new Promise<void>((resolve) => {
    if (!process.connected || process.send === undefined) resolve();
    else process.send(word, undefined, undefined, () => resolve());
  });
}
