import { BearError } from './errors.ts';

/**
 * What a work function returned cannot be kept as a result: JSON would change it, or it is too large. The job has
 * failed with it, whatever attempts are left: its work is done, and another attempt would do it twice.
 * `metadata.completeIn` rejects with it too.
 */
export class ResultError extends BearError {
  override readonly name = 'ResultError';
  readonly jobId: string;
  /** What is wrong with it, and where. */
  readonly problem: string;

  constructor(jobId: string, problem: string, options?: ErrorOptions) {
    super('BEAR_RESULT', `the result of job ${jobId} ${problem}`, options);
    this.jobId = jobId;
    this.problem = problem;
  }
}

/** The job that was waited for has failed for good. */
export class JobFailedError extends BearError {
  override readonly name = 'JobFailedError';
  readonly jobId: string;
  /** The error of its last attempt, as it is kept with the job: with its stack, up to the work function. */
  readonly error: string;

  constructor(jobId: string, error: string) {
    super('BEAR_JOB_FAILED', `job ${jobId} has failed: ${error.split('\n', 1)[0]}`);
    this.jobId = jobId;
    this.error = error;
  }
}

/** A job was not over within the time that it was waited for. The job goes on. */
export class WaitTimeoutError extends BearError {
  override readonly name = 'WaitTimeoutError';
  readonly jobId: string;
  readonly waitSecs: number;

  constructor(jobId: string, waitSecs: number) {
    super('BEAR_WAIT_TIMEOUT', `job ${jobId} is not over after ${waitSecs} s; it goes on`);
    this.jobId = jobId;
    this.waitSecs = waitSecs;
  }
}

/** There is no job with that id: it was never committed, it was deleted, or its retention is over. */
export class JobNotFoundError extends BearError {
  override readonly name = 'JobNotFoundError';
  readonly jobId: string;

  constructor(jobId: string) {
    super(
      'BEAR_JOB_NOT_FOUND',
      `there is no job ${jobId}, neither in the queue nor in history: it was never committed, was deleted, or its retention is over`,
    );
    this.jobId = jobId;
  }
}
