import type { ClaimedJob } from './job.ts';

/**
 * Names one claim of a job. A job may be claimed again before an earlier claim of it is settled, by the same process too;
 * and where the database lost the commit of a claim, the next one of another lease gets the same number.
 */
export function claimKey({ id, claims, leaseId }: Pick<ClaimedJob, 'id' | 'claims' | 'leaseId'>): string {
  return `${id} ${claims} ${leaseId}`;
}
