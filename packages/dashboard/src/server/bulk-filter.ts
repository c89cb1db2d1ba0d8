import type { JobFilter, JobOutcome, JobState } from '@bearmq/core';
import type { BulkAction, BulkPreviewBody, FilterBody } from '../api-types.ts';
import { bodyWith } from './body-with.ts';
import { oneChannel } from './narrowed.ts';
import { momentOf, rangeOf, withoutEmpty } from './query.ts';
import { badRequest } from './refusal.ts';
import { digestOf } from './replies.ts';
import type { Call } from './route.ts';

/** What is done to which jobs. */
export interface Bulk {
  readonly action: BulkAction;
  readonly filter: JobFilter;
}

const KEYS = [
  ...['states', 'outcomes', 'ids', 'jobName', 'channel', 'jobGroup', 'error', 'fingerprint'],
  ...['enqueuedFrom', 'enqueuedTo', 'finalizedFrom', 'finalizedTo'],
] as readonly (keyof FilterBody)[];

/** What each is about where the filter does not say. */
const ABOUT: Readonly<
  Record<BulkAction, { readonly states?: readonly JobState[]; readonly outcomes?: readonly JobOutcome[] }>
> = {
  'job.retry': { outcomes: ['failed', 'cancelled'] },
  'job.run-now': { states: ['scheduled'] },
  'job.cancel': { states: ['scheduled', 'ready', 'blocked', 'pending', 'running'] },
  'job.delete': {},
  'job.priority': { states: ['scheduled', 'ready', 'blocked'] },
};

/**
 * The jobs of a filter, as they were `before`: those that are enqueued meanwhile, and those that the bulk itself changes, are
 * not among them.
 *
 * @throws Refusal, InvalidOptionError for what makes no sense, and for a filter that says nothing.
 */
export function bulkOf({ granted }: Call, { action, filter }: Partial<BulkPreviewBody>, before: Date): Bulk {
  if (action === undefined || !Object.hasOwn(ABOUT, action)) {
    throw badRequest(`action: must be one of ${Object.keys(ABOUT).join(', ')}`);
  }
  const given = bodyWith<FilterBody>('body.filter', filter, KEYS);
  if (Object.keys(given).length === 0) {
    throw badRequest('filter: must say which jobs: a name, a channel, states, … (all of them: all states)');
  }
  const { enqueuedFrom, enqueuedTo, finalizedFrom, finalizedTo, error, ...same } = given;
  const isOver = action === 'job.retry';
  const enqueued = rangeOf(
    at('enqueuedFrom', enqueuedFrom),
    earlier(at('enqueuedTo', enqueuedTo), isOver ? null : before),
  );
  const finalized = rangeOf(
    at('finalizedFrom', finalizedFrom),
    earlier(at('finalizedTo', finalizedTo), isOver ? before : null),
  );
  const about = ABOUT[action];
  // What failed in one way is over: it says as much as states do.
  const isOpen = given.states === undefined && given.outcomes === undefined && given.fingerprint === undefined;
  return {
    action,
    filter: {
      ...(isOpen ? about : {}),
      ...same,
      ...withoutEmpty({ errorIncludes: error, enqueued, finalized, channel: oneChannel(granted, given.channel) }),
    },
  };
}

function at(name: string, said: string | undefined): Date | undefined {
  return said === undefined ? undefined : momentOf(`filter.${name}`, said);
}

function earlier(one: Date | undefined, other: Date | null): Date | undefined {
  if (other === null) return one;
  return one !== undefined && one < other ? one : other;
}

/** The same for the same request of the same access only. */
export async function hashOf(
  { granted, source }: Call,
  { action, filter }: Partial<BulkPreviewBody>,
  before: Date,
): Promise<string> {
  const said = Object.entries(filter ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return await digestOf(JSON.stringify([source.label, granted.channels, action, said, before.toISOString()]));
}
