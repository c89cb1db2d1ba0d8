import { bulkOptions, idsArgument, runBulk } from '../../bulk.ts';
import { type Command, defineCommand } from '../../command.ts';
import { given } from '../../given.ts';
import { filterOf, overFilterOptions } from '../../job-filter-options.ts';
import { duration } from '../../options.ts';

const OUTCOMES = ['failed', 'cancelled'] as const;

export const jobsRetry: Command = defineCommand({
  name: 'jobs retry',
  about: 'Has jobs that failed or were cancelled run again, with all of their attempts.',
  arguments: [idsArgument],
  options: { ...bulkOptions, ...overFilterOptions(OUTCOMES), delay: duration('how long they wait at least') },
  run: (call) => {
    const { outcome, fingerprint, endedSince, endedUntil, delay } = call.options;
    return runBulk(call, {
      verb: 'retry',
      done: 'retried',
      filter: filterOf({ outcome, fingerprint, endedSince, endedUntil }),
      // What fails again meanwhile has ended later.
      narrow: (filter, before) => ({
        ...filter,
        outcomes: filter.outcomes ?? OUTCOMES,
        finalized: { to: before, ...filter.finalized },
      }),
      send: (context, which, page) => context.jobs.retry(which, { ...page, ...given({ delaySecs: delay }) }),
    });
  },
});
