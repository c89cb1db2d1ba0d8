import { endingJob } from '../../job-errors.ts';
import { encodeResult } from '../../model/payload/payload.ts';
import { ResultError } from '../../result-errors.ts';

/** The JSON text of a result; none where there is no result. @throws ResultError, which ends the job as failed */
export function resultTextOf(jobId: string, result: unknown): string | undefined {
  if (result === undefined) return undefined;
  return encodeResult(result, (problem, options) => endingJob(new ResultError(jobId, problem, options)));
}
