import type { NewJob } from '../model/job.ts';

/** The most jobs that share a statement, and the most text of theirs: past these a batch gains nothing and holds others up. */
const MAX_JOBS = 1_000;
const MAX_CHARS = 4_000_000;

/**
 * All jobs, in order, a statement's worth at a time. Jobs are taken from the source only as batches are asked for, so a
 * source that makes them on the way never has more than one batch in memory.
 */
export function* batchesOf<TJob extends NewJob>(jobs: Iterable<TJob>): Generator<readonly TJob[], void> {
  let batch: TJob[] = [];
  let chars = 0;
  for (const job of jobs) {
    const length = job.payloadText.length + (job.extras?.length ?? 0);
    if (batch.length === MAX_JOBS || (batch.length > 0 && chars + length > MAX_CHARS)) {
      yield batch;
      batch = [];
      chars = 0;
    }
    batch.push(job);
    chars += length;
  }
  if (batch.length > 0) yield batch;
}
