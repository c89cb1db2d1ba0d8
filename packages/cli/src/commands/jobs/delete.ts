import { bulkOptions, idsArgument, runBulk } from '../../bulk.ts';
import { type Command, defineCommand } from '../../command.ts';
import { filterOf, overFilterOptions, stateFilterOption } from '../../job-filter-options.ts';

const STATES = ['scheduled', 'ready', 'blocked', 'pending', 'over'] as const;

export const jobsDelete: Command = defineCommand({
  name: 'jobs delete',
  about: 'Deletes jobs for good: those that wait, and those that are over. Those that run are left alone.',
  arguments: [idsArgument],
  options: { ...bulkOptions, ...stateFilterOption(STATES), ...overFilterOptions() },
  run: (call) => {
    const { state, outcome, fingerprint, endedSince, endedUntil } = call.options;
    return runBulk(call, {
      verb: 'delete',
      done: 'deleted',
      filter: filterOf({ state, outcome, fingerprint, endedSince, endedUntil }),
      narrow: ({ states, ...filter }, before) => ({
        ...filter,
        states: states ?? STATES,
        enqueued: { to: before, ...filter.enqueued },
      }),
      send: (context, which, page) => context.jobs.delete(which, page),
    });
  },
});
