import type { FailureGroup, FailureSummary } from '@bearmq/core';
import type { FailuresAnswer } from '../../api-types.ts';
import { lineOf } from '../job-rows.ts';
import { checkChannel } from '../narrowed.ts';
import { momentIn, textIn, withoutEmpty } from '../query.ts';
import type { Call, Route } from '../route.ts';

export const failureRoutes: readonly Route[] = [
  { method: 'GET', path: 'failures', channels: 'narrowed', takes: ['since', 'jobName', 'channel'], handle: failures },
];

async function failures(call: Call): Promise<FailuresAnswer> {
  const { source, granted, query } = call;
  const channel = textIn(query, 'channel');
  checkChannel(granted, channel);
  const options = withoutEmpty({ since: momentIn(query, 'since'), jobName: textIn(query, 'jobName') });
  const summaries: FailureSummary[] = [];
  for (const one of channel === undefined ? (granted.channels ?? [undefined]) : [channel]) {
    summaries.push(await source.context.failures({ ...options, ...(one === undefined ? {} : { channel: one }) }));
  }
  const groups = merged(summaries.flatMap((summary) => summary.groups));
  const messages = call.settings.redact === undefined ? null : await messagesOf(call, groups);
  return {
    groups: groups.map((group) => ({
      ...group,
      firstAt: group.firstAt.toISOString(),
      lastAt: group.lastAt.toISOString(),
      message: messages === null ? group.message : (messages.get(group.sampleId) ?? null),
    })),
    lookedAt: Math.max(0, ...summaries.map(({ lookedAt }) => lookedAt)),
    isPartial: summaries.some(({ isPartial }) => isPartial),
  };
}

/** Those of several channels: one of each kind, the most frequent first. */
function merged(groups: readonly FailureGroup[]): readonly FailureGroup[] {
  const kinds = new Map<string, FailureGroup>();
  for (const group of groups) {
    const other = kinds.get(group.fingerprint);
    const newest = other === undefined || group.lastAt > other.lastAt ? group : other;
    const firstAt = other === undefined || group.firstAt < other.firstAt ? group.firstAt : other.firstAt;
    kinds.set(group.fingerprint, { ...newest, firstAt, count: group.count + (other?.count ?? 0) });
  }
  return [...kinds.values()].sort((a, b) => b.count - a.count);
}

/** The most jobs that a filter takes by their ids. */
const MAX_IDS = 1_000;

/** What is left of the samples' errors when they are redacted. */
async function messagesOf(
  { source, shown }: Call,
  groups: readonly FailureGroup[],
): Promise<ReadonlyMap<string, string>> {
  const ids = groups.slice(0, MAX_IDS).map(({ sampleId }) => sampleId);
  if (ids.length === 0) return new Map();
  const { jobs } = await source.context.jobs.find({ ids }, { limit: MAX_IDS });
  return new Map(jobs.map(shown).flatMap(({ id, error }) => (error === null ? [] : [[id, lineOf(error)] as const])));
}
