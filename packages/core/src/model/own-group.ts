import type { ClaimedJob } from './job.ts';

/**
 * The group of a job as its run and its events are told of it. For one that was given none it is in form a version 4 UUID,
 * made of the random and the other digits of the job's id: the same for every attempt without being stored, and no other
 * job has it.
 */
export function groupOf({ id, jobGroup }: Pick<ClaimedJob, 'id' | 'jobGroup'>): string {
  return jobGroup ?? `${id.slice(28)}${id.slice(8, 14)}4${id.slice(15, 28)}${id.slice(0, 8)}`;
}
