import type { SqlSession } from '../../driver/index.ts';
import type { NewJob } from '../../model/job.ts';
import type { JobKey, KeyedJob, SubmitOutcome } from '../../model/unique.ts';
import type { Services } from '../../services/services.ts';
import { isMissing, missingSchema } from '../../statements/read-schema-version.ts';

/** Where jobs go: which definition's they are, and the caller's transaction if there is one. */
export interface Destination {
  readonly services: Services;
  readonly jobName: string;
  readonly tx: SqlSession | undefined;
}

/** Jobs in order, made as they are asked for, and their ids. */
export interface Jobs {
  readonly ids: readonly string[];
  readonly all: () => Iterable<NewJob>;
}

/** In the caller's transaction if there is one, else by ourselves, telling of it once it is committed. */
export async function sendPlain(to: Destination, { ids, all }: Jobs): Promise<void> {
  if (ids.length === 0) return;
  const { enqueuer } = to.services;
  await orWhyMissing(to, () => (to.tx === undefined ? enqueuer.insertMany(all()) : enqueuer.insertIn(to.tx, all())));
  tellEnqueued(to, ids);
}

/** Likewise, of one job. Its own `try`, for it goes the way of every job: each function that waits costs a tenth of it. */
export async function sendSingle(to: Destination, job: NewJob): Promise<void> {
  const { enqueuer } = to.services;
  try {
    await (to.tx === undefined ? enqueuer.insert(job) : enqueuer.insertIn(to.tx, [job]));
  } catch (error) {
    throw await whyMissing(to, error);
  }
  tellEnqueued(to, [job.id]);
}

function tellEnqueued({ services: { events }, tx, jobName }: Destination, ids: readonly string[]): void {
  if (tx !== undefined || !events.hears('JOB_DEFINITION_JOB_ENQUEUE')) return;
  for (const jobId of ids) events.emit({ eventType: 'JOB_DEFINITION_JOB_ENQUEUE', jobId, jobName });
}

/** Likewise, where some have unique keys. Resolves to what became of each. @throws DuplicateJobError */
export async function sendKeyed(
  to: Destination,
  all: () => Iterable<KeyedJob>,
  keys: readonly (JobKey | null)[],
  single?: KeyedJob,
): Promise<readonly SubmitOutcome[]> {
  const { submitter, events } = to.services;
  const mayRefuse = keys.length > 1 && keys.some((key) => key?.onConflict === 'throw');
  const outcomes = await orWhyMissing(to, async () => {
    if (to.tx !== undefined) return await submitter.submitIn(to.tx, all(), { mayRefuse });
    return single === undefined ? await submitter.submitMany(all(), { mayRefuse }) : [await submitter.submit(single)];
  });
  if (to.tx !== undefined || !TOLD.some((type) => events.hears(type))) return outcomes;
  for (const [nth, { jobId, outcome }] of outcomes.entries()) {
    const told = { jobId, jobName: to.jobName };
    const key = keys[nth]?.key ?? '';
    if (outcome === 'enqueued') events.emit({ eventType: 'JOB_DEFINITION_JOB_ENQUEUE', ...told });
    else if (outcome === 'skipped') events.emit({ eventType: 'JOB_DEFINITION_JOB_SKIP', ...told, key });
    else events.emit({ eventType: 'JOB_DEFINITION_JOB_REPLACE', ...told, key });
  }
  return outcomes;
}

const TOLD = ['JOB_DEFINITION_JOB_ENQUEUE', 'JOB_DEFINITION_JOB_SKIP', 'JOB_DEFINITION_JOB_REPLACE'] as const;

async function orWhyMissing<T>(to: Destination, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw await whyMissing(to, error);
  }
}

/** What is to be thrown for `error`: where it says that the schema is missing, why. */
async function whyMissing({ services, tx }: Destination, error: unknown): Promise<unknown> {
  if (tx !== undefined) return missingSchema(error, services.tables) ?? error;
  return isMissing(error) ? await services.whyMissing(error) : error;
}
