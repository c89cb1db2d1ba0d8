import { bulkOptions, idsArgument, runBulk } from '../../bulk.ts';
import { type Command, defineCommand } from '../../command.ts';

const SCHEDULED = ['scheduled'] as const;

export const jobsRunNow: Command = defineCommand({
  name: 'jobs run-now',
  about: 'Has scheduled jobs run before their time: those with a delay, and those that wait for their next attempt.',
  arguments: [idsArgument],
  options: bulkOptions,
  run: (call) =>
    runBulk(call, {
      verb: 'run now',
      done: 'promoted',
      alsoDone: ['waiting'],
      filter: {},
      narrow: (filter, before) => ({
        ...filter,
        states: SCHEDULED,
        enqueued: { to: before, ...filter.enqueued },
      }),
      send: (context, which, page) => context.jobs.runNow(which, page),
    }),
});
