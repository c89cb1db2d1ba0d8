import type { JobDraft, JobMetadata } from '@bearmq/core';
import type { Attributes } from '@opentelemetry/api';

/**
 * What spans and metrics are described by. The conventions for messaging are still being developed, so their names are
 * written down here, as of August 2026.
 */
export const ATTRIBUTES = {
  system: 'messaging.system',
  operationName: 'messaging.operation.name',
  operationType: 'messaging.operation.type',
  destination: 'messaging.destination.name',
  messageId: 'messaging.message.id',
  batchCount: 'messaging.batch.message_count',
  conversation: 'messaging.message.conversation_id',
  errorType: 'error.type',
  jobName: 'bearmq.job.name',
  attempt: 'bearmq.job.attempt',
  numAttempts: 'bearmq.job.num_attempts',
  workerId: 'bearmq.worker.id',
  schema: 'bearmq.schema',
  outcome: 'bearmq.job.outcome',
  daemon: 'bearmq.daemon',
} as const;

export const SYSTEM = 'bearmq';

/** Of a call that enqueues: what all of its jobs have in common. */
export function sendAttributes(jobs: readonly JobDraft[], schema: string): Attributes {
  const [first] = jobs;
  const common = (of: (job: JobDraft) => string | null): string | undefined => {
    const value = first === undefined ? null : of(first);
    return value !== null && jobs.every((job) => of(job) === value) ? value : undefined;
  };
  return withoutGaps({
    [ATTRIBUTES.system]: SYSTEM,
    [ATTRIBUTES.operationName]: 'send',
    [ATTRIBUTES.operationType]: 'send',
    [ATTRIBUTES.destination]: common(({ channel }) => channel),
    [ATTRIBUTES.messageId]: jobs.length === 1 ? first?.jobId : undefined,
    [ATTRIBUTES.batchCount]: jobs.length === 1 ? undefined : jobs.length,
    [ATTRIBUTES.conversation]: common(({ jobGroup }) => jobGroup),
    [ATTRIBUTES.jobName]: common(({ jobName }) => jobName),
    [ATTRIBUTES.schema]: schema,
  });
}

export function processAttributes(metadata: JobMetadata, schema: string): Attributes {
  const { jobId, jobName, channel, attempt, numAttempts, workerId, jobGroup } = metadata;
  return {
    [ATTRIBUTES.system]: SYSTEM,
    [ATTRIBUTES.operationName]: 'process',
    [ATTRIBUTES.operationType]: 'process',
    [ATTRIBUTES.destination]: channel,
    [ATTRIBUTES.messageId]: jobId,
    [ATTRIBUTES.conversation]: jobGroup,
    [ATTRIBUTES.jobName]: jobName,
    [ATTRIBUTES.attempt]: attempt,
    [ATTRIBUTES.numAttempts]: numAttempts,
    [ATTRIBUTES.workerId]: workerId,
    [ATTRIBUTES.schema]: schema,
  };
}

/** The class of an error, of which there are few; never its message. */
export function errorTypeOf(error: unknown): string {
  if (!(error instanceof Error)) return '_OTHER';
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]*$/.test(code) ? code : error.name;
}

function withoutGaps(attributes: Readonly<Record<string, string | number | undefined>>): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined)) as Attributes;
}
