import { announceJobs } from '../../services/announce-jobs.ts';
import type { Services } from '../../services/services.ts';
import { cancelJobs } from '../../statements/cancel.ts';
import { changeAll, commonOf, countOf, UNFINISHED } from './change.ts';
import type { JobFilter } from './job-filter.ts';
import { type CancelOptions, checkCancel } from './jobs-options.ts';
import type { CancelResult } from './jobs-results.ts';

/** `context.jobs.cancel`. */
export async function cancel(
  services: Services,
  which: string | JobFilter,
  options: CancelOptions,
): Promise<CancelResult> {
  const { reason = null, ...page } = checkCancel(options);
  const { driver, tables, settings, events, outcomes } = services;
  const finalized = settings.jobPostFailDeleteSecs > 0 ? 'keep' : 'delete';
  const send = (ids: readonly string[]) => cancelJobs(driver, tables, { ids, reason, finalized });
  const { jobs, next } = await changeAll(services, { owner: 'jobs.cancel', places: UNFINISHED, send }, which, page);
  const running = jobs.flatMap(({ jobId, what }) => (what === 'running' ? [jobId] : []));
  if (running.length > 0) await tellCancelled(services, running);
  outcomes.noteOver(jobs.flatMap(({ jobId, what }) => (what === 'cancelled' ? [jobId] : [])));
  for (const { jobId, jobName, what } of jobs) {
    if (!events.hears('CONTEXT_JOB_CANCEL') || jobName === null || (what !== 'cancelled' && what !== 'running'))
      continue;
    events.emit({ eventType: 'CONTEXT_JOB_CANCEL', jobId, jobName, isRunning: what === 'running' });
  }
  return { cancelled: countOf(jobs, 'cancelled'), running: running.length, ...commonOf(jobs), next };
}

/** Tells the processes that hold them, this one first. Who misses it learns of it with its lease. */
async function tellCancelled(services: Services, jobIds: readonly string[]): Promise<void> {
  services.localWork.tellCancelled(jobIds);
  await announceJobs(services, 'cancelled', jobIds);
}
