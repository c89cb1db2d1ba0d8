import { encodeExtras, encodeHeaders } from '../../job-headers.ts';
import type { EncodedAbout } from '../../model/extras.ts';
import type { FailureJobs } from '../../model/failed-job.ts';
import type { Outcome } from '../../model/job.ts';
import type { Holding } from '../holding.ts';

type FailedOutcome = Extract<Outcome, { readonly kind: 'failed' }>;

/**
 * The outcome with the job that is enqueued when it is recorded, where its job has failed for good and the definition has
 * `onFailure`. Not for a job that was itself enqueued so: chains end.
 *
 * @param warn is told of a group generator that failed.
 */
export function withFailureJob(
  outcome: Outcome,
  holding: Holding,
  definition: { readonly onFailure?: FailureJobs | undefined } | undefined,
  warn: (message: string, error?: unknown) => void,
): Outcome {
  const onFailure = definition?.onFailure;
  if (onFailure === undefined || outcome.kind !== 'failed' || holding.extras.failureOf !== undefined) return outcome;
  const extras = encodeExtras(headersOf(holding), {
    maxDeaths: onFailure.maxDeaths || undefined,
    failureOf: outcome.job.id,
    failureEncoded: encodedAbout(holding),
  });
  return { ...outcome, failureJob: onFailure.make(groupOf(onFailure, holding, outcome, warn), extras ?? '{}') };
}

/** What is stored is copied to the job that tells of the failure, whose run has it decoded: as that of the job that failed. */
function encodedAbout({ job, extras }: Holding): EncodedAbout | undefined {
  if (!extras.isEncoded) return undefined;
  const { id, name, channel, jobGroup } = job;
  return { id: extras.encodedFor ?? id, name, channel, jobGroup };
}

/**
 * Whatever the user's function does, the failure is told of: if it fails, in no group. Nor has one whose payload was never
 * decoded, since the process that ran it died or the codec failed: there is nothing that a group could be made of.
 */
function groupOf(
  { name, groupOf: generate }: FailureJobs,
  { extras, decoded }: Pick<Holding, 'extras' | 'decoded'>,
  { job, errorText: error }: FailedOutcome,
  warn: (message: string, error?: unknown) => void,
): string | null {
  if (generate === undefined || (extras.isEncoded && decoded === undefined)) return null;
  const { id: jobId, name: jobName, payloadText, enqueuedAtMs } = job;
  const attempt = Math.min(job.attempt, job.numAttempts);
  try {
    return generate({
      jobId,
      jobName,
      payload: decoded === undefined ? JSON.parse(payloadText) : decoded.payload,
      error,
      attempt,
      enqueuedAtMs,
    });
  } catch (reason) {
    warn(`the jobGroupGenerator of ${JSON.stringify(name)} failed: its failure jobs have no group`, reason);
    return null;
  }
}

/** None where somebody put in by hand what an enqueue would have refused: the failure is told of all the same. */
function headersOf({ extras }: Holding): string | null {
  try {
    return encodeHeaders('headers', extras.headers);
  } catch {
    return null;
  }
}
