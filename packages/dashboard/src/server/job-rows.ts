import type { JobRecord } from '@bearmq/core';
import type { JobRow } from '../api-types.ts';

/** How much of an error a list shows, in characters. */
const LINE = 200;

/** A job in a list, of what may be shown of it. */
export function rowOf(job: JobRecord): JobRow {
  return {
    id: job.id,
    jobName: job.jobName,
    channel: job.channel,
    jobGroup: job.jobGroup,
    state: job.state,
    outcome: job.outcome,
    priority: job.priority,
    attempt: job.attempt,
    numAttempts: job.numAttempts,
    enqueuedAt: job.enqueuedAt.toISOString(),
    runAt: isoOf(job.runAt),
    claimedAt: isoOf(job.claimedAt),
    finalizedAt: isoOf(job.finalizedAt),
    processId: job.processId,
    errorLine: job.error === null ? null : lineOf(job.error),
    cancelRequestedAt: isoOf(job.cancelRequestedAt),
  };
}

/** The first line, cut where it is long: never within a pair of surrogates. */
export function lineOf(error: string): string {
  const [line = ''] = error.split('\n', 1);
  return line.length <= LINE
    ? line
    : `${line
        .slice(0, LINE)
        .toWellFormed()
        .replace(/\uFFFD$/, '')}…`;
}

export function isoOf(date: Date | null): string | null {
  return date?.toISOString() ?? null;
}
