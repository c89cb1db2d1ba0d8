import type { JobFilter, JobOutcome, JobState } from '@bearmq/core';
import { usageError } from './cli-error.ts';
import { given } from './given.ts';
import { choices, instant, type OptionsOf, text } from './options.ts';

/** Which jobs, by what all jobs have. */
export interface LaneFilterOptions {
  readonly name: string | undefined;
  readonly channel: string | undefined;
  readonly group: string | undefined;
  readonly error: string | undefined;
  readonly since: Date | undefined;
  readonly until: Date | undefined;
}

/** Which jobs, by where they are. */
export interface StateFilterOptions {
  readonly state: readonly JobState[] | undefined;
}

/** Which jobs, by how and when they ended. */
export interface OverFilterOptions {
  readonly outcome: readonly JobOutcome[] | undefined;
  readonly fingerprint: string | undefined;
  readonly endedSince: Date | undefined;
  readonly endedUntil: Date | undefined;
}

type FilterOptions = LaneFilterOptions & StateFilterOptions & OverFilterOptions;

export const laneFilterOptions: OptionsOf<LaneFilterOptions> = {
  name: text('name', 'only jobs of this name'),
  channel: text('name', 'only jobs of this channel'),
  group: text('name', 'only jobs of this job group'),
  error: text('text', 'only jobs with this text in their last error'),
  since: instant('only jobs enqueued then or later'),
  until: instant('only jobs enqueued before'),
};

const STATES = ['scheduled', 'ready', 'blocked', 'pending', 'running', 'over'] as const;

/** @param states that jobs may be in which this is about. */
export function stateFilterOption(states: readonly JobState[] = STATES): OptionsOf<StateFilterOptions> {
  return { state: choices('only jobs in one of these states', states) };
}

/** @param outcomes that jobs may have which this is about. */
export function overFilterOptions(
  outcomes: readonly JobOutcome[] = ['succeeded', 'failed', 'cancelled'],
): OptionsOf<OverFilterOptions> {
  return {
    outcome: choices('only jobs that ended in one of these ways', outcomes),
    fingerprint: text('text', 'only jobs that failed in this way, as failures tells it'),
    endedSince: instant('only jobs that ended then or later'),
    endedUntil: instant('only jobs that ended before'),
  };
}

/** The filter that options make; without a key where none says anything. */
export function filterOf(options: Partial<FilterOptions>): JobFilter {
  const { name, channel, group, error, since, until, state, outcome, fingerprint, endedSince, endedUntil } = options;
  return given({
    jobName: name,
    channel,
    jobGroup: group,
    errorIncludes: error,
    states: state,
    outcomes: outcome,
    fingerprint,
    enqueued: rangeOf(since, until, 'until'),
    finalized: rangeOf(endedSince, endedUntil, 'ended-until'),
  });
}

function rangeOf(from: Date | undefined, to: Date | undefined, flag: string): JobFilter['enqueued'] {
  if (from === undefined && to === undefined) return undefined;
  if (from !== undefined && to !== undefined && from >= to) {
    throw usageError(`--${flag}: ${to.toISOString()}: must be later than ${from.toISOString()}`);
  }
  return given({ from, to });
}
