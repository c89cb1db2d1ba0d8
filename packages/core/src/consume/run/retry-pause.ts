import { type Backoff, pauseOf } from '../../model/backoff.ts';
import { MAX_SECS } from '../../model/limits.ts';
import { systemRandom } from '../../runtime/clock.ts';
import type { Holding } from '../holding.ts';

/**
 * How long a job waits after an attempt that failed and was not the last: what its enqueue said, else what the definition
 * of this process says, else its `timeoutSecs`.
 *
 * @param warn is told of a function that failed, or gave what is no pause.
 */
export function pauseAfter(
  { job, extras }: Pick<Holding, 'job' | 'extras'>,
  error: unknown,
  ofDefinition: Backoff<never> | undefined,
  warn: (message: string, error?: unknown) => void,
): number | 'give-up' {
  const backoff = extras.backoff === undefined ? ofDefinition : extras.backoff;
  if (backoff === undefined || backoff === null) return job.timeoutSecs;
  if (typeof backoff !== 'function') {
    const secs = pauseOf(backoff, job.attempt, systemRandom());
    return isPause(secs) ? secs : job.timeoutSecs;
  }
  const { attempt, numAttempts } = job;
  let said: unknown;
  try {
    said = backoff({ error, attempt, numAttempts, payload: JSON.parse(job.payloadText) as never });
  } catch (reason) {
    warn(`the backoff of ${JSON.stringify(job.name)} failed: its jobs wait for their timeoutSecs instead`, reason);
    return job.timeoutSecs;
  }
  if (said === 'give-up' || isPause(said)) return said;
  // Plain JavaScript may give an async one: what its promise rejects with must not end the process.
  void Promise.resolve(said).catch(() => {});
  warn(
    `the backoff of ${JSON.stringify(job.name)} gave neither a number of seconds from 0 to ${MAX_SECS} nor 'give-up': ` +
      'its jobs wait for their timeoutSecs instead',
  );
  return job.timeoutSecs;
}

function isPause(said: unknown): said is number {
  return typeof said === 'number' && said >= 0 && said <= MAX_SECS;
}
