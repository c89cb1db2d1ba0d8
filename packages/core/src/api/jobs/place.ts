import { InvalidOptionError } from '../../errors.ts';
import { MAX_PRIORITY } from '../../model/limits.ts';
import { numberIn } from '../../options/check-options.ts';
import type { Services } from '../../services/services.ts';
import { changeJobs } from '../../statements/change-jobs.ts';
import { changeAll, commonOf, countOf, UNFINISHED } from './change.ts';
import type { JobFilter } from './job-filter.ts';
import { type BulkOptions, checkBulk, nameCheck } from './jobs-options.ts';
import type { ChangeResult } from './jobs-results.ts';

const isPriority = numberIn(-MAX_PRIORITY, MAX_PRIORITY, 'steps', 'whole');

/** `context.jobs.setPriority`. */
export async function setPriority(
  services: Services,
  which: string | JobFilter,
  priority: number,
  options: BulkOptions,
): Promise<ChangeResult> {
  const problem = isPriority(priority);
  if (problem !== undefined) throw new InvalidOptionError('jobs.setPriority.priority', problem);
  return await placeElsewhere(services, 'jobs.setPriority', which, { priority, channel: null }, options);
}

/** `context.jobs.move`. */
export async function move(
  services: Services,
  which: string | JobFilter,
  channel: string,
  options: BulkOptions,
): Promise<ChangeResult> {
  const problem = nameCheck(channel);
  if (problem !== undefined) throw new InvalidOptionError('jobs.move.channel', problem);
  return await placeElsewhere(services, 'jobs.move', which, { priority: null, channel }, options);
}

async function placeElsewhere(
  services: Services,
  owner: string,
  which: string | JobFilter,
  to: { readonly priority: number | null; readonly channel: string | null },
  options: BulkOptions,
): Promise<ChangeResult> {
  const { driver, tables, enqueuer } = services;
  const send = (ids: readonly string[]) => changeJobs(driver, tables, { ids, ...to });
  const page = checkBulk(owner, options);
  const { jobs, next } = await changeAll(services, { owner, places: UNFINISHED, send }, which, page);
  const changed = countOf(jobs, 'changed');
  if (changed > 0) await enqueuer.announce();
  return { changed, running: countOf(jobs, 'running'), ...commonOf(jobs), next };
}
