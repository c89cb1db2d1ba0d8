import type { FailureJob } from './job.ts';

/** What a job of `onFailure` is given: the job that has failed for good. */
export interface FailedJob<TPayload> {
  readonly jobId: string;
  readonly jobName: string;
  /** As it was enqueued: with a `payloadVersion`, in the version that it has. */
  readonly payload: TPayload;
  /** The error of its last attempt as it is kept: its stack up to the work function, where it has one, cut at 10,000 characters. */
  readonly error: string;
  /** How many attempts it had. */
  readonly attempt: number;
  /** When it was enqueued, by the database's clock, in milliseconds since 1970. */
  readonly enqueuedAtMs: number;
}

/** How such jobs are made, as the definition says that they are of. */
export interface FailureJobs {
  /** The name of that definition. */
  readonly name: string;
  /** The group of one, where they have groups. It may throw whatever the user's function does. */
  readonly groupOf: ((failed: FailedJob<unknown>) => string | null) | undefined;
  /** How many deaths each of them is forgiven. */
  readonly maxDeaths: number;
  make(jobGroup: string | null, extras: string): FailureJob;
}
