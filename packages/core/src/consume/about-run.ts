import type { ClaimedJob } from '../model/job.ts';
import { groupOf } from '../model/own-group.ts';

/** What every event says of a job that a Worker has, or had. */
export interface AboutRun {
  readonly jobId: string;
  readonly jobName: string;
  readonly workerId: string;
  readonly processId: string;
  readonly channel: string;
  readonly jobGroup: string;
  readonly attempt: number;
  readonly numAttempts: number;
}

/** Of a job whose process died in its last attempt, that is the attempt. */
export function aboutRun(job: ClaimedJob, workerId: string): AboutRun {
  const { id: jobId, name: jobName, processId, channel, numAttempts } = job;
  const attempt = Math.min(job.attempt, numAttempts);
  return { jobId, jobName, workerId, processId, channel, jobGroup: groupOf(job), attempt, numAttempts };
}
