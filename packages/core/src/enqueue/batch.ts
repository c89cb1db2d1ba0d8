import type { NewJob } from '../model/job.ts';

/** The most jobs that share a statement, and the most payload: past these a batch gains nothing and holds others up. */
const MAX_JOBS = 1_000;
const MAX_CHARS = 4_000_000;

/** How many of some jobs, from `start` on, the next statement takes: at least one, if there is one. */
export function batchLength<T>(items: readonly T[], jobOf: (item: T) => NewJob, start: number = 0): number {
  let chars = 0;
  const most = Math.min(MAX_JOBS, items.length - start);
  for (let length = 0; length < most; length += 1) {
    chars += jobOf(items[start + length] as T).payloadText.length;
    if (chars > MAX_CHARS) return Math.max(1, length);
  }
  return most;
}

/** All jobs, in order, a statement's worth at a time. */
export function* batchesOf(jobs: readonly NewJob[]): Generator<readonly NewJob[]> {
  for (let start = 0; start < jobs.length; ) {
    const length = batchLength(jobs, (job) => job, start);
    yield jobs.slice(start, start + length);
    start += length;
  }
}
