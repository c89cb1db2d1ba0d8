import { bulkOptions, idsArgument, runBulk } from '../../bulk.ts';
import { type Command, defineCommand } from '../../command.ts';
import { count, required } from '../../options.ts';
import { waitingFilter, waitingStateOption } from './waiting.ts';

const MOST = 2 ** 31 - 1;

export const jobsPriority: Command = defineCommand({
  name: 'jobs priority',
  about: 'Gives waiting jobs another priority.',
  arguments: [idsArgument],
  options: {
    ...bulkOptions,
    ...waitingStateOption,
    to: required(count('the priority: higher ones start first', -MOST, MOST)),
  },
  run: (call) =>
    runBulk(call, {
      verb: 'change',
      done: 'changed',
      ...waitingFilter(call.options),
      send: (context, which, page) => context.jobs.setPriority(which, call.options.to, page),
    }),
});
