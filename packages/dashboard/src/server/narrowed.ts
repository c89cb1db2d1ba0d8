import type { JobFilter, JobPage, JobRecord, PageOptions } from '@bearmq/core';
import type { Granted } from '../access.ts';
import { badRequest, notFound, Refusal } from './refusal.ts';
import type { Call } from './route.ts';

/** Whether jobs of a channel are within the access. */
export function mayShow({ channels }: Granted, channel: string): boolean {
  return channels === null || channels.includes(channel);
}

/** @throws Refusal for a channel that is not within the access. */
export function checkChannel(granted: Granted, channel: string | undefined): void {
  if (channel === undefined || mayShow(granted, channel)) return;
  throw new Refusal(403, 'CHANNELS_ONLY', `your access is not to the channel ${JSON.stringify(channel)}`);
}

/** The one channel that an answer is about; `undefined`: all. Where the access is to several, one must be named. */
export function oneChannel(granted: Granted, channel: string | undefined): string | undefined {
  checkChannel(granted, channel);
  if (channel !== undefined || granted.channels === null) return channel;
  const [only, ...others] = granted.channels;
  if (only !== undefined && others.length === 0) return only;
  throw badRequest(`channel: is missing: your access is to ${granted.channels.length} channels, name one of them`);
}

/**
 * A page of the jobs of a filter, as far as they are within the access. Where that is to several channels, a page may have
 * fewer jobs than its limit though there are more.
 */
export async function findNarrowed(
  { source, granted, shown }: Pick<Call, 'source' | 'granted' | 'shown'>,
  filter: JobFilter,
  page: PageOptions,
): Promise<JobPage> {
  checkChannel(granted, filter.channel);
  const { channels } = granted;
  if (channels?.length === 0) return { jobs: [], next: null, isPartial: false, lookedBackTo: null };
  const [only, ...others] = channels ?? [];
  const within = only === undefined || others.length > 0 ? filter : { ...filter, channel: only };
  const found = await source.context.jobs.find(within, page);
  return { ...found, jobs: found.jobs.filter(({ channel }) => mayShow(granted, channel)).map(shown) };
}

/** A job as it is shown; where its payload `isLarge` (more than 64 KiB of JSON), without it. */
export interface NamedJob {
  readonly job: JobRecord;
  readonly isLarge: boolean;
}

/** @throws Refusal where there is no such job within the access. */
export async function jobNamed({ source, granted, shown, params }: Call): Promise<NamedJob> {
  const id = params['id'] ?? '';
  const find = async () => (await source.context.jobs.find({ ids: [id] }, { limit: 1 })).jobs[0];
  // It may have been finalized, or put back, between the looks at where it might be.
  const job = (await find()) ?? (await find());
  if (job === undefined || !mayShow(granted, job.channel)) throw notFound(`job ${id}`);
  return { job: shown(job), isLarge: job.payload === undefined };
}
