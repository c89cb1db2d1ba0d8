import { bulkOptions, idsArgument, runBulk } from '../../bulk.ts';
import { type Command, defineCommand } from '../../command.ts';
import { required, text } from '../../options.ts';
import { waitingFilter, waitingStateOption } from './waiting.ts';

export const jobsMove: Command = defineCommand({
  name: 'jobs move',
  about: 'Moves waiting jobs to another channel, where they keep their place in line.',
  arguments: [idsArgument],
  options: { ...bulkOptions, ...waitingStateOption, to: required(text('channel', 'the channel')) },
  run: (call) =>
    runBulk(call, {
      verb: 'move',
      done: 'changed',
      ...waitingFilter(call.options),
      send: (context, which, page) => context.jobs.move(which, call.options.to, page),
    }),
});
