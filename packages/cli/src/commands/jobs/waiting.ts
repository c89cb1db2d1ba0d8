import type { JobFilter } from '@bearmq/core';
import { given } from '../../given.ts';
import { type StateFilterOptions, stateFilterOption } from '../../job-filter-options.ts';
import type { OptionsOf } from '../../options.ts';

const WAITING = ['scheduled', 'ready', 'blocked', 'pending'] as const;

export const waitingStateOption: OptionsOf<StateFilterOptions> = stateFilterOption(WAITING);

/** What a change of waiting jobs tells of its filter. */
export function waitingFilter({ state }: StateFilterOptions): {
  readonly filter: JobFilter;
  readonly narrow: (filter: JobFilter, before: Date) => JobFilter;
} {
  return {
    filter: given({ states: state }),
    narrow: (filter, before) => ({
      ...filter,
      states: filter.states ?? WAITING,
      enqueued: { to: before, ...filter.enqueued },
    }),
  };
}
