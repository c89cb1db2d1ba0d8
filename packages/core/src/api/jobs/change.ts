import { systemClock } from '../../runtime/clock.ts';
import { Wake } from '../../runtime/wake.ts';
import type { Services } from '../../services/services.ts';
import type { JobsTouched, JobTouched } from '../../statements/jobs-touched.ts';
import type { Lane } from '../../statements/settle.ts';
import { findPage } from './find.ts';
import { checkBulkFilter, type JobFilter, type Sought } from './job-filter.ts';
import { type BulkOptions, checkJobId, MAX_PAGE } from './jobs-options.ts';

/** What became of the jobs that a call was about. */
export interface Changed {
  readonly jobs: readonly JobTouched[];
  readonly next: string | null;
}

export interface Change {
  /** For messages: `jobs.cancel`. */
  readonly owner: string;
  /** The jobs of a filter that it is about at all. */
  readonly places: Sought['places'];
  /** Of a filter that names no states, only the jobs in these. */
  readonly states?: Sought['sought']['states'];
  /** Sends it for jobs. What it calls `busy` is sent again. */
  send(ids: readonly string[]): Promise<JobsTouched>;
}

/** Which jobs a change is about: those that are not over, those that are, or both. */
export const UNFINISHED: Sought['places'] = { unfinished: true, over: false };
export const OVER: Sought['places'] = { unfinished: false, over: true };
export const ANYWHERE: Sought['places'] = { unfinished: true, over: true };

/** How long a job that somebody holds is tried again, and how often, in milliseconds. */
const [BUSY_MS, BUSY_PAUSE_MS] = [1_000, 50];

/**
 * Changes the job of an id, or one page of the jobs of a filter: those are found first, and changed by their ids. What was
 * found and has changed since is told as what it is then.
 */
export async function changeAll(
  services: Services,
  { owner, places, states, send }: Change,
  which: string | JobFilter,
  { limit = MAX_PAGE, after }: BulkOptions,
): Promise<Changed> {
  await services.checkSchema();
  if (typeof which === 'string') {
    return { jobs: await sendUntilFree(services, [checkJobId(owner, which)], send), next: null };
  }
  const filter = checkBulkFilter(owner, which);
  const both = {
    unfinished: filter.places.unfinished && places.unfinished,
    over: filter.places.over && places.over,
  };
  // Jobs that were named are told of one by one, whatever became of those that are not there (any more).
  const { ids, ...others } = filter.sought;
  if (ids !== undefined && Object.values(others).every((value) => value === undefined)) {
    return { jobs: await sendUntilFree(services, [...new Set(ids)], send), next: null };
  }
  const sought = { ...filter.sought, states: filter.sought.states ?? states };
  const page = await findPage(
    services,
    owner,
    { sought, places: both },
    { limit, after, order: 'oldest', payloadBytes: 0 },
  );
  const found = page.jobs.map(({ id }) => id);
  return { jobs: found.length === 0 ? [] : await sendUntilFree(services, found, send), next: page.next };
}

async function sendUntilFree(
  { enqueuer }: Services,
  ids: readonly string[],
  send: Change['send'],
): Promise<readonly JobTouched[]> {
  const done: JobTouched[] = [];
  const opened: Lane[] = [];
  const until = systemClock.now() + BUSY_MS;
  let left = ids;
  while (true) {
    const touched = await send(left);
    opened.push(...touched.opened);
    const busy = touched.jobs.filter(({ what }) => what === 'busy');
    done.push(...touched.jobs.filter(({ what }) => what !== 'busy'));
    if (busy.length === 0 || systemClock.now() >= until) {
      done.push(...busy);
      break;
    }
    left = busy.map(({ jobId }) => jobId);
    await systemClock.sleep(BUSY_PAUSE_MS, { wake: new Wake(), signal: new AbortController().signal });
  }
  if (opened.length > 0) await enqueuer.announce();
  return done;
}

/** How many there are of each. */
export function countOf(jobs: readonly JobTouched[], what: string): number {
  return jobs.filter((job) => job.what === what).length;
}

/** How many could not be changed, for a reason that every change knows. */
export function commonOf(jobs: readonly JobTouched[]): {
  readonly over: number;
  readonly notFound: number;
  readonly busy: number;
} {
  return { over: countOf(jobs, 'over'), notFound: countOf(jobs, 'not-found'), busy: countOf(jobs, 'busy') };
}

/** An event for each job of which that became. */
export function tell(
  { events }: Services,
  jobs: Changed['jobs'],
  of: string,
  eventType: 'CONTEXT_JOB_RETRY' | 'CONTEXT_JOB_DELETE',
): void {
  if (!events.hears(eventType)) return;
  for (const { jobId, jobName, what } of jobs) {
    if (what === of && jobName !== null) events.emit({ eventType, jobId, jobName });
  }
}
