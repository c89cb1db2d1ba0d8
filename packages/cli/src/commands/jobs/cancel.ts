import { bulkOptions, idsArgument, runBulk } from '../../bulk.ts';
import { type Command, defineCommand } from '../../command.ts';
import { given } from '../../given.ts';
import { stateFilterOption } from '../../job-filter-options.ts';
import { text } from '../../options.ts';

const UNFINISHED = ['scheduled', 'ready', 'blocked', 'pending', 'running'] as const;

export const jobsCancel: Command = defineCommand({
  name: 'jobs cancel',
  about: 'Cancels jobs: those that wait are over at once, and those that run are told to end.',
  arguments: [idsArgument],
  options: { ...bulkOptions, ...stateFilterOption(UNFINISHED), reason: text('text', 'why: kept with the job') },
  run: (call) =>
    runBulk(call, {
      verb: 'cancel',
      done: 'cancelled',
      alsoDone: ['running'],
      filter: given({ states: call.options.state }),
      narrow: (filter, before) => ({
        ...filter,
        states: filter.states ?? UNFINISHED,
        enqueued: { to: before, ...filter.enqueued },
      }),
      send: (context, which, page) =>
        context.jobs.cancel(which, { ...page, ...given({ reason: call.options.reason }) }),
    }),
});
