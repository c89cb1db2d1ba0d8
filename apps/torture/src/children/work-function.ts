import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { fromPg, type JobDefinition, type JobMetadata, JobSnooze } from 'bearmq';
import type { Task } from '../ledger/facts.ts';
import { ENTRIES } from '../witness/triggers.ts';
import type { Cast } from './cast.ts';
import { LEAK } from './config.ts';
import { oddThings } from './odd-things.ts';
import { say } from './orders.ts';

/** What is enqueued. */
export type Payload = { readonly key: string; readonly task: Task; readonly unique: string | null };

/** What tells which job left it to be enqueued. */
export type Following = { readonly leaderId: string };

/** What a work function has to play with; `follow` only where its job may leave one. */
interface Props extends Cast {
  readonly follow?: JobDefinition<Following>;
}

/** A run that has begun. */
interface Begun {
  readonly run: string;
  readonly task: Task;
  readonly metadata: JobMetadata;
}

/** How many of those that may put themselves off do. */
const SNOOZE_SHARE = 0.6;

/** Longer than any job takes within its transaction. */
const COMPLETION_IDLE_SECS = 12;

/** How many jobs this process has begun. */
let begun = 0;

/** Does a job's task, and writes down that it begins, that it is told to stop, and how it ends. */
export async function perform(payload: Payload | null, metadata: JobMetadata, props: Props): Promise<void> {
  const { tell, config } = props;
  const { jobId, attempt, jobGroup, signal } = metadata;
  const run = randomUUID();
  tell({ kind: 'begin', run, jobId, key: payload?.key ?? null, attempt, group: jobGroup });
  const tellAbort = (): void => tell({ kind: 'abort', run, jobId, why: String(signal.reason) });
  if (signal.aborted) tellAbort();
  else signal.addEventListener('abort', tellAbort, { once: true });
  blockFor(begun === 0 ? config.traits.firstBlockMs : 0);
  begun += 1;
  try {
    await act({ run, task: payload?.task ?? { does: 'work', ms: 0, fails: 0 }, metadata }, props);
  } catch (error) {
    // Not by a look at the error: some of them bite.
    const outcome = attempt === 1 && payload?.task.does === 'snooze' ? 'snoozed' : 'failed';
    tell({ kind: 'end', run, jobId, outcome: signal.aborted ? 'aborted' : outcome });
    throw error;
  }
  tell({ kind: 'end', run, jobId, outcome: 'succeeded' });
}

const ALWAYS: readonly Task['does'][] = ['lead', 'complete', 'complete late'];

async function act(begun: Begun, props: Props): Promise<void> {
  const { does, ms, fails } = begun.task;
  const { attempt, signal } = begun.metadata;
  switch (attempt === 1 || ALWAYS.includes(does) ? does : 'work') {
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
      return await props.client.transact(ms / 1000);
    case 'lead':
      await leave(begun, props);
      if (ms > 0) await wait(ms, undefined, { signal });
      if (attempt <= fails) throw new Error('failed as planned');
      return;
    case 'complete':
      return await complete(begun, props);
    case 'complete late':
      await complete(begun, props);
      throw new Error('thrown after the commit, as planned');
  }
}

/** Leaves a job to be enqueued with the success of this one. */
async function leave({ metadata }: Begun, { follow }: Props): Promise<void> {
  if (follow === undefined) throw new Error('this job has nobody to follow it');
  await metadata.enqueueOnSuccess(follow, { leaderId: metadata.jobId });
}

/** Writes an entry and completes the job in one transaction. */
async function complete(begun: Begun, props: Props): Promise<void> {
  const { run, task, metadata } = begun;
  const { jobId, attempt, signal } = metadata;
  await leave(begun, props);
  const client = await props.client.completing.connect();
  let broken: Error | undefined;
  try {
    // Where a gateway keeps the connection of a process that was killed, nothing else would end its transaction.
    await client.query(`begin; set local idle_in_transaction_session_timeout = '${COMPLETION_IDLE_SECS}s'`);
    await client.query(`insert into ${ENTRIES} (job_id, run, attempt) values ($1, $2, $3)`, [jobId, run, attempt]);
    if (task.ms > 0) await wait(task.ms, undefined, { signal });
    await metadata.completeIn(fromPg(client));
    if (attempt <= task.fails) throw new Error('failed as planned');
    await client.query('commit');
    props.tell({ kind: 'completed', run, jobId });
  } catch (error) {
    await client.query('rollback').catch((lost: Error) => {
      broken = lost; // with its connection a transaction ends by itself
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

function blockFor(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until; );
}

/** As a careful work function does that calls what may never answer. */
async function neverWithin(ms: number): Promise<never> {
  return await new Promise((_, reject) => setTimeout(() => reject(new Error('gave up as planned')), ms));
}
