import type { JobRecord } from '@bearmq/core';
import type { Output } from './output.ts';
import type { Column } from './table.ts';
import { number } from './words.ts';

/** What a job can be shown by, in the order in which it is. */
export const COLUMN_NAMES = [
  'id',
  'job',
  'channel',
  'group',
  'state',
  'priority',
  'attempt',
  'enqueued',
  'due',
  'claimed',
  'ended',
  'took',
  'process',
  'error',
] as const;

export type ColumnName = (typeof COLUMN_NAMES)[number];

const DEFAULT_COLUMNS: readonly ColumnName[] = [
  'id',
  'job',
  'channel',
  'state',
  'attempt',
  'enqueued',
  'ended',
  'error',
];

/** Columns of a table of jobs. A state is told by its word, whatever its colour. */
export function jobColumns(
  output: Output,
  names: readonly ColumnName[] = DEFAULT_COLUMNS,
): readonly Column<JobRecord>[] {
  const of: Readonly<Record<ColumnName, Column<JobRecord>['of']>> = {
    id: ({ id }) => id,
    job: ({ jobName }) => jobName,
    channel: ({ channel }) => channel,
    group: ({ jobGroup }) => jobGroup ?? '–',
    state: stateOf,
    priority: ({ priority }) => String(priority),
    attempt: ({ attempt, numAttempts }) => `${attempt}/${numAttempts}`,
    enqueued: ({ enqueuedAt }) => output.moment(enqueuedAt),
    due: ({ runAt }) => output.moment(runAt),
    claimed: ({ claimedAt }) => output.moment(claimedAt),
    ended: ({ finalizedAt }) => output.moment(finalizedAt),
    took: (job) => number(tookMs(job), 'ms'),
    process: ({ processId }) => processId ?? '–',
    error: ({ error }) => error?.split('\n')[0] ?? '–',
  };
  return names.map((name) => ({
    title: name,
    of: of[name],
    side: name === 'priority' || name === 'attempt' || name === 'took' ? 'right' : 'left',
    isWhole: name === 'id',
    ...(name === 'state' ? { paint: (cell: string, job: JobRecord) => paintState(output, job, cell) } : {}),
  }));
}

/** What became of it, once it is over. */
export function stateOf({ state, outcome, cancelRequestedAt }: JobRecord): string {
  return outcome ?? (cancelRequestedAt === null ? state : `${state}, to be cancelled`);
}

export function paintState({ colours }: Output, { state, outcome }: JobRecord, text: string): string {
  if (outcome === 'failed') return colours.red(text);
  if (outcome === 'cancelled') return colours.yellow(text);
  if (outcome === 'succeeded') return colours.green(text);
  return state === 'running' ? colours.cyan(text) : text;
}

/** From its last claim to its end. */
export function tookMs({ claimedAt, finalizedAt }: JobRecord): number | null {
  return claimedAt === null || finalizedAt === null ? null : finalizedAt.getTime() - claimedAt.getTime();
}

/** Payloads may hold what is not for every terminal, and be large. */
export function withoutPayload({ payload: _, ...job }: JobRecord): Omit<JobRecord, 'payload'> {
  return job;
}
