import type { Model, ModelJob } from './model.ts';
import type { JobRow, Snapshot } from './snapshot.ts';

/** In what the database differs from the model, in words: every job in one place, and just as it should be there. */
export function differences(model: Model, { jobs, finalized }: Snapshot): readonly string[] {
  const found = new Set(jobs.map(({ id }) => id));
  const over = new Set(finalized.map(({ id }) => id));
  return [
    ...[...model.jobs.keys()].filter((id) => !found.has(id)).map((id) => `${id} is not among the unfinalized jobs`),
    ...[...model.finalized.keys()].filter((id) => !over.has(id)).map((id) => `${id} is not among the finalized jobs`),
    ...jobs.flatMap((row) => compare(row.id, said(row), expected(model.jobs.get(row.id)))),
    ...finalized.flatMap(({ id, ...row }) => compare(id, row, model.finalized.get(id))),
  ];
}

function compare(id: string, is: object, should: object | undefined): readonly string[] {
  if (should === undefined) return [`${id} should not be there: ${JSON.stringify(is)}`];
  const wrong = Object.entries(should).filter(([key, value]) => (is as Record<string, unknown>)[key] !== value);
  if (wrong.length === 0) return [];
  return [`${id} is ${JSON.stringify(is)}, but should be ${JSON.stringify(Object.fromEntries(wrong))}`];
}

function said(row: JobRow): object {
  return { ...row, state: row.state === 'ready' || row.state === 'blocked' ? 'waiting' : row.state };
}

function expected(job: ModelJob | undefined): object | undefined {
  if (job === undefined) return undefined;
  const { name, channel, group, priority, attempt, numAttempts, fence, worker } = job;
  const common = { state: job.state, name, channel, group, priority, attempt, numAttempts, fence };
  return { ...common, worker: worker?.id ?? null, ...(job.state === 'running' ? { started: job.isStarted } : {}) };
}
