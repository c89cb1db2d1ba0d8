import { announceAnywhere } from '../../services/announce-anywhere.ts';
import type { Services } from '../../services/services.ts';
import { runJobsNow } from '../../statements/change-jobs.ts';
import { type Change, changeAll, commonOf, countOf, UNFINISHED } from './change.ts';
import type { JobFilter } from './job-filter.ts';
import { type BulkOptions, checkBulk } from './jobs-options.ts';
import type { RunNowResult } from './jobs-results.ts';

/** `context.jobs.runNow`. */
export async function runNow(
  services: Services,
  which: string | JobFilter,
  options: BulkOptions,
): Promise<RunNowResult> {
  const { driver, tables } = services;
  const send = (ids: readonly string[]) => runJobsNow(driver, tables, { ids });
  const change: Change = { owner: 'jobs.runNow', places: UNFINISHED, states: ['scheduled'], send };
  const { jobs, next } = await changeAll(services, change, which, checkBulk('jobs.runNow', options));
  const promoted = countOf(jobs, 'promoted');
  if (promoted > 0) await announceAnywhere(services);
  const [waiting, running] = [countOf(jobs, 'waiting'), countOf(jobs, 'running')];
  return { promoted, waiting, running, ...commonOf(jobs), next };
}
