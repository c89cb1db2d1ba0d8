import type { ClaimedJob } from './job.ts';

/**
 * Names one claim of a job. A job may be claimed again before an earlier claim of it is settled, by the same process too;
 * and where the database lost the commit of a claim, the next one of another lease gets the same number.
 */
export function claimKey({ id, fence, processId }: Pick<ClaimedJob, 'id' | 'fence' | 'processId'>): string {
  return `${id} ${fence} ${processId}`;
}
