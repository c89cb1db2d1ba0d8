import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { type JobMetadata, JobSnooze } from 'bearmq';
import type { Task } from '../ledger/facts.ts';
import type { Cast } from './cast.ts';
import { LEAK } from './config.ts';
import { oddThings } from './odd-things.ts';
import { say } from './orders.ts';

/** What is enqueued. */
export type Payload = { readonly key: string; readonly task: Task; readonly unique: string | null };

/** How many of those that may put themselves off do. */
const SNOOZE_SHARE = 0.6;

/** How many jobs this process has begun. */
let begun = 0;

/** Does a job's task, and writes down that it begins, that it is told to stop, and how it ends. */
export async function perform(
  payload: Payload | null,
  metadata: JobMetadata,
  { tell, client, config }: Cast,
): Promise<void> {
  const { jobId, attempt, jobGroup, signal } = metadata;
  const run = randomUUID();
  tell({ kind: 'begin', run, jobId, key: payload?.key ?? null, attempt, group: jobGroup });
  const tellAbort = (): void => tell({ kind: 'abort', run, jobId, why: String(signal.reason) });
  if (signal.aborted) tellAbort();
  else signal.addEventListener('abort', tellAbort, { once: true });
  blockFor(begun === 0 ? config.traits.firstBlockMs : 0);
  begun += 1;
  try {
    await act(payload?.task ?? { does: 'work', ms: 0, fails: 0 }, metadata, client);
  } catch (error) {
    // Not by a look at the error: some of them bite.
    const outcome = attempt === 1 && payload?.task.does === 'snooze' ? 'snoozed' : 'failed';
    tell({ kind: 'end', run, jobId, outcome: signal.aborted ? 'aborted' : outcome });
    throw error;
  }
  tell({ kind: 'end', run, jobId, outcome: 'succeeded' });
}

async function act({ does, ms, fails }: Task, { attempt, signal }: JobMetadata, client: Cast['client']): Promise<void> {
  switch (attempt === 1 ? does : 'work') {
    case 'work':
      if (does === 'work' && ms > 0) await wait(ms, undefined, { signal });
      if (attempt <= fails) throw new Error('failed as planned');
      return;
    case 'hang':
      say({ says: 'hanging' });
      return await new Promise(() => {});
    case 'give up':
      return await neverWithin(ms);
    case 'block':
      blockFor(ms);
      return;
    case 'throw':
      throw oddThings()[ms % oddThings().length];
    case 'leak':
      void Promise.reject(new Error(LEAK));
      return;
    case 'snooze':
      if (Math.random() < SNOOZE_SHARE) throw new JobSnooze(ms / 1000, 'as planned');
      return;
    case 'overrun':
      return await wait(ms);
    case 'transact':
      return await client.transact(ms / 1000);
  }
}

function blockFor(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until; );
}

/** As a careful work function does that calls what may never answer. */
async function neverWithin(ms: number): Promise<never> {
  return await new Promise((_, reject) => setTimeout(() => reject(new Error('gave up as planned')), ms));
}
