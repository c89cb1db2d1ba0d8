import { JobCancelledError } from '../../errors.ts';
import { type Check, checkOptions, numberIn } from '../../options/check-options.ts';
import { JobFailedError } from '../../result-errors.ts';
import type { Services } from '../../services/services.ts';
import { checkJobId } from './jobs-options.ts';

/** How long a call waits for the end of a job. */
export interface OutcomeOptions {
  /**
   * How long, in seconds.
   *
   * @defaultValue 0: it looks once
   * @throws {@link InvalidOptionError} below 0 or above 86,400.
   */
  readonly waitSecs?: number;
  /** Ends the wait when it is aborted: the call rejects with its reason. The job goes on. */
  readonly signal?: AbortSignal;
}

/** How a job has ended. */
export type OutcomeOfJob =
  | {
      readonly outcome: 'succeeded';
      /** What its work function returned, where its definition keeps results; else `undefined`. */
      readonly result: unknown;
    }
  | {
      readonly outcome: 'failed';
      /** The error of its last attempt, with its stack, up to the work function. */
      readonly error: string;
    }
  | {
      readonly outcome: 'cancelled';
      /** Why somebody wanted that; `null` where no reason was given. */
      readonly reason: string | null;
    };

const isSignal: Check = (value) =>
  value instanceof AbortSignal ? undefined : 'must be an AbortSignal, of an AbortController or AbortSignal.timeout';

export const waitChecks: Readonly<Record<keyof OutcomeOptions, Check>> = {
  waitSecs: numberIn(0, 86_400, 'seconds'),
  signal: isSignal,
};

/** @throws InvalidOptionError, WaitTimeoutError, JobNotFoundError, DatabaseError */
export async function outcomeOf(
  services: Services,
  owner: string,
  id: string,
  options: OutcomeOptions,
): Promise<OutcomeOfJob> {
  const jobId = checkJobId(owner, id);
  const { waitSecs = 0, signal } = checkOptions(owner, options, waitChecks);
  await services.checkSchema();
  return await waitFor(services, jobId, { waitSecs, signal });
}

/** Likewise, of options that were checked. */
export async function waitFor(
  { outcomes }: Pick<Services, 'outcomes'>,
  jobId: string,
  options: { readonly waitSecs: number; readonly signal?: AbortSignal | undefined },
): Promise<OutcomeOfJob> {
  const { outcome, resultText, error } = await outcomes.wait(jobId, options);
  if (outcome === 'failed') return { outcome, error: error ?? '' };
  if (outcome === 'cancelled') return { outcome, reason: error };
  return { outcome: 'succeeded', result: resultText === null ? undefined : JSON.parse(resultText) };
}

/** The result of a job that has succeeded. @throws JobFailedError, JobCancelledError */
export function resultIn(jobId: string, ended: OutcomeOfJob): unknown {
  if (ended.outcome === 'failed') throw new JobFailedError(jobId, ended.error);
  if (ended.outcome === 'cancelled') throw new JobCancelledError(jobId, ended.reason);
  return ended.result;
}
