import type { Services } from '../../services/services.ts';
import { retryJobs } from '../../statements/change-jobs.ts';
import { changeAll, countOf, OVER, tell } from './change.ts';
import type { JobFilter } from './job-filter.ts';
import { checkRetry, type RetryOptions } from './jobs-options.ts';
import type { RetryResult } from './jobs-results.ts';

/** `context.jobs.retry`. */
export async function retry(
  services: Services,
  which: string | JobFilter,
  options: RetryOptions,
): Promise<RetryResult> {
  const { delaySecs = 0, ...page } = checkRetry(options);
  const { driver, tables, enqueuer } = services;
  const send = (ids: readonly string[]) => retryJobs(driver, tables, { ids, delaySecs });
  const { jobs, next } = await changeAll(services, { owner: 'jobs.retry', places: OVER, send }, which, page);
  const retried = countOf(jobs, 'retried');
  if (retried > 0) await enqueuer.announce();
  tell(services, jobs, 'retried', 'CONTEXT_JOB_RETRY');
  const refused = jobs.flatMap(({ jobId, what }) => (isRefusal(what) ? [{ jobId, why: what }] : []));
  return { retried, notFound: countOf(jobs, 'not-found'), refused, next };
}

function isRefusal(what: string): what is 'succeeded' | 'unfinished' | 'busy' {
  return what === 'succeeded' || what === 'unfinished' || what === 'busy';
}
