import type { Services } from '../../services/services.ts';
import { deleteJobs } from '../../statements/cancel.ts';
import { ANYWHERE, changeAll, commonOf, countOf, tell } from './change.ts';
import type { JobFilter } from './job-filter.ts';
import { type BulkOptions, checkBulk } from './jobs-options.ts';
import type { DeleteResult } from './jobs-results.ts';

/** `context.jobs.delete`. */
export async function deleteAll(
  services: Services,
  which: string | JobFilter,
  options: BulkOptions,
): Promise<DeleteResult> {
  const { driver, tables } = services;
  const send = (ids: readonly string[]) => deleteJobs(driver, tables, { ids });
  const change = { owner: 'jobs.delete', places: ANYWHERE, send };
  const { jobs, next } = await changeAll(services, change, which, checkBulk('jobs.delete', options));
  tell(services, jobs, 'deleted', 'CONTEXT_JOB_DELETE');
  const { notFound, busy } = commonOf(jobs);
  return { deleted: countOf(jobs, 'deleted'), running: countOf(jobs, 'running'), notFound, busy, next };
}
